// What has ended, and what still runs, as short messages: one each, or one for many. Pure; shown by
// toasts.js, decided by away.js.

import { clock, counted, duration, whole } from "./format.js";

/** @import {Task} from "./types.js" */
/**
 * @typedef {object} News
 * @property {string} key
 * @property {string} title
 * @property {string} text
 * @property {"done"|"failed"|"running"} tone
 * @property {number} task  where it leads
 * @property {"log"|"result"|null} tab
 * @property {string} label  of the way there
 */

/** Up to so many are told one by one. */
const MOST_SINGLE = 3;

/** Whether its end is told: what a person asked for, and did not end. @param {Task} task */
export const isNews = ({ status, user_relevant }) =>
  user_relevant && (status === "completed" || status === "failed");

/** An end is told once: a retry has another one. @param {Task} task */
export const keyOfEnd = ({ id, run, finished_at }) => `end ${id}.${run} ${finished_at}`;

/**
 * @param {Task[]} ended  in any order
 * @param {boolean} wasAway  nobody looked when it happened
 * @param {number} [most]  told one by one
 * @param {(task: Task) => string} [said]  what a type wants said of its completion; "": nothing own
 * @returns {News[]}
 */
export function newsOf(ended, wasAway, most = MOST_SINGLE, said = () => "") {
  const tasks = [...ended].sort((a, b) => atOf(a) - atOf(b));
  if (tasks.length <= most) return tasks.map((task) => single(task, wasAway, said(task)));
  const failed = tasks.filter(({ status }) => status === "failed");
  const last = failed.at(-1) ?? tasks[tasks.length - 1];
  const done = tasks.length - failed.length;
  const words = done ? [`${counted(done, "tasks")} completed`] : [];
  if (failed.length) words.push(done ? `${whole(failed.length)} failed` : failures(failed.length));
  const title = words.join(", ") + (wasAway ? " while you were away" : "");
  const text = `${failed.length ? "Failed" : "The last one"}: ${last.title}`;
  const tone = failed.length ? "failed" : "done";
  return [{ ...wayTo(last), key: keyOfEnd(last), title, text, tone }];
}

const failures = (/** @type {number} */ n) => `${counted(n, "tasks")} failed`;
const atOf = (/** @type {Task} */ { finished_at }) => Date.parse(finished_at ?? "") || 0;

/** @param {Task} task @param {boolean} wasAway @param {string} said @returns {News} */
function single(task, wasAway, said) {
  const isFailed = task.status === "failed";
  const word = isFailed ? "Failed" : said || "Completed";
  const title = wasAway ? `${word} while you were away` : word;
  const at = wasAway ? `at ${clock(atOf(task))}` : "";
  const what = isFailed ? (task.error?.message ?? "") : amount(task);
  const text = [task.title, what, at].filter(Boolean).join(" · ");
  return { ...wayTo(task), key: keyOfEnd(task), title, text, tone: isFailed ? "failed" : "done" };
}

/** "1,000 records in 8 s". @param {Task} task */
function amount({ progress: { done, unit }, started_at, finished_at }) {
  const count = done ? counted(done, unit) : "";
  if (!started_at || !finished_at) return count;
  const took = duration((Date.parse(finished_at) - Date.parse(started_at)) / 1000);
  return count ? `${count} in ${took}` : `took ${took}`;
}

/** @param {Task} task @returns {Pick<News, "task"|"tab"|"label">} */
function wayTo({ id, status, result_url }) {
  if (status === "failed") return { task: id, tab: "log", label: "See why" };
  if (result_url) return { task: id, tab: "result", label: "See the result" };
  return { task: id, tab: null, label: "Show it" };
}

/** What still runs, for somebody who comes back. @param {Task[]} running @returns {News[]} */
export function stillRunning(running) {
  if (!running.length) return [];
  const [first] = running;
  const common = { key: "still running", tone: /** @type {const} */ ("running"), task: first.id };
  const way = { ...common, tab: null, label: "Watch it" };
  if (running.length === 1) {
    return [{ ...way, title: `Still running${inBrackets(share(first))}`, text: first.title }];
  }
  const title = `${counted(running.length, "tasks")} still running`;
  const names = running.slice(0, 3).map((task) => `${task.title}${inBrackets(share(task))}`);
  const more = running.length > 3 ? ` and ${whole(running.length - 3)} more` : "";
  return [{ ...way, title, text: names.join(", ") + more, label: "Watch the first" }];
}

/** "75 %", never rounded up; the count, where the total is not known. @param {Task} task */
function share({ progress: { done, failed, skipped, total, unit } }) {
  const seen = done + failed + skipped;
  if (total) return `${Math.floor((100 * Math.min(total, seen)) / total)} %`;
  return seen ? counted(seen, unit) : "";
}

const inBrackets = (/** @type {string} */ text) => (text ? ` (${text})` : "");
