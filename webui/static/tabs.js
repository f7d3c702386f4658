// Which part of a task's details is shown below its figures.

import { computed, signal } from "@preact/signals";
import { task } from "./store.js";

/** @typedef {"log"|"timeline"|"attempts"|"params"|"result"|"items"} Tab */
/** @typedef {{id: Tab, label: string, key: string, does: string}} Handle */

/** @type {Handle[]} */
const ALL = [
  { id: "log", label: "Log", key: "1", does: "Its log" },
  { id: "timeline", label: "Timeline", key: "2", does: "What happened to it, and when" },
  { id: "attempts", label: "Attempts", key: "3", does: "Its attempts, and how they ended" },
  { id: "params", label: "Parameters", key: "4", does: "Its parameters" },
  { id: "result", label: "Result", key: "5", does: "Its result" },
  { id: "items", label: "Items", key: "6", does: "Its items, at first those that failed" },
];
/** What the person asked for. @type {import("@preact/signals").Signal<Tab>} */
export const tab = signal("log");

const hasResult = computed(
  () => task.value?.status === "completed" && Boolean(task.value.result_url),
);
/** What there is for the task that is shown. */
export const tabs = computed(() => ALL.filter(({ id }) => id !== "result" || hasResult.value));
/** What is shown: as asked for, as far as the task has it. */
export const shownTab = computed(() =>
  tabs.value.some(({ id }) => id === tab.value) ? tab.value : "log",
);

/** @type {import("./chords.js").Key[]} */
export const TAB_KEYS = ALL.map(({ id, key, does }) => ({
  keys: [key],
  shown: key,
  does,
  when: () => task.value !== null && tabs.value.some((shown) => shown.id === id),
  run: () => (tab.value = id),
}));
