// The rows of the list: headings, tasks, the jobs of unfolded tasks, and which of them are on
// screen. A row is looked up by its number, so that ten thousand need not be made. Pure; drawn by
// views/list.js, the tasks' places are kept by arrangement.js.

import { OWN_REASONS, isInLine } from "./arrangement.js";
import { inLine } from "./grouping.js";

export { byStart, inLine } from "./grouping.js";

/** @import {Job, Queue, Task, Why} from "./types.js" */

/**
 * @typedef {{key: string, heading: string, count: number, isAtLeast: boolean,
 *   isFolded: boolean}} HeadingRow
 * @typedef {{id: number}} TaskRow
 * @typedef {{job: Job|null, of: number, key: string, part: string}} JobRow  null: on the way
 * @typedef {{more: string, text: string}} MoreRow  what is not loaded yet begins here
 * @typedef {HeadingRow|TaskRow|JobRow|MoreRow} Row
 */

/**
 * @typedef {object} Section  a group as it is shown
 * @property {HeadingRow} heading
 * @property {ArrayLike<{id: number}>} tasks  that are shown of it
 * @property {{after: number, jobs: JobRow[]}[]} unfolded  by the place of their task, from the top
 * @property {MoreRow|null} more
 */

/** Reasons that hold for a whole lane, known from the last snapshot. */
const LANE_REASONS = new Set(["quiet-hours", "person-first"]);

export class Rows {
  /** @param {Section[]} sections */
  constructor(sections) {
    this.sections = sections;
    /** Where each section begins. @type {number[]} */
    this.starts = [];
    this.length = 0;
    /** @type {number[]|null} */
    this.madeIds = null;
    for (const section of sections) {
      this.starts.push(this.length);
      this.length += lengthOf(section);
    }
  }

  /** @param {number} index @returns {Row|undefined} */
  at(index) {
    const which = this.starts.findLastIndex((start) => start <= index);
    const section = this.sections[which];
    return section && rowIn(section, index - this.starts[which]);
  }

  /** @param {number} first @param {number} end @returns {Row[]} */
  slice(first, end) {
    const found = [];
    for (let i = Math.max(0, first); i < Math.min(end, this.length); i++) {
      const row = this.at(i);
      if (row) found.push(row);
    }
    return found;
  }

  /** The tasks' ids, top to bottom; made only when somebody asks. */
  get ids() {
    this.madeIds ??= this.sections.flatMap(({ tasks }) => Array.from(tasks, ({ id }) => id));
    return this.madeIds;
  }

  /**
   * Where a task's row is; -1 when it is not shown.
   * @param {number|null} id @param {(section: Section) => number} [placeIn]  finds it in a section
   */
  indexOf(id, placeIn) {
    for (const [i, section] of this.sections.entries()) {
      const place = placeIn
        ? placeIn(section)
        : Array.prototype.findIndex.call(section.tasks, (task) => task.id === id);
      if (place < 0) continue;
      const before = section.unfolded.reduce(
        (n, { after, jobs }) => n + (after < place ? jobs.length : 0),
        0,
      );
      return this.starts[i] + 1 + place + before;
    }
    return -1;
  }
}

/** @param {Section} section */
function lengthOf({ tasks, unfolded, more }) {
  const jobs = unfolded.reduce((n, { jobs }) => n + jobs.length, 0);
  return 1 + tasks.length + jobs + Number(more !== null);
}

/** @param {Section} section @param {number} index @returns {Row} */
function rowIn({ heading, tasks, unfolded, more }, index) {
  if (index === 0) return heading;
  let place = index - 1;
  for (const { after, jobs } of unfolded) {
    if (place <= after) break;
    if (place <= after + jobs.length) return jobs[place - after - 1];
    place -= jobs.length;
  }
  return place < tasks.length ? { id: tasks[place].id } : /** @type {MoreRow} */ (more);
}

/** The tasks' ids, top to bottom. @param {Rows} rows @returns {number[]} */
export const idsOf = (rows) => rows.ids;

/** What a row is called, for the page and for the one that is at hand. @param {Row} row */
export function keyOf(row) {
  if ("id" in row) return `row-${row.id}`;
  if ("heading" in row) return `group-${row.key}`;
  return "more" in row ? `more-${row.more}` : row.key;
}

/**
 * Whether arrows stop at a row: a folded group, a task, a job; they pass by what only parts them.
 * @param {Row} row
 */
const isStop = (row) => "id" in row || "of" in row || ("heading" in row && row.isFolded);

/**
 * The row that is `by` stops further, stopping at the ends.
 * @param {Rows} rows @param {number} from @param {number} by @returns {Row|undefined}
 */
export function neighbour(rows, from, by) {
  const step = Math.sign(by);
  let found = rows.at(from);
  let left = Math.abs(by);
  for (let i = from + step; left && i >= 0 && i < rows.length; i += step) {
    const row = rows.at(i);
    if (!row || !isStop(row)) continue;
    found = row;
    left--;
  }
  return found;
}

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
 * How many stand before each task in line, for whoever has no arrangement.
 * @param {Iterable<Task>} tasks
 */
export function places(tasks) {
  const line = [...tasks].filter(isInLine).sort(inLine);
  const ahead = new Map(line.map((task, before) => [task.id, before]));
  return { ahead: (/** @type {Task} */ { id }) => ahead.get(id) ?? 0 };
}

/** @param {Task} task @returns {Why|null} */
function ownReason(task) {
  return OWN_REASONS.has(task.waiting_because?.code ?? "") ? task.waiting_because : null;
}

/**
 * Why a task does not move, in words; "" for one that does or is over. Its events tell what lies in
 * the task; its place in line changes with others' events, so the page counts it.
 * @param {Task} task @param {Queue} queue
 * @param {{ahead: (task: Task) => number}} line  e.g. the arrangement
 */
export function waitingBecause(task, queue, line) {
  if (task.status === "paused") return task.message || "Waits for you";
  if (task.status === "running" && task.shown_status === "running")
    return task.waiting_because?.message ?? "";
  if (task.status !== "queued") return "";
  const own = ownReason(task);
  if (own) return own.message;
  if (task.held) return "Held: waits until you start it";
  if (queue.is_paused) return "The queue is paused";
  if (LANE_REASONS.has(task.waiting_because?.code ?? ""))
    return task.waiting_because?.message ?? "";
  const before = line.ahead(task);
  return before ? `${before.toLocaleString("en-US")} before it in line` : "Next in line";
}
