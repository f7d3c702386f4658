// What the page knows and where the person is in it, as signals; the views draw what is in here.
// How it is kept up to date is in live.js, what a person does to tasks in actions.js, what is not
// loaded yet in history.js.

import { batch, computed, signal } from "@preact/signals";
import { Arrangement } from "./arrangement.js";
import { filter, grouping } from "./filters.js";
import { atRow, folds, unfolded } from "./folds.js";
import { statusGroup } from "./grouping.js";
import { haulOf } from "./haul.js";
import { heirOf } from "./leaving.js";
import { reduce, without } from "./reducer.js";
import { Rows, idsOf, keyOf, neighbour } from "./rows.js";
import { sectionsOf } from "./sections.js";

/** @import {Horizon} from "./arrangement.js" */
/** @import {State} from "./reducer.js" */
/** @import {Beyond} from "./sections.js" */
/** @import {Condition, StreamEvent, Task, TaskType} from "./types.js" */

/** Tasks from which on the figures of all of them are made only so often, in milliseconds. */
const MANY = 500;
const SELDOM_MS = 2000;

/** Null until the first snapshot. @type {import("@preact/signals").Signal<State|null>} */
export const state = signal(null);
/** The stream, and since when it is so (milliseconds since 1970). */
export const link = signal({ status: "opening", since: Date.now() });
/** The time, a second at a time while the page is seen. */
export const now = signal(Date.now());
/** The task that the person chose. @type {import("@preact/signals").Signal<number|null>} */
export const selected = signal(null);
/** What could not be done, in words. */
export const notice = signal("");
/** The verb that was sent and not answered yet. */
export const busy = signal("");
export const isHelpOpen = signal(false);
/** What a screen reader should say now. */
export const spoken = signal("");

/* Parts of the state, for those who are not to be drawn again with every count of a task. */
export const isRead = computed(() => state.value !== null);
export const isReadOnly = computed(() => state.value?.isReadOnly ?? false);
export const isPaused = computed(() => state.value?.queue.is_paused ?? false);
/** @type {Condition[]} */
const NONE = [];
export const conditions = computed(() => state.value?.conditions ?? NONE);
/** @type {Map<string, TaskType>} */
const NO_TYPES = new Map();
export const types = computed(() => state.value?.types ?? NO_TYPES);

/** How far back what has finished is loaded. @type {Horizon} */
export const horizon = { failed: "", finished: "" };
/** What is not loaded, of which history.js knows.
 * @type {import("@preact/signals").Signal<Object<string, Beyond>>} */
export const beyond = signal({});
/** How many tasks there are in each group by status, loaded or not; null until it is known.
 * @type {import("@preact/signals").Signal<Object<string, number>|null>} */
export const totals = signal(null);

const basis = computed(() => state.value?.basis ?? 0);
/** Every task in its place. Made anew for another filter; each change moves one task in it. */
export const arrangement = computed(() => {
  const made = new Arrangement(filter.value, grouping.value, { ...horizon });
  return basis.value ? made.fill(tasks()) : made;
});
const moves = signal(0);
/** The list's rows; made anew only when their order changes, not with every count. */
export const rows = computed(() => {
  moves.value; // read only to be made again with it
  return new Rows(
    sectionsOf(arrangement.value, {
      folds: folds.value,
      unfolded: unfolded.value,
      selected: selected.value,
      types: state.peek()?.types ?? new Map(),
      beyond: beyond.value,
      totals: totals.value,
      now: Date.now(),
    }),
  );
});
/** The waiting line, which knows how many stand before a task. */
export const ahead = computed(() => {
  moves.value;
  const line = arrangement.value;
  return { ahead: (/** @type {Task} */ of) => line.ahead(of) };
});
const counts = signal(0);
let countingLater = 0;
export const haul = computed(() => {
  counts.value;
  return basis.value ? haulOf(tasks()) : haulOf([]);
});

/** The task that is shown: the chosen one, else the first of the list, which runs if any does. */
export const current = computed(() => {
  if (selected.value !== null && isKnown(selected.value)) return selected.value;
  for (const { tasks } of rows.value.sections) if (tasks.length) return tasks[0].id;
  return null;
});
export const task = computed(() => state.value?.tasks.get(current.value ?? -1) ?? null);

/** The same object for as long as nothing but the counts and the speed of that task changes: for
 * what is drawn of the rest of it. */
export const calm = computed(() => {
  const next = task.value;
  if (!next || calmKey(next) !== lastCalm.key)
    lastCalm = { of: next, key: next ? calmKey(next) : "" };
  return lastCalm.of;
});
let lastCalm = { of: /** @type {Task|null} */ (null), key: "" };

/** @param {Task} task */
const calmKey = (task) =>
  JSON.stringify({
    ...task,
    progress: task.progress.failed,
    ...{ version: 0, updated_at: "", rate: null, eta: null, figures: null },
  });

