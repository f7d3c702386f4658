// Which part of a task's details is shown below its figures.

import { computed, signal } from "@preact/signals";
import { result } from "./following.js";

/** @typedef {"log"|"params"|"result"} Tab */
/** @typedef {{id: Tab, label: string, key: string}} Handle */

/** @type {Handle} */
const RESULT = { id: "result", label: "Result", key: "3" };
/** What the person asked for. @type {import("@preact/signals").Signal<Tab>} */
export const tab = signal("log");
/** What there is for the task that is shown.
 * @type {import("@preact/signals").ReadonlySignal<Handle[]>} */
export const tabs = computed(() => [
  { id: "log", label: "Log", key: "1" },
  { id: "params", label: "Parameters", key: "2" },
  ...(result.value ? [RESULT] : []),
]);
/** What is shown: as asked for, as far as the task has it. */
export const shownTab = computed(() =>
  tabs.value.some(({ id }) => id === tab.value) ? tab.value : "log",
);
