// (state, events) → state. Pure: the page's only way to learn something from the service.
// Who reads the stream is in stream.js; what is derived from the state in rows.js and haul.js.

/** @import {Condition, Queue, Settings, Snapshot, StreamEvent, Task, TaskType} from "./types.js" */

/**
 * @typedef {object} State
 * @property {Map<number, Task>} tasks
 * @property {Queue} queue
 * @property {Condition[]} conditions
 * @property {Settings} settings
 * @property {Map<string, TaskType>} types
 * @property {string} version  of the service
 * @property {number} shape  changes whenever the list has other rows, or in another order
 */

const TASK_KINDS = new Set(["task_created", "task_update", "task_progress", "task_finished"]);
/** What decides where a task stands in the list. @type {(keyof Task)[]} */
const PLACING = ["shown_status", "held", "priority", "position", "finished_at"];

/** The state of a first paint, or after a `reset`. @param {Snapshot} snapshot @returns {State} */
export function fromSnapshot(snapshot, shape = 0) {
  return {
    tasks: new Map(snapshot.tasks.map((task) => [task.id, task])),
    queue: snapshot.queue,
    conditions: snapshot.conditions,
    settings: snapshot.settings,
    types: new Map(snapshot.task_types.map((type) => [type.name, type])),
    version: snapshot.version,
    shape: shape + 1,
  };
}

/**
 * The state after some events, in order; the same object when they change nothing.
 * An event carries the full record, so a newer version replaces an older one and an older one is
 * ignored: replays and answers that overtake the stream do no harm.
 * @param {State} state @param {StreamEvent[]} events @returns {State}
 */
export function reduce(state, events) {
  const draft = { ...state };
  let { tasks } = state;
  let isChanged = false;
  for (const { kind, data } of events) {
    if (kind === "task_update" && data.removed) {
      if (!tasks.has(data.id)) continue;
      isChanged = true;
      if (tasks === state.tasks) tasks = draft.tasks = new Map(tasks);
      tasks.delete(data.id);
      draft.shape++;
    } else if (TASK_KINDS.has(kind)) {
      const known = tasks.get(data.id);
      if (!data.user_relevant || (known && known.version >= data.version)) continue;
      isChanged = true;
      if (tasks === state.tasks) tasks = draft.tasks = new Map(tasks);
      tasks.set(data.id, data);
      if (!known || PLACING.some((name) => known[name] !== data[name])) draft.shape++;
    } else if (kind === "queue_update") {
      const { settings, ...queue } = data;
      isChanged = true;
      draft.queue = queue;
      if (settings) draft.settings = settings;
    }
  }
  return isChanged ? draft : state;
}

/**
 * The state without a task that the service no longer has.
 * @param {State} state
 * @param {number} id
 */
export function without(state, id) {
  if (!state.tasks.has(id)) return state;
  const tasks = new Map(state.tasks);
  tasks.delete(id);
  return { ...state, tasks, shape: state.shape + 1 };
}
