// What stands in the form that starts tasks, as signals, and what a person does to it. Who opens it
// is new_task.js, how it is sent sending.js; what the entries mean is in values.js.

import { batch, computed, signal } from "@preact/signals";
import { randomName } from "../session.js";
import { dropDraft } from "./draft.js";
import { NOTHING_SAID } from "./request.js";
import { fieldsOf } from "./schema.js";
import { typedOf } from "./values.js";

/** @import {About} from "./request.js" */
/** @import {Draft} from "./draft.js" */
/** @import {Field, Schema} from "./schema.js" */
/** @import {Entry, Typed} from "./values.js" */
/** @import {TaskType} from "../types.js" */

/**
 * @typedef {TaskType & {description: string, unit: string, user_relevant: boolean,
 *   has_preview: boolean, has_canary: boolean, params_schema: Schema}} FullType
 * @typedef {{at: Map<string, string>, rest: string[]}} Complaints  by field, and about none
 */

/** Which sheet is open. @type {import("@preact/signals").Signal<""|"types"|"form"|"schedules">} */
export const sheet = signal("");
/** Every type that can be started. @type {import("@preact/signals").Signal<FullType[]>} */
export const types = signal([]);
export const name = signal("");
/** The type whose form is open. */
export const type = computed(() => types.value.find((one) => one.name === name.value) ?? null);
/** @type {import("@preact/signals").ReadonlySignal<Field[]>} */
export const fields = computed(() => (type.value ? fieldsOf(type.value.params_schema) : []));
/** What stands in the controls. @type {import("@preact/signals").Signal<Typed>} */
export const typed = signal({});
/** What stands in those beside the parameters. @type {import("@preact/signals").Signal<About>} */
export const about = signal(NOTHING_SAID);
/** Fields that the person has been in: only these are told that they are needed. */
export const visited = signal(/** @type {Set<string>} */ (new Set()));
/** What the service said about the last try. @type {import("@preact/signals").Signal<Complaints>} */
export const told = signal({ at: new Map(), rest: [] });
/** Grows whenever the first complaint should get the focus. */
export const complaint = signal(0);
export const isSending = signal(false);
/** The start button was pressed once while the same operation runs: the next press means it. */
export const isArmed = signal(false);
/** How the form came to hold what it holds, in words. */
export const note = signal("");
/** Another draft of this type, which a link or a task has put aside.
 * @type {import("@preact/signals").Signal<Draft|null>} */
export const aside = signal(null);
/** The Idempotency-Key of the request to come. */
export const key = signal("");
/** The key of a request whose answer was lost: sent again it is the same request, not another. */
export const lostKey = signal("");

/** @param {Typed} entries @param {About} said @param {string} nextKey */
export function begin(entries, said, nextKey) {
  batch(() => {
    key.value = nextKey;
    typed.value = entries;
    about.value = said;
    visited.value = new Set();
    told.value = { at: new Map(), rest: [] };
    isArmed.value = false;
  });
}

/** A draft's entries over the defaults; what the type no longer has is dropped. @param {Typed} entries */
export function known(entries) {
  const first = typedOf(fields.value, {});
  const kept = Object.entries(entries ?? {}).filter(([pointer]) => pointer in first);
  return { ...first, ...Object.fromEntries(kept) };
}

/** Whether a draft says more than an empty form. @param {Draft} draft */
export function changed(draft) {
  const first = JSON.stringify([typedOf(fields.value, {}), NOTHING_SAID]);
  return JSON.stringify([known(draft.typed), { ...NOTHING_SAID, ...draft.about }]) !== first;
}

/** Forget what was typed: everything as it was at first. */
export function startOver() {
  dropDraft(name.value);
  aside.value = null;
  begin(typedOf(fields.value, {}), NOTHING_SAID, randomName());
  note.value = "";
}

/** Take the draft that was put aside. */
export function takeAside() {
  const draft = aside.value;
  if (!draft) return;
  aside.value = null;
  begin(known(draft.typed), { ...NOTHING_SAID, ...draft.about }, draft.key || randomName());
  note.value = "";
}

/** @param {string} pointer @param {Entry} entry */
export function change(pointer, entry) {
  batch(() => {
    typed.value = { ...typed.value, [pointer]: entry };
    forgive(pointer);
  });
}

/** @param {Partial<About>} values @param {string} [field]  whose complaint that settles */
export function changeAbout(values, field = Object.keys(values)[0]) {
  batch(() => {
    about.value = { ...about.value, ...values };
    forgive(field);
  });
}

/** The person has left a field. @param {string} pointer */
export function visit(pointer) {
  if (!visited.value.has(pointer)) visited.value = new Set([...visited.value, pointer]);
}

/** @param {Complaints} complaints */
export function complain(complaints) {
  batch(() => {
    told.value = complaints;
    isArmed.value = false;
    complaint.value++;
  });
}

/** A field that changed is not what was complained about. @param {string} place */
function forgive(place) {
  isArmed.value = false;
  if (!told.value.at.has(place)) return;
  const at = new Map(told.value.at);
  at.delete(place);
  told.value = { ...told.value, at };
}
