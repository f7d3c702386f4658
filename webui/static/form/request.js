// What is sent to begin a task. Pure.

import { momentOf } from "./moments.js";
import { cronOf, EVERY_NIGHT } from "./when.js";

/** @import {Repeat} from "./when.js" */

/**
 * @typedef {"now"|"held"|"once"|"repeat"} Way  how it begins
 * @typedef {object} About  what a person says about the task beside its parameters, as typed
 * @property {string} title
 * @property {string} [note]  absent in drafts of former versions
 * @property {string} priority
 * @property {string} [canary]  records after which it pauses for a look
 * @property {string} after  numbers of tasks
 * @property {string} at  a local moment, for `once`
 * @property {Repeat} repeat
 */

/** @type {About} */
export const NOTHING_SAID = { title: "", note: "", priority: "", canary: "", after: "", at: "", repeat: EVERY_NIGHT };

/**
 * @param {{type: string, params: object, about: About, way: Way, session: string,
 *   made: string, plan?: string}} task
 * `made` is the title of a task that was given none: a schedule needs one. `plan` is that of the
 * preview that was seen, for what begins at once.
 * @returns {{path: "/tasks"|"/schedules", body: Object<string, unknown>}}
 */
export function requestOf({ type, params, about, way, session, made, plan = "" }) {
  const priority = about.priority.trim() ? { priority: numberOr(about.priority) } : {};
  if (way === "repeat") {
    const name = about.title.trim() || made;
    return { path: "/schedules", body: { name, cron: cronOf(about.repeat), type, params, ...priority } };
  }
  const title = about.title.trim() ? { title: about.title } : {};
  const note = about.note?.trim() ? { note: about.note.trim() } : {};
  const after = numbersOf(about.after);
  const canary = about.canary?.trim() ? { canary: numberOr(about.canary) } : {};
  return {
    path: "/tasks",
    body: {
      type,
      params,
      ...title,
      ...note,
      ...priority,
      ...canary,
      ...(plan && way === "now" ? { plan } : {}),
      ...(after.length ? { after } : {}),
      ...(way === "held" ? { hold: true } : {}),
      ...(way === "once" ? { not_before: momentOf(about.at) } : {}),
      source: "page",
      ...(session ? { session_id: session } : {}),
    },
  };
}

/** "12, 14" or "#12 14" → the numbers; what is none goes as it is, for the service to judge.
 * @param {string} text */
const numbersOf = (text) => text.split(/[\s,;#]+/).filter(Boolean).map(numberOr);

/** @param {string} text */
function numberOr(text) {
  const n = Number(text);
  return text.trim() !== "" && Number.isInteger(n) ? n : text;
}
