// Which groups of the list are folded, which tasks are unfolded, and the row that the arrows are on
// when it is not a task.

import { signal } from "@preact/signals";
import { keep, kept } from "./kept.js";

/** @import {Job} from "./types.js" */

/**
 * What the person said of groups: {grouping and key: is it folded}.
 * @type {import("@preact/signals").Signal<Object<string, boolean>>}
 */
export const folds = signal(kept("folds", /** @type {Object<string, boolean>} */ ({})));
/**
 * The jobs of the tasks that are unfolded; null while they are read.
 * @type {import("@preact/signals").Signal<Map<number, Job[]|null>>}
 */
export const unfolded = signal(new Map());
/** The heading or job that the arrows are on. @type {import("@preact/signals").Signal<string>} */
export const atRow = signal("");

/** @param {string} name of the group with its grouping @param {boolean} isFolded */
export function fold(name, isFolded) {
  folds.value = { ...folds.value, [name]: isFolded };
  keep("folds", folds.value);
}

/** @param {number} id @param {Job[]|null} jobs */
export function unfold(id, jobs) {
  unfolded.value = new Map(unfolded.value).set(id, jobs);
}

/** @param {number} id */
export function foldTask(id) {
  const next = new Map(unfolded.value);
  next.delete(id);
  unfolded.value = next;
}
