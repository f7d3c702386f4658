// Asks what a task would do while its form is filled in: after a pause in the typing, one request at
// a time, the older one given up. Never in the way of typing.

import { effect, signal } from "@preact/signals";
import { Refused, ask } from "../api.js";
import { hintOf, missing, standing } from "./check.js";
import { fields, name, sheet, type, typed } from "./entries.js";
import { placed } from "./errors.js";
import { paramsOf } from "./values.js";

/**
 * @typedef {{title: string, count: number|null, at_least: number|null, unit: string,
 *   sample: Object<string, any>[], problems: string[], plan: string|null}} Found
 * @typedef {"idle"|"incomplete"|"counting"|"known"|"refused"|"lost"} Status
 * @typedef {object} Preview
 * @property {Status} status
 * @property {Found|null} found  the newest answer; while a newer one is asked for it is the older
 * @property {Map<string, string>} at  what the service said about fields
 * @property {string[]} rest  and about none of them
 */

/** Milliseconds without typing after which it is asked. */
const PAUSE_MS = 450;
/** Milliseconds until it is asked again when the service was busy or away. */
const AGAIN_MS = 1500;
/** @type {Preview} */
const NOTHING = { status: "idle", found: null, at: new Map(), rest: [] };

/** @type {import("@preact/signals").Signal<Preview>} */
export const preview = signal(NOTHING);
let timer = 0;
let flight = new AbortController();
/** What was asked last: the type and its parameters as text. */
let asked = "";

/** Follow what is typed. Called once. */
export function watchPreview() {
  effect(() => {
    const isOpen = sheet.value === "form" && type.value !== null;
    const entries = typed.value;
    if (isOpen) plan(entries);
    else leave();
  });
}

/** Ask anew about what is typed, as the data have changed. */
export function lookAgain() {
  asked = "";
  plan(typed.peek());
}

/**
 * The plan that the person has seen for these parameters; "" when none was shown.
 * @param {object} params
 */
export function planFor(params) {
  const { status, found } = preview.peek();
  if (status !== "known" || asked !== JSON.stringify([name.peek(), params])) return "";
  return found?.plan ?? "";
}

function leave() {
  clearTimeout(timer);
  flight.abort();
  asked = "";
  preview.value = NOTHING;
}

/** @param {import("./values.js").Typed} entries */
function plan(entries) {
  const { params, unreadable } = paramsOf(fields.value, entries);
  const next = JSON.stringify([name.value, params]);
  if (next === asked && !unreadable.size) return;
  clearTimeout(timer);
  flight.abort();
  const isNew = !asked.startsWith(JSON.stringify([name.value]).slice(0, -1));
  const before = isNew ? NOTHING : preview.peek();
  asked = next;
  const isSound =
    !unreadable.size &&
    !missing(fields.value, entries).length &&
    !standing(fields.value, entries).some((field) => hintOf(field, entries[field.pointer]));
  if (!isSound) {
    preview.value = { ...NOTHING, status: "incomplete" };
    return;
  }
  // what was said about the values before is over; the figures stay until there are new ones
  preview.value = { ...before, status: "counting", at: new Map(), rest: [] };
  timer = window.setTimeout(() => inquire(params), PAUSE_MS);
}

/** @param {object} params */
async function inquire(params) {
  const own = (flight = new AbortController());
  try {
    const answer = await ask(`/task-types/${encodeURIComponent(name.value)}/preview`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ params }),
      signal: own.signal,
    });
    const found = await answer.json();
    if (!own.signal.aborted) preview.value = { ...NOTHING, status: "known", found };
  } catch (error) {
    if (own.signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    if (error.status === 0 || error.status === 503) {
      if (error.status === 0) preview.value = { ...preview.peek(), status: "lost" };
      timer = window.setTimeout(() => inquire(params), AGAIN_MS);
      return;
    }
    const { at, rest } = placed(error.problem.errors ?? [], fields.value);
    const said = at.size || rest.length ? rest : [error.message];
    preview.value = { ...NOTHING, status: "refused", at, rest: said };
  }
}
