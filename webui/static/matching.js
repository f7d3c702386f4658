// Which tasks a person wants to see: a filter, as the address says it, as a test of a task, and as
// the question to the service about what is not loaded. Pure; kept in the address by filters.js.

/** @import {Status, Task} from "./types.js" */

/**
 * @typedef {object} Filter
 * @property {Status[]} statuses  none: all of them
 * @property {string} type
 * @property {string} source
 * @property {string} project
 * @property {string} q  part of title, type, parameters, or "#12"
 * @property {boolean} maintenance  what is not the person's own, too
 */

/** @type {Status[]} */
export const STATUSES = ["running", "failed", "paused", "queued", "completed", "cancelled"];
/** @type {Status[]} */
export const FINISHED = ["failed", "completed", "cancelled"];
/** The members that are words, and called the same in the address. */
export const WORDS = /** @type {const} */ (["type", "source", "project", "q"]);

/** @param {URLSearchParams} query @returns {Filter} */
export function filterOf(query) {
  const said = (query.get("status") ?? "").split(",");
  const word = (/** @type {string} */ name) => (query.get(name) ?? "").trim();
  return {
    statuses: STATUSES.filter((status) => said.includes(status)),
    type: word("type"),
    source: word("source"),
    project: word("project"),
    q: word("q"),
    maintenance: query.get("show_maintenance") === "true",
  };
}

/** Whether it leaves nothing of a person's own tasks out. @param {Filter} filter */
export const isOpen = (filter) => !filter.statuses.length && WORDS.every((name) => !filter[name]);

/** What the tests look for; a task's record never changes, so it is made once. */
const texts = new WeakMap();

/** @param {Task} task @returns {string} */
function textOf(task) {
  let text = texts.get(task);
  if (text === undefined) {
    const params = Object.keys(task.params).length ? JSON.stringify(task.params) : "";
    text = `${task.title}\n${task.type}\n${params}`.toLowerCase();
    texts.set(task, text);
  }
  return text;
}

/** Whether a task fits but for its status. @param {Filter} filter @param {Task} task */
export function fitsBeside(filter, task) {
  if (!filter.maintenance && !task.user_relevant) return false;
  if (filter.type && task.type !== filter.type) return false;
  if (filter.source && task.source !== filter.source) return false;
  if (filter.project && task.project !== filter.project) return false;
  if (!filter.q) return true;
  const number = filter.q.match(/^#(\d+)$/);
  if (number) return task.id === Number(number[1]);
  return textOf(task).includes(filter.q.toLowerCase()) || String(task.id).includes(filter.q);
}

/** @param {Filter} filter @param {Task} task */
export function fits(filter, task) {
  return (
    (!filter.statuses.length || filter.statuses.includes(task.status)) && fitsBeside(filter, task)
  );
}

/**
 * The filter as the service takes it, for tasks of these statuses (as far as it wants them); null
 * when it wants none of them.
 * @param {Filter} filter @param {Status[]} statuses @returns {URLSearchParams|null}
 */
export function queryOf(filter, statuses) {
  const wanted = filter.statuses.length
    ? statuses.filter((status) => filter.statuses.includes(status))
    : statuses;
  if (!wanted.length) return null;
  const query = new URLSearchParams({ status: wanted.join(",") });
  for (const name of WORDS) if (filter[name]) query.set(name, filter[name]);
  if (filter.maintenance) query.set("show_maintenance", "true");
  return query;
}
