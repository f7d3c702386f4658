// The header's figures: how far, how fast, when done. Pure; counts are records.
//
// The haul is what a person looks at as one: everything that is open, and what finished since the
// oldest of it was asked for. With nothing open it is what finished last, so that the page can say
// how that ended.

/** @import {Range, Task} from "./types.js" */

/**
 * @typedef {object} Haul
 * @property {number} tasks  in the haul
 * @property {number} open  not finished
 * @property {number} running
 * @property {Task[]} runners  those that run
 * @property {number} total  records known of
 * @property {number} done
 * @property {number} failed  records that failed, and those a failed task did not come to
 * @property {number} moving  left in the tasks that run
 * @property {number} toGo  left in all that is open, `moving` included
 * @property {number|null} rate  records a second; null while nothing says
 * @property {Range|null} eta  seconds until what moves and waits has arrived
 * @property {number} uncounted  open tasks whose total is not known yet, so that no figure has it
 * @property {number} blind  those of them that run
 * @property {string|null} finishedAt  of a haul with nothing open: when the last task finished
 */

const OPEN = new Set(["queued", "running", "paused"]);

/** @param {Iterable<Task>} tasks @returns {Haul} */
export function haulOf(tasks) {
  const members = membersOf(tasks);
  /** @type {Haul} */
  const haul = {
    tasks: members.length,
    open: 0,
    running: 0,
    runners: [],
    total: 0,
    done: 0,
    failed: 0,
    moving: 0,
    toGo: 0,
    rate: null,
    eta: null,
    uncounted: 0,
    blind: 0,
    finishedAt: null,
  };
  for (const task of members) add(haul, task);
  haul.eta = etaOf(members.filter((task) => task.status !== "failed" && OPEN.has(task.status)));
  return haul;
}

/** @param {Iterable<Task>} tasks @returns {Task[]} */
function membersOf(tasks) {
  /** @type {Task[]} */ const open = [];
  /** @type {Task[]} */ const ended = [];
  let began = "~"; // later than any time
  /** @type {Task|null} */ let last = null;
  for (const task of tasks) {
    if (OPEN.has(task.status)) {
      open.push(task);
      if (task.created_at < began) began = task.created_at;
    } else if (task.status !== "cancelled") {
      ended.push(task);
      if ((task.finished_at ?? "") > (last?.finished_at ?? "")) last = task;
    }
  }
  if (!open.length) began = last?.created_at ?? "~";
  for (const task of ended) if ((task.finished_at ?? "") >= began) open.push(task);
  return open;
}

/** What is left of a task; null while its total is not known. @param {Task} task */
export function leftOf({ progress: { total, done, failed, skipped } }) {
  return total === null ? null : Math.max(0, total - done - failed - skipped);
}

/** @param {Haul} haul @param {Task} task */
function add(haul, task) {
  const { done, failed, skipped } = task.progress;
  const left = leftOf(task);
  haul.done += done + skipped;
  haul.failed += failed;
  if (OPEN.has(task.status)) {
    haul.open++;
    haul.toGo += left ?? 0;
    haul.uncounted += Number(left === null);
  } else if (task.status === "failed") {
    haul.failed += left ?? 0;
  }
  if (task.status === "running") {
    haul.running++;
    haul.runners.push(task);
    haul.moving += left ?? 0;
    haul.blind += Number(left === null);
    if (task.rate !== null) haul.rate = (haul.rate ?? 0) + task.rate;
  }
  if (task.finished_at && task.finished_at > (haul.finishedAt ?? ""))
    haul.finishedAt = task.finished_at;
  haul.total = haul.done + haul.failed + haul.toGo;
}

/**
 * What the headline says of how far it is: a share, or the count where a share would be one of
 * something else. With nothing left of what is counted it would say 100, and while nothing that
 * runs is counted it would stand still.
 * @param {Haul} haul
 * @returns {{isCount: boolean, share: number, labels: string[]}} `labels`: the same in ever fewer
 *   words
 */
export function headlineOf({ total, done, toGo, running, uncounted, blind }) {
  const isCount = uncounted > 0 && (toGo === 0 || (running > 0 && blind === running));
  const counted = ["Done of what is counted", "Of what is counted"];
  const more = isCount ? ["Done so far"] : uncounted ? counted : [];
  return { isCount, share: total ? done / total : 0, labels: [...more, "Done"] };
}

/**
 * The time to go, as a range: all that is to be moved at the speed of what moves now, but never
 * sooner than the slowest running task. What a person stopped (paused, held) is not waited for.
 * @param {Task[]} open @returns {Range|null}
 */
function etaOf(open) {
  let [left, low, high] = [0, 0, 0];
  const slowest = { low: 0, high: 0 };
  for (const task of open) {
    if (task.status === "paused" || task.held) continue;
    const own = leftOf(task) ?? 0;
    left += own;
    if (task.status !== "running") continue;
    if (!task.eta || !task.rate) return null; // it runs, but how fast is not known yet
    low += task.eta.high > 0 ? own / task.eta.high : task.rate;
    high += task.eta.low > 0 ? own / task.eta.low : task.rate;
    slowest.low = Math.max(slowest.low, task.eta.low);
    slowest.high = Math.max(slowest.high, task.eta.high);
  }
  if (!low || !high) return null;
  return { low: Math.max(left / high, slowest.low), high: Math.max(left / low, slowest.high) };
}
