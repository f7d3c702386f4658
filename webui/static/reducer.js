// (state, events) → state. Pure: the page's only way to learn something from the service.
// Who reads the stream is in stream.js; the tasks' places in the list in arrangement.js.

import { Shelf } from "./shelf.js";

/** @import {Condition, Queue, Settings, Snapshot, StreamEvent, Task, TaskType} from "./types.js" */

/**
 * @typedef {object} State
 * @property {Shelf<Task>} tasks
 * @property {Queue} queue
 * @property {Condition[]} conditions
 * @property {Settings} settings
 * @property {Map<string, TaskType>} types
 * @property {string} version  of the service
 * @property {boolean} isReadOnly  this window may only look
 * @property {boolean} maintenance  whether tasks are taken in that are not the person's own
 * @property {number} basis  another one when all of it was read anew
 * @property {number[]} changed  the tasks that differ from the state before
 */

const TASK_KINDS = new Set(["task_created", "task_update", "task_progress", "task_finished"]);

/**
 * The state of a first paint, or after a `reset`.
 * @param {Snapshot & {session?: {read_only: boolean}}} snapshot
 * @param {State|null} [before]
 * @returns {State}
 */
export function fromSnapshot(snapshot, before = null) {
  return {
    tasks: Shelf.of(snapshot.tasks),
    queue: snapshot.queue,
    conditions: snapshot.conditions,
    settings: snapshot.settings,
    types: new Map(snapshot.task_types.map((type) => [type.name, type])),
    version: snapshot.version,
    isReadOnly: snapshot.session?.read_only ?? false,
    maintenance: before?.maintenance ?? false,
    basis: (before?.basis ?? 0) + 1,
    changed: [],
  };
}

/**
 * The state after some events, in order; the same object when they change nothing.
 * An event carries the full record, so a newer version replaces an older one and an older one is
 * ignored: replays and answers that overtake the stream do no harm.
 * @param {State} state @param {StreamEvent[]} events @returns {State}
 */
export function reduce(state, events) {
  /** @type {Map<number, Task|null>} */
  const changed = new Map();
  let { queue, settings, conditions } = state;
  for (const { kind, data } of events) {
    if (kind === "queue_update") {
      const { settings: told, conditions: wrong, source_id: _s, removed: _r, ...figures } = data;
      queue = figures;
      settings = told ?? settings;
      conditions = wrong ?? conditions;
    }
    if (!TASK_KINDS.has(kind)) continue;
    const known = changed.has(data.id) ? changed.get(data.id) : state.tasks.get(data.id);
    if (data.removed) {
      if (known) changed.set(data.id, null);
    } else if (data.user_relevant || state.maintenance) {
      if (!known || known.version < data.version) changed.set(data.id, data);
    }
  }
  if (!changed.size) {
    const isSame =
      queue === state.queue && settings === state.settings && conditions === state.conditions;
    return isSame ? state : { ...state, queue, settings, conditions, changed: [] };
  }
  /** @type {Task[]} */ const put = [];
  /** @type {number[]} */ const gone = [];
  for (const [id, task] of changed) task ? put.push(task) : gone.push(id);
  const tasks = state.tasks.with(put, gone);
  return { ...state, queue, settings, conditions, tasks, changed: [...changed.keys()] };
}

/**
 * The state without some tasks: the service no longer has them, or the page need not know them.
 * @param {State} state
 * @param {number[]} ids
 */
export function without(state, ids) {
  const changed = ids.filter((id) => state.tasks.has(id));
  return changed.length ? { ...state, tasks: state.tasks.with([], changed), changed } : state;
}

/**
 * The state that takes in maintenance from now on, or without any.
 * @param {State} state
 * @param {boolean} maintenance
 */
export function withMaintenance(state, maintenance) {
  if (maintenance) return { ...state, maintenance, changed: [] };
  const others = [...state.tasks.values()].filter((task) => !task.user_relevant);
  const next = without({ ...state, changed: [] }, others.map(({ id }) => id));
  return { ...next, maintenance };
}
