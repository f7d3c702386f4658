// The tasks that a person has chosen, to do something with all of them at once. What is done with
// them is in bulk.js.

import { computed, effect, signal } from "@preact/signals";
import { read, rights } from "./api.js";
import { taskQuery } from "./route.js";
import { idsOf } from "./rows.js";
import { current, rows, select, spoken, state } from "./store.js";
import { NOTHING, all, ranged, remaining, toggled } from "./steer/picking.js";
import { tasksOf } from "./steer/verbs.js";

/** @import {Picks} from "./steer/picking.js" */
/** @import {Key} from "./chords.js" */
/** @import {Status, Task} from "./types.js" */

/** @typedef {{filter: Object<string, unknown>, total: number,
 *   byStatus: Partial<Record<Status, number>>}} Everything */

/** @type {import("@preact/signals").Signal<Set<number>>} */
export const chosen = signal(NOTHING.chosen);
/**
 * Set while all that fit the filter are chosen, those that are not loaded included.
 * @type {import("@preact/signals").Signal<Everything|null>}
 */
export const everything = signal(null);
/** How many are chosen. */
export const howMany = computed(() => everything.value?.total ?? chosen.value.size);

/** @type {Picks} */
let picks = NOTHING;
/** Where Shift and an arrow go on from. */
let head = /** @type {number|null} */ (null);

/** Those that are chosen and loaded, in no order. @returns {Task[]} */
export function chosenTasks() {
  const known = state.value?.tasks;
  return [...chosen.value].flatMap((id) => known?.get(id) ?? []);
}

/**
 * Choose a task, or not any more.
 * @param {number} id
 * @param {{range?: boolean}} [how]  `range`: all from the last one that was chosen up to this
 */
export function toggle(id, how = {}) {
  if (!rights.mayChange) return;
  if (how.range && picks.anchor === null && current.value !== null)
    picks = toggled(NOTHING, current.value);
  take(how.range ? ranged(picks, idsOf(rows.value), id) : toggled(picks, id));
  head = id;
}

/** A click on a row: alone it shows the task, with Ctrl, ⌘ or Shift it chooses.
 * @param {number} id @param {{ctrlKey: boolean, metaKey: boolean, shiftKey: boolean}} event */
export function pick(id, { ctrlKey, metaKey, shiftKey }) {
  if (shiftKey) toggle(id, { range: true });
  else if (ctrlKey || metaKey) toggle(id);
  select(id);
}

/** The range one row further. @param {number} by */
function extend(by) {
  const order = idsOf(rows.value);
  const from = order.indexOf(head ?? current.value ?? -1);
  const to = order[Math.min(order.length - 1, Math.max(0, from + by))];
  if (to === undefined) return;
  toggle(to, { range: true });
  select(to);
}

/** All that fit the filter: those in the list at once, the others as soon as they are counted. */
export async function chooseAll() {
  const shown = idsOf(rows.value);
  if (!shown.length) return;
  take(all(shown));
  const question = new URLSearchParams(taskQuery.value);
  const wanted = new URLSearchParams();
  for (const name of ["status", "type", "source", "project", "q", "show_maintenance"]) {
    const value = question.get(name);
    if (value) wanted.set(name, value);
  }
  if (!wanted.has("status")) wanted.set("status", "all");
  const mine = picks;
  const { total, by_status: byStatus } = await read(`/queue/counts?${wanted}`);
  if (picks !== mine || total <= shown.length) return;
  everything.value = { filter: bodyOf(wanted), total, byStatus };
  spoken.value = `All ${tasksOf(total)} that match are selected`;
}

/** A query as the member `filter` of a body. @param {URLSearchParams} wanted */
function bodyOf(wanted) {
  const { status = "", show_maintenance: maintenance, ...rest } = Object.fromEntries(wanted);
  return { ...rest, status: status.split(","), ...(maintenance && { show_maintenance: true }) };
}

/** Choose nothing any more; whether anything was chosen. */
export function leave() {
  const was = chosen.value.size > 0;
  take(NOTHING);
  head = null;
  return was;
}

/** @param {Picks} next */
function take(next) {
  everything.value = null;
  if (next === picks) return;
  const before = picks.chosen.size;
  picks = next;
  chosen.value = next.chosen;
  const n = next.chosen.size;
  if (n !== before) spoken.value = n ? `${tasksOf(n)} selected` : "Nothing is selected";
}

/** What is gone from the service is not chosen any more. */
export function watchSelection() {
  effect(() => {
    document.documentElement.classList.toggle("is-choosing", chosen.value.size > 0);
  });
  effect(() => {
    const known = state.value?.tasks;
    if (!picks.chosen.size || !known) return;
    const left = remaining(picks, (id) => known.has(id));
    if (left !== picks) take(left);
  });
}

const isAny = () => idsOf(rows.value).length > 0;
/** @type {Key[]} */
export const SELECTION_KEYS = [
  {
    keys: ["c", "Ctrl+ "],
    shown: "C",
    does: "Select it, or not any more",
    when: () => current.value !== null,
    run: () => current.value !== null && toggle(current.value),
  },
  {
    keys: ["Shift+ArrowUp", "Shift+k"],
    shown: "Shift ↑",
    does: "Select up to the one above",
    when: isAny,
    run: () => extend(-1),
    isMotion: true,
  },
  {
    keys: ["Shift+ArrowDown", "Shift+j"],
    shown: "Shift ↓",
    does: "Select up to the one below",
    when: isAny,
    run: () => extend(1),
    isMotion: true,
  },
  {
    keys: ["Shift+Home"],
    shown: "Shift Home",
    does: "Select up to the first",
    when: isAny,
    run: () => extend(-Infinity),
    isMotion: true,
  },
  {
    keys: ["Shift+End"],
    shown: "Shift End",
    does: "Select down to the last",
    when: isAny,
    run: () => extend(Infinity),
    isMotion: true,
  },
  { keys: ["Ctrl+a"], shown: "Ctrl A", does: "Select all that match", when: isAny, run: chooseAll },
  {
    keys: ["Shift+c"],
    shown: "Shift C",
    does: "Select nothing",
    when: () => chosen.value.size > 0,
    run: leave,
  },
];
