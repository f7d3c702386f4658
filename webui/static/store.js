// What the page knows and where the person is in it, as signals; the views draw what is in here.
// How it is kept up to date is in live.js, what a person does to tasks in actions.js.

import { computed, signal } from "@preact/signals";
import { haulOf } from "./haul.js";
import { reduce, without } from "./reducer.js";
import { idsOf, neighbour, places, rowsOf } from "./rows.js";

/** @import {State} from "./reducer.js" */
/** @import {StreamEvent, Task} from "./types.js" */

/** Null until the first snapshot. @type {import("@preact/signals").Signal<State|null>} */
export const state = signal(null);
/** The stream, and since when it is so (milliseconds since 1970). */
export const link = signal({ status: "opening", since: Date.now() });
/** The time, a second at a time while the page is seen. */
export const now = signal(Date.now());
/** The task that the person chose. @type {import("@preact/signals").Signal<number|null>} */
export const selected = signal(null);
/**
 * The task whose cancel waits for a second word.
 * @type {import("@preact/signals").Signal<number|null>}
 */
export const confirming = signal(null);
/** What could not be done, in words. */
export const notice = signal("");
/** The verb that was sent and not answered yet. */
export const busy = signal("");
export const isHelpOpen = signal(false);
/** What a screen reader should say now. */
export const spoken = signal("");

const shape = computed(() => state.value?.shape ?? 0);
/** The list's rows; made anew only when their order changes, not with every count. */
export const rows = computed(() => (shape.value ? rowsOf(tasks()) : []));
/** {task: how many stand before it in line}. */
export const ahead = computed(() => (shape.value ? places(tasks()) : new Map()));
export const haul = computed(() => haulOf(state.value?.tasks.values() ?? []));

/** The task that is shown: the chosen one, else the first of the list, which runs if any does. */
export const current = computed(() => {
  const known = state.value?.tasks;
  if (selected.value !== null && known?.has(selected.value)) return selected.value;
  return idsOf(rows.value)[0] ?? null;
});
export const task = computed(() => state.value?.tasks.get(current.value ?? -1) ?? null);

/** All tasks, without making the reader of them depend on every count. */
function tasks() {
  return state.peek()?.tasks.values() ?? [];
}

/** Take events into the state. @param {StreamEvent[]} events */
export function apply(events) {
  if (!state.value) return;
  const before = task.peek();
  state.value = reduce(state.value, events);
  const after = before && state.value.tasks.get(before.id);
  if (after && after.shown_status !== before.shown_status) {
    spoken.value = `${after.title}: ${after.shown_status}`;
  }
}

/** Take a task as an answer told it. @param {Task} told */
export const applyTask = (told) => apply([{ id: 0, kind: "task_update", data: told }]);

/** Forget a task that is gone. @param {number} id */
export function forget(id) {
  if (state.value) state.value = without(state.value, id);
}

/** Choose another task. @param {number|null} id */
export function select(id) {
  if (id !== current.value) confirming.value = null;
  notice.value = "";
  selected.value = id;
}

/** Choose the task `by` places further down. @param {number} by */
export const move = (by) => select(neighbour(idsOf(rows.value), current.value, by));