/** All tasks, without making the reader of them depend on every count. */
function tasks() {
  return state.peek()?.tasks.values() ?? [];
}

/** @param {number} id */
function isKnown(id) {
  moves.value;
  basis.value;
  return state.peek()?.tasks.has(id) ?? false;
}

/** Take events into the state. @param {StreamEvent[]} events */
export function apply(events) {
  if (!state.value) return;
  const before = task.peek();
  const { version, counts } = arrangement.peek();
  const counted = { ...counts };
  leaveRows(events.filter(isRemoval).map(({ data }) => data.id));
  change(reduce(state.value, events));
  if (arrangement.peek().version !== version) noteTotals(counted);
  const after = before && state.value.tasks.get(before.id);
  if (after && after.shown_status !== before.shown_status) {
    spoken.value = `${after.title}: ${after.shown_status}`;
  }
}

/** @param {StreamEvent} event */
const isRemoval = ({ kind, data }) => kind.startsWith("task") && data.removed;

/** Take in tasks that were there before and are new to the page. @param {Task[]} found */
export function absorb(found) {
  if (!state.value) return;
  change(
    reduce(
      state.value,
      found.map((data) => ({ id: 0, kind: "task_update", data })),
    ),
  );
}

/** Show another state, which differs by the tasks it names. @param {State} next */
export function change(next) {
  if (next === state.peek()) return;
  batch(() => {
    const places = arrangement.peek();
    const { version } = places;
    state.value = next;
    for (const id of next.changed) places.take(id, next.tasks.get(id));
    if (places.version !== version) moves.value++;
    if (next.changed.length) countSoon(next.tasks.size);
  });
}

/** Load further back: what lies there belongs to the list now.
 * @param {"failed"|"finished"} kind @param {string} to */
export function reach(kind, to) {
  horizon[kind] = to;
  arrangement.peek().reach(kind, to);
  moves.value++;
}

/** @param {number} size */
function countSoon(size) {
  if (size <= MANY) counts.value++;
  else
    countingLater ||= window.setTimeout(() => {
      countingLater = 0;
      counts.value++;
    }, SELDOM_MS);
}

/** What came and went, came and went in the totals, too. @param {Object<string, number>} before */
function noteTotals(before) {
  if (!totals.value) return;
  const next = { ...totals.value };
  const after = arrangement.peek().counts;
  for (const status of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const kind = statusGroup(/** @type {Task} */ ({ status }));
    next[kind] = (next[kind] ?? 0) + (after[status] ?? 0) - (before[status] ?? 0);
  }
  totals.value = next;
}

/** Take a task as an answer told it. @param {Task} told */
export const applyTask = (told) => apply([{ id: 0, kind: "task_update", data: told }]);

/** Forget tasks that are gone. @param {number[]} ids */
export const forget = (ids) =>
  apply(ids.map((id) => ({ id: 0, kind: "task_update", data: { id, removed: true } })));

/** Tasks are about to go: the one at hand passes on to one that stays. @param {number[]} ids */
export function leaveRows(ids) {
  const chosen = selected.peek();
  if (chosen === null || !ids.includes(chosen)) return;
  const heir = heirOf(idsOf(rows.value), chosen, new Set(ids));
  if (heir !== chosen) select(heir);
}

/** Keep some tasks in mind no longer; the service still has them. @param {number[]} ids */
export function drop(ids) {
  if (state.value) change(without(state.value, ids));
}

/** Choose another task. @param {number|null} id */
export function select(id) {
  notice.value = "";
  atRow.value = "";
  selected.value = id;
}

/** Where the person is in the list; -1 when that row is not shown. */
export const place = computed(() => {
  const all = rows.value;
  if (atRow.value) {
    for (let i = 0; i < all.sections.length; i++) {
      const { heading, tasks, unfolded } = all.sections[i];
      if (keyOf(heading) === atRow.value) return all.starts[i];
      let before = 0;
      for (const { after, jobs } of unfolded) {
        const at = jobs.findIndex((row) => row.key === atRow.value);
        if (at >= 0 && tasks.length) return all.starts[i] + 2 + after + before + at;
        before += jobs.length;
      }
    }
  }
  return placeOf(current.value);
});

/** The row of a task; -1 when it is not shown. @param {number|null} id */
export function placeOf(id) {
  const places = arrangement.peek();
  const placed = places.placed.get(id ?? -1);
  if (!placed) return -1;
  const key = places.grouping.keyOf(placed);
  return rows.value.indexOf(id, ({ heading, tasks }) => {
    if (heading.key !== key) return -1;
    if (heading.isFolded) return tasks[0]?.id === id ? 0 : -1;
    return places.groups.get(key)?.indexOf(placed) ?? -1;
  });
}

/** Go `by` rows further down. @param {number} by */
export function move(by) {
  const row = neighbour(rows.value, place.value, by);
  if (!row || "more" in row) return;
  if ("id" in row) return select(row.id);
  if ("of" in row) select(row.of);
  atRow.value = keyOf(row);
}
