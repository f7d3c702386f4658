// What needs a person, worst first: what the wall's strip says. Pure.

import { clock, clockSeconds, moment } from "../format.js";

/** @import {Condition, Queue, Task} from "../types.js" */

/**
 * @typedef {object} Need
 * @property {string} word  what it is, in a word or two
 * @property {string} text  whose it is, and why
 * @property {string} [brief]  whose it is, where that is something else
 * @property {string} since  "" where that is not known
 * @property {"failed"|"paused"|"completed"} tone
 * @property {boolean} [isLoss]  the connection is lost
 * @property {boolean} isTask  counted as a task that needs somebody
 */

/** Milliseconds after which a task that is paused, or waits for another try, is worth a word. */
const LONG_MS = 15 * 60_000;

/**
 * What the strip tells now: a lost connection for as long as it lasts, for nothing else is sure
 * then; what has just ended; else the needs in turn.
 * @param {Need[]} needs @param {Need|null} ended @param {number} tick
 * @returns {Need|null}
 */
export function toldOf(needs, ended, tick) {
  if (needs[0]?.isLoss) return needs[0];
  return ended ?? needs[tick % needs.length] ?? null;
}

/**
 * @param {{tasks: Iterable<Task>, queue: Queue, conditions: Condition[],
 *   link: {status: string, since: number}}} what
 * @param {number} now
 * @returns {Need[]}
 */
export function needsOf({ tasks, queue, conditions, link }, now) {
  const all = [...tasks];
  return [
    ...connection(link),
    ...conditions.map(({ message, since }) => ({
      word: "Service",
      text: message,
      since: sinceOf(since, now),
      tone: /** @type {const} */ ("failed"),
      isTask: false,
    })),
    ...all
      .filter(({ status }) => status === "failed")
      .sort(worseFirst)
      .map((task) => failed(task, now)),
    ...(queue.is_paused
      ? [need("Queue paused", "Nothing new starts until somebody resumes it", "", false)]
      : []),
    ...all
      .filter((task) => isStuck(task, now))
      .sort((a, b) => a.updated_at.localeCompare(b.updated_at))
      .map((task) => stuck(task, now)),
  ];
}

/** @param {{status: string, since: number}} link @returns {Need[]} */
function connection({ status, since }) {
  if (status !== "lost" && status !== "signed-out") return [];
  const text =
    status === "lost"
      ? "Nothing is lost; trying again"
      : "Signed out: open this window again from Longhaul";
  const found = need("No connection", text, `since ${clockSeconds(since)}`, false);
  return [{ ...found, tone: "failed", isLoss: true }];
}

/** What ended its worker again and again, then the latest. @param {Task} a @param {Task} b */
function worseFirst(a, b) {
  const isLoop = (/** @type {Task} */ task) => Number(task.error?.code === "crash-loop");
  return (
    isLoop(b) - isLoop(a) ||
    (b.finished_at ?? "").localeCompare(a.finished_at ?? "") ||
    b.id - a.id
  );
}

/** @param {Task} task @param {number} now @returns {Need} */
function failed(task, now) {
  const word = task.error?.code === "crash-loop" ? "Crashed" : "Failed";
  const text = task.error ? `${task.title}: ${task.error.message}` : task.title;
  return { ...need(word, text, sinceOf(task.finished_at, now), true), brief: task.title };
}

/** Whether it waits for a look at its first records. @param {Task} task */
const awaitsLook = ({ canary }) => canary?.state === "waiting";

/** @param {Task} task @param {number} now */
function isStuck(task, now) {
  if (awaitsLook(task)) return true; // nothing moves until somebody has looked
  const isHeldUp =
    task.status === "paused" ||
    (task.status === "queued" && task.waiting_because?.code === "back-off");
  return isHeldUp && now - Date.parse(task.updated_at) > LONG_MS;
}

/** @param {Task} task @param {number} now */
function stuck(task, now) {
  const [word, why] =
    task.status === "paused"
      ? [awaitsLook(task) ? "Look" : "Paused", task.message]
      : ["Held up", task.error?.message ?? task.waiting_because?.message];
  const text = why ? `${task.title}: ${why}` : task.title;
  return { ...need(word, text, sinceOf(task.updated_at, now), true), brief: task.title };
}

/** @param {string} word @param {string} text @param {string} since @param {boolean} isTask
 * @returns {Need} */
function need(word, text, since, isTask) {
  return { word, text, since, tone: "paused", isTask };
}

/** @param {string|null|undefined} at @param {number} now */
function sinceOf(at, now) {
  if (!at) return "";
  const then = Date.parse(at);
  return `since ${now - then < 12 * 3_600_000 ? clock(then) : moment(then, now)}`;
}

/** What the strip begins with, of all that it has to tell. @param {Need[]} needs */
export function headline(needs) {
  const tasks = needs.filter(({ isTask }) => isTask).length;
  if (tasks === needs.length) return `${tasks} ${tasks === 1 ? "task needs" : "tasks need"} you`;
  return needs.length === 1 ? needs[0].word : `${needs.length} things need you`;
}
