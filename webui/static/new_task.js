// Opening and closing the form that starts tasks. What stands in it is in form/entries.js, sending it
// in form/sending.js, how it looks in views/new_task.js.

import { batch, effect } from "@preact/signals";
import { read } from "./api.js";
import { draftOf, keepDraft, lastType, rememberType } from "./form/draft.js";
import {
  about,
  aside,
  begin,
  changed,
  fields,
  isArmed,
  key,
  known,
  name,
  note,
  sheet,
  typed,
  types,
} from "./form/entries.js";
import { watchPreview } from "./form/previewing.js";
import { NOTHING_SAID } from "./form/request.js";
import { strangers, typedOf } from "./form/values.js";
import { query, setQuery } from "./route.js";
import { randomName } from "./session.js";
import { state } from "./store.js";

/** @typedef {{type?: string, params?: Object<string, any>, title?: string}} Wish  what to fill in */

/** Open the form: of this type, filled in so; of none: ask for the type first. Starts nothing.
 * @param {Wish} [wish] */
export async function askNewTask(wish = {}) {
  if (state.value?.isReadOnly) return;
  const isOpen = sheet.value === "types" || sheet.value === "form";
  if (isOpen && !wish.type) return focusSheet();
  if (!types.value.length) take([...(state.value?.types.values() ?? [])]);
  const fresh = refresh();
  if (wish.type && !types.value.some((one) => one.name === wish.type)) await fresh;
  note.value = "";
  const only = types.value.length === 1 ? types.value[0].name : "";
  const wanted = wish.type ?? only;
  if (types.value.some((one) => one.name === wanted)) return fill(wanted, wish);
  if (wish.type) note.value = `There is no task type “${wish.type}” here.`;
  sheet.value = "types";
}

/** Go on to the form of a type. @param {string} wanted */
export function choose(wanted) {
  note.value = "";
  fill(wanted, {});
}

/** Back to the choice of the type; what was typed is kept. */
export function chooseAnother() {
  sheet.value = "types";
}

/** The type to propose. */
export const proposed = () => lastType();

/** Close it; what was typed is kept. */
export function closeSheet() {
  batch(() => {
    sheet.value = "";
    isArmed.value = false;
  });
}

/** Open the form of a known type. @param {string} wanted @param {Wish} wish */
function fill(wanted, { params, title }) {
  batch(() => {
    name.value = wanted;
    rememberType(wanted);
    const draft = draftOf(wanted);
    const isGiven = params !== undefined;
    const before = draft && changed(draft) ? draft : null;
    aside.value = isGiven ? before : null;
    if (before && !isGiven) {
      begin(known(before.typed), { ...NOTHING_SAID, ...before.about }, before.key || randomName());
      note.value = "This is what you had typed before.";
    } else {
      begin(typedOf(fields.value, params), { ...NOTHING_SAID, title: title ?? "" }, randomName());
      const strange = strangers(fields.value, params ?? {});
      if (strange.length) note.value = `Left out, for this type does not know it: ${strange.join(", ")}.`;
    }
    sheet.value = "form";
  });
}

/** @param {any[]} found */
function take(found) {
  types.value = found.filter((one) => one.params_schema);
}

/** Types may have come since the page was opened: a file in the tasks folder is enough. */
async function refresh() {
  try {
    take((await read("/task-types")).items);
  } catch {
    // those that are known will do
  }
}

function focusSheet() {
  const sheet = document.querySelector(".sheet");
  const first = sheet?.querySelector("input, select, textarea, button");
  if (first instanceof HTMLElement) first.focus();
}

/** Keep drafts, and open what the address asks for. Called once. */
export function watchForm() {
  watchPreview();
  effect(() => {
    const [entries, said] = [typed.value, about.value];
    if (sheet.value === "form") keepDraft(name.value, { typed: entries, about: said, key: key.value }, fields.value);
  });
  effect(() => {
    const wanted = query.value.get("new");
    if (wanted === null || !state.value) return;
    const text = query.value.get("params");
    // out of the address at once, so that a reload finds the draft and no password stays there
    queueMicrotask(() => {
      setQuery({ new: null, params: null });
      openLink(wanted, text);
    });
  });
}

/** @param {string} wanted @param {string|null} text */
async function openLink(wanted, text) {
  let params;
  try {
    params = text === null ? undefined : JSON.parse(text);
  } catch {
    params = undefined;
  }
  const isObject = params && typeof params === "object" && !Array.isArray(params);
  await askNewTask(wanted ? { type: wanted, params: isObject ? params : undefined } : {});
  if (text !== null && !isObject) note.value = "The parameters in the link are no JSON object, so nothing is filled in.";
}

/** @type {import("./chords.js").Key[]} */
export const NEW_TASK_KEYS = [
  {
    keys: ["n"],
    shown: "N",
    does: "New task",
    when: () => !state.value?.isReadOnly,
    run: () => askNewTask(),
  },
  {
    keys: ["Escape"],
    shown: "Esc",
    does: "Close the form; what was typed is kept",
    when: () => sheet.value !== "",
    run: closeSheet,
    isMotion: true,
  },
];
