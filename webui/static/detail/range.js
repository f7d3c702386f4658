// The range of a task's records: what is done, failed, skipped and to go. Pure.

import { compact, counted, whole } from "../format.js";

/** @import {Task} from "../types.js" */
/** @typedef {{name: "done"|"failed"|"skipped"|"to-go", n: number, text: string}} Part */

/** @param {Task} task @returns {Part[]} those that are not empty, in the order of the strip */
export function rangeOf({ status, progress: { done, failed, skipped, total, unit } }) {
  const left = total === null ? 0 : Math.max(0, total - done - failed - skipped);
  const isOver = status === "failed" || status === "cancelled";
  /** @type {Part[]} */
  const parts = [
    { name: "done", n: done, text: "done" },
    { name: "failed", n: failed, text: "failed" },
    { name: "skipped", n: skipped, text: "skipped" },
    { name: "to-go", n: left, text: isOver ? "not done" : "to go" },
  ];
  const shown = parts.filter(({ n }) => n > 0);
  if (total === null && !shown.length) return [];
  return shown.length ? shown : [{ name: "to-go", n: 0, text: counted(0, unit) }];
}

/**
 * Whether nobody knows how long its strip would have to be: then what is done is no part of it.
 * @param {Pick<Task, "status"|"progress">} task
 */
export const isOpenEnded = ({ status, progress: { total } }) =>
  total === null && status !== "completed";

/** What is said in place of what is to go. @param {Task} task */
export const openWords = ({ status }) =>
  status === "failed" || status === "cancelled" ? "of an unknown number" : "total not known yet";

/** A figure that has room; in words for who hears it. @param {Part} part */
export const figured = ({ n }) => (n < 1_000_000 ? whole(n) : compact(n));
