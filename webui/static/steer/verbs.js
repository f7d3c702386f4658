// What can be done to one task or to many, and how that is said. Pure: the task itself says what is
// possible (`allowed`); here is what of that is offered, and what one verb means for a crowd.

import { counted, whole } from "../format.js";

/** @import {Status, Task, TaskType} from "../types.js" */

/** @typedef {"start"|"pause"|"resume"|"cancel"|"retry"|"hold"|"clear"} Verb */
/** @typedef {Verb|"top"|"priority"} Deed  what can be done to many */

/** Reasons to wait that a start ends. */
const STARTABLE = new Set(["held", "after", "scheduled", "back-off"]);
/** @type {Record<Deed, {label: string, done: string, statuses: Status[]}>} */
export const DEEDS = {
  start: { label: "Start", done: "started", statuses: ["queued"] },
  pause: { label: "Pause", done: "paused", statuses: ["queued", "running"] },
  resume: { label: "Resume", done: "resumed", statuses: ["paused"] },
  retry: { label: "Retry", done: "retried", statuses: ["failed", "cancelled"] },
  hold: { label: "Hold", done: "held", statuses: ["queued"] },
  top: { label: "To the top", done: "moved to the top", statuses: ["queued", "paused"] },
  priority: { label: "Priority", done: "changed", statuses: ["queued", "running", "paused"] },
  cancel: { label: "Cancel", done: "cancelled", statuses: ["queued", "running", "paused"] },
  clear: { label: "Clear", done: "cleared", statuses: ["completed", "failed", "cancelled"] },
};
/** What takes a verb back, where something does. @type {Object<string, Verb>} */
export const OPPOSITES = { pause: "resume", resume: "pause", hold: "start", start: "hold" };

/** Whether a deed is offered for a task. @param {Task} task @param {Deed} deed */
export function isOffered(task, deed) {
  const { allowed, held, status } = task;
  if (deed === "top") return allowed.includes("move");
  if (deed === "priority") return ["queued", "running", "paused"].includes(status);
  if (!allowed.includes(deed)) return false;
  if (deed === "start") return held || STARTABLE.has(task.waiting_because?.code ?? "");
  if (deed === "pause") return !held; // it does not move anyway, until it is started
  return true;
}

/** Whether the deed is offered for a task among many. @param {Task} task @param {Deed} deed */
export const fits = (task, deed) =>
  isOffered(task, deed) && (deed !== "retry" || task.status !== "completed");

/** The verb that Space stands for now. @param {Task} task @returns {"pause"|"resume"|null} */
export function toggleOf(task) {
  if (task.allowed.includes("resume")) return "resume";
  return isOffered(task, "pause") ? "pause" : null;
}

/**
 * How a task can be retried, the usual way first.
 * @param {Task} task
 * @param {TaskType} [type]
 * @returns {{id: "failed"|"start"|"items", label: string,
 *   how: {from?: "start", only_failed_items?: true}}[]}
 */
export function retriesOf(task, type) {
  if (!task.allowed.includes("retry")) return [];
  /** @type {ReturnType<typeof retriesOf>} */
  const ways = [];
  if (task.status !== "completed")
    ways.push({ id: "failed", label: task.status === "failed" ? "Retry" : "Go on", how: {} });
  ways.push({
    id: "start",
    label: task.status === "completed" ? "Run again" : "From the start",
    how: { from: "start" },
  });
  if (task.progress.failed && type?.retries_items)
    ways.push({ id: "items", label: "Only what failed", how: { only_failed_items: true } });
  return ways;
}

/**
 * How many of each deed's tasks there are, of those that have any, in the order of the table.
 * @param {Iterable<Task>} tasks
 * @returns {{deed: Deed, ids: number[]}[]}
 */
export function offers(tasks) {
  const all = [...tasks];
  return /** @type {Deed[]} */ (Object.keys(DEEDS)).flatMap((deed) => {
    const ids = all.filter((task) => fits(task, deed)).map(({ id }) => id);
    return ids.length ? [{ deed, ids }] : [];
  });
}

/** @typedef {{id: number, ok: boolean, status: Status|null,
 *   error?: {code: string, allowed?: string[]}}} Outcome  `allowed`: what is possible instead */

/**
 * What became of many: "10 cancelled, 2 had already finished".
 * @param {Deed} deed
 * @param {Outcome[]} results
 */
export function outcome(deed, results) {
  const done = results.filter(({ ok }) => ok).length;
  const failed = results.filter(({ ok }) => !ok);
  const gone = failed.filter(({ error }) => error?.code === "not-found").length;
  const over = failed.filter(({ error }) => error?.allowed?.includes("retry")).length;
  const isEnd = deed === "retry" || deed === "clear";
  const rest = failed.length - gone - (isEnd ? 0 : over);
  const words = [`${whole(done)} ${DEEDS[deed].done}`];
  if (over && !isEnd) words.push(`${whole(over)} had already finished`);
  if (gone) words.push(`${whole(gone)} ${gone === 1 ? "was" : "were"} already gone`);
  if (rest) words.push(`${whole(rest)} had moved on and could not be`);
  return words.join(", ");
}

/** "this task", or "3 tasks". @param {number} n */
export const tasksOf = (n) => (n === 1 ? "1 task" : counted(n, "tasks"));
