// What was typed and not sent, for each task type: kept while the tab lives, so that a reload
// brings it back. Secrets are not kept. Storage may be missing or full; then nothing is kept.

import { allOf } from "./schema.js";

/** @import {Field} from "./schema.js" */
/** @import {Typed} from "./values.js" */
/** @import {About} from "./request.js" */
/** @typedef {{typed: Typed, about: About, key: string}} Draft  `key`: of the request to come */

const NAME = "longhaul.draft.";
const LAST = "longhaul.last-type";

/** @param {string} type @param {Draft} draft @param {Field[]} fields @param {Storage} [storage] */
export function keepDraft(type, { typed, about, key }, fields, storage = sessionStorage) {
  const secret = new Set(allOf(fields).filter((f) => !mayKeep(f)).map((f) => f.pointer));
  const kept = Object.entries(typed).filter(([pointer]) => !secret.has(pointer));
  attempt(() =>
    storage.setItem(NAME + type, JSON.stringify({ typed: Object.fromEntries(kept), about, key })),
  );
}

/** Whether neither it nor anything below it is a secret. @param {Field} field @returns {boolean} */
const mayKeep = (field) => field.isKept && field.fields.every(mayKeep);

/** @param {string} type @param {Storage} [storage] @returns {Draft|null} */
export function draftOf(type, storage = sessionStorage) {
  return attempt(() => JSON.parse(storage.getItem(NAME + type) ?? "null")) ?? null;
}

/** @param {string} type @param {Storage} [storage] */
export const dropDraft = (type, storage = sessionStorage) =>
  attempt(() => storage.removeItem(NAME + type));

/** The type that was chosen last, in any window. @param {Storage} [storage] */
export const lastType = (storage = localStorage) => attempt(() => storage.getItem(LAST)) ?? "";

/** @param {string} type @param {Storage} [storage] */
export const rememberType = (type, storage = localStorage) =>
  attempt(() => storage.setItem(LAST, type));

/** @template T @param {() => T} act @returns {T|undefined} */
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
