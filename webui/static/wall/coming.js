// What an idle wall tells: what ended last, and what begins next and when. Pure.

/** @import {Task} from "../types.js" */

/** @typedef {{name: string, enabled: boolean, next_at: string|null}} Schedule */
/** @typedef {{title: string, at: number|null, why: string}} Next  `at`: when, if that is known */

/**
 * The task that ended last, of those that came to an end of their own.
 * @param {Iterable<Task>} tasks
 */
export function lastOf(tasks) {
  /** @type {Task|null} */
  let last = null;
  for (const task of tasks) {
    if (!task.finished_at || task.status === "cancelled") continue;
    if (!last || task.finished_at > (last.finished_at ?? "")) last = task;
  }
  return last;
}

/**
 * What begins next: what waits for its turn, else what has a time, the earliest first.
 * @param {Task[]} line the waiting tasks, in the order of their turn
 * @param {Schedule[]} schedules @param {(task: Task) => string} why a task waits
 * @returns {Next|null}
 */
export function nextOf(line, schedules, why) {
  const timed = [...line.flatMap(timeOfTask), ...schedules.flatMap(timeOfSchedule)];
  timed.sort((a, b) => a.at - b.at);
  const untimed = line.find((task) => !task.held && !timeOfTask(task).length);
  if (untimed) return { title: untimed.title, at: null, why: why(untimed) };
  if (timed[0]) return { ...timed[0], why: "" };
  const held = line.find((task) => task.held);
  return held ? { title: held.title, at: null, why: why(held) } : null;
}

/** @param {Task} task */
function timeOfTask({ held, title, waiting_because, scheduled_at }) {
  const isTimed = ["scheduled", "back-off", "quiet-hours"].includes(waiting_because?.code ?? "");
  const at = waiting_because?.until ?? scheduled_at;
  return !held && isTimed && at ? [{ title, at: Date.parse(at) }] : [];
}

/** @param {Schedule} schedule */
function timeOfSchedule({ name, enabled, next_at }) {
  return enabled && next_at ? [{ title: name, at: Date.parse(next_at) }] : [];
}
