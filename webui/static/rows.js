// The rows of the list: which tasks, in which groups and order, and which of them are on screen.
// Pure; drawn by views/list.js.

/** @import {Queue, Task, Why} from "./types.js" */

/** @typedef {{heading: string, count: number}|{id: number}} Row */

/** Groups in the order of the list, each with the statuses it takes and the order inside. */
const GROUPS = [
  { heading: "Running", takes: ["running"], order: byStart },
  { heading: "Failed", takes: ["failed"], order: byEnd },
  { heading: "Paused", takes: ["paused"], order: inLine },
  { heading: "Waiting", takes: ["queued"], order: inLine },
  { heading: "Finished", takes: ["completed", "cancelled"], order: byEnd },
];
/** Reasons that lie in the task itself, which its events tell. */
const OWN_REASONS = new Set(["held", "after", "scheduled", "back-off", "paused"]);
/** Reasons that hold for a whole lane, known from the last snapshot. */
const LANE_REASONS = new Set(["quiet-hours", "person-first"]);

/** The waiting line's own order. @param {Task} a @param {Task} b */
function inLine(a, b) {
  return (
    Number(a.held) - Number(b.held) ||
    b.priority - a.priority ||
    a.position - b.position ||
    a.id - b.id
  );
}

/** @param {Task} a @param {Task} b */
function byStart(a, b) {
  return (a.started_at ?? "").localeCompare(b.started_at ?? "") || a.id - b.id;
}

/** Latest first. @param {Task} a @param {Task} b */
function byEnd(a, b) {
  return (b.finished_at ?? "").localeCompare(a.finished_at ?? "") || b.id - a.id;
}

/**
 * All rows, headings included; empty groups have none.
 * @param {Iterable<Task>} tasks
 * @returns {Row[]}
 */
export function rowsOf(tasks) {
  /** @type {Map<string, Task[]>} */
  const by = new Map();
  for (const task of tasks) {
    const found = by.get(task.status);
    if (found) found.push(task);
    else by.set(task.status, [task]);
  }
  return GROUPS.flatMap(({ heading, takes, order }) => {
    const members = takes.flatMap((status) => by.get(status) ?? []).sort(order);
    if (!members.length) return [];
    return [{ heading, count: members.length }, ...members.map(({ id }) => ({ id }))];
  });
}

/** The tasks' ids, top to bottom. @param {Row[]} rows @returns {number[]} */
export const idsOf = (rows) => rows.flatMap((row) => ("id" in row ? [row.id] : []));

/**
 * Which rows to draw: [first, end), some more than are seen. All lengths in the same unit.
 * @param {number} top @param {number} height @param {number} count @param {number} rowHeight
 * @returns {[number, number]}
 */
export function onScreen(top, height, count, rowHeight, spare = 6) {
  const first = Math.min(count, Math.max(0, Math.floor(top / rowHeight) - spare));
  return [first, Math.min(count, Math.ceil((top + height) / rowHeight) + spare)];
}

/**
 * The id `by` places further in the list, stopping at its ends.
 * @param {number[]} ids
 * @param {number|null} id
 * @param {number} by
 */
export function neighbour(ids, id, by) {
  const at = id === null ? -1 : ids.indexOf(id);
  if (at < 0) return ids[0] ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))];
}

/**
 * {task: how many stand before it in line}, of those that only wait for their turn.
 * @param {Iterable<Task>} tasks
 */
export function places(tasks) {
  const line = [...tasks].filter((t) => t.status === "queued" && !ownReason(t)).sort(inLine);
  return new Map(line.map((task, ahead) => [task.id, ahead]));
}

/** @param {Task} task @returns {Why|null} */
function ownReason(task) {
  return OWN_REASONS.has(task.waiting_because?.code ?? "") ? task.waiting_because : null;
}

/**
 * Why a task does not move, in words; "" for one that does or is over. Its events tell what lies in
 * the task; its place in line changes with others' events, so it is counted here.
 * @param {Task} task @param {Queue} queue @param {Map<number, number>} ahead from `places`
 */
export function waitingBecause(task, queue, ahead) {
  if (task.status === "paused") return task.message || "Waits until you resume it";
  if (task.status !== "queued") return "";
  const own = ownReason(task);
  if (own) return own.message;
  if (task.held) return "Held: waits until you start it";
  if (queue.is_paused) return "The queue is paused";
  if (LANE_REASONS.has(task.waiting_because?.code ?? ""))
    return task.waiting_because?.message ?? "";
  const before = ahead.get(task.id) ?? 0;
  return before ? `${before.toLocaleString("en-US")} before it in line` : "Next in line";
}
