// What of the tasks is shown and how it is parted, kept in the address, so that it survives a reload
// and can be kept as a bookmark. The tests of a filter are in matching.js, the groups in grouping.js.

import { computed, signal } from "@preact/signals";
import { GROUPINGS, groupingOf } from "./grouping.js";
import { filterOf, isOpen } from "./matching.js";
import { setQuery, taskQuery } from "./route.js";

/** @import {Key} from "./chords.js" */
/** @import {By} from "./grouping.js" */
/** @import {Status} from "./types.js" */

/** The part of the address that is about the list; the same text is the same filter. */
const said = computed(() => taskQuery.value.toString());
export const filter = computed(() => filterOf(new URLSearchParams(said.value)));
export const grouping = computed(() => groupingOf(new URLSearchParams(said.value).get("by")));
/** Whether something of the person's own tasks is left out. */
export const isFiltered = computed(() => !isOpen(filter.value));
/** Whether the line with the rarer filters is open. */
const isAsked = signal(false);
export const isPanelOpen = computed(
  () =>
    isAsked.value || Boolean(filter.value.type || filter.value.source || filter.value.project),
);

/** @param {"type"|"source"|"project"|"q"} name @param {string} value */
export const setWord = (name, value) => setQuery({ [name]: value || null });

/** Show these statuses alone, or no longer: "Finished" is two of them. @param {Status[]} some */
export function toggleStatuses(some) {
  const { statuses } = filter.value;
  const isOn = some.some((status) => statuses.includes(status));
  const rest = statuses.filter((status) => !some.includes(status));
  setQuery({ status: (isOn ? rest : [...rest, ...some]).join(",") });
}

/** Show tasks of every status. */
export const allStatuses = () => setQuery({ status: null });

/** Show all of the person's tasks again. */
export const clearFilters = () =>
  setQuery({ status: null, type: null, source: null, project: null, q: null });

/** @param {By} by */
export const setGrouping = (by) => setQuery({ by: by === "status" ? null : by });

export const toggleMaintenance = () =>
  setQuery({ show_maintenance: filter.value.maintenance ? null : "true" });

/** Open the line with the rarer filters, or close it when it filters nothing. */
export function togglePanel() {
  isAsked.value = !isPanelOpen.value;
}

/**
 * Put the focus on something of the page: at once where it is there, for the next letter may follow in
 * the same frame and would be a key of its own.
 * @param {string} selector
 */
function focusOn(selector) {
  if (!tryFocus(selector)) requestAnimationFrame(() => tryFocus(selector));
}

/** Give it the focus; false where it is not there. @param {string} selector */
function tryFocus(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) found.focus();
  if (found instanceof HTMLInputElement) found.select();
  return found !== null;
}

function nextGrouping() {
  const all = Object.values(GROUPINGS);
  setGrouping(all[(all.indexOf(grouping.value) + 1) % all.length].by);
}

/** @type {Key[]} */
export const FILTER_KEYS = [
  { keys: ["/"], shown: "/", does: "Find a task", run: () => focusOn("#find") },
  {
    keys: ["Shift+f"],
    shown: "Shift F",
    does: "Filter the list",
   
    run: () => {
      isAsked.value = true;
      focusOn(".filters button");
    },
  },
  { keys: ["g"], shown: "G", does: "Group the list another way", run: nextGrouping },
  {
    keys: ["m"],
    shown: "M",
    does: "Show maintenance, or hide it",
   
    run: toggleMaintenance,
  },
];
