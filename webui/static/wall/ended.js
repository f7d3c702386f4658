// What has just ended, as the wall's strip tells it: for some seconds, in one line however many
// they are, and without a control, for nobody stands before it. Pure.

import { newsOf } from "../news.js";

/** @import {Task} from "../types.js" */
/** @import {Need} from "./needs.js" */

/** @typedef {{task: Task, at: number}} Ended  `at`: when this page heard of it */

/** Milliseconds for which an end is told: time to look up, and to cross the room. */
export const TOLD_MS = 20_000;

/**
 * Those that are still told, and the new ones.
 * @param {Ended[]} before @param {Task[]} tasks @param {number} now
 */
export const withEnds = (before, tasks, now) => [
  ...before.filter(({ at }) => now - at < TOLD_MS),
  ...tasks.map((task) => ({ task, at: now })),
];

/** @param {Ended[]} ended @param {number} now @returns {Need|null} */
export function endedOf(ended, now) {
  const tasks = ended.filter(({ at }) => now - at < TOLD_MS).map(({ task }) => task);
  if (!tasks.length) return null;
  // one line has room for one; more are counted
  const [news] = newsOf(tasks, false, 1);
  const tone = news.tone === "failed" ? "failed" : "completed";
  return { word: news.title, text: news.text, since: "", tone, isTask: false };
}
