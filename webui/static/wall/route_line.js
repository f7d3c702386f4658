// A task's way on the wall: where its stations stand on the line, and where its train is. Pure.

import { spaced } from "../format.js";
import { stationsOf } from "../stations.js";

/** @import {Task, TaskType} from "../types.js" */

/**
 * @typedef {object} Way
 * @property {string[]} names  of the stretches between the stations
 * @property {number} stretch  the one it is on; its number of stretches when it has arrived
 * @property {number|null} at  where the train is, from 0 to 1; null before it left
 */

/** @param {Task} task @param {TaskType|undefined} type @returns {Way} */
export function wayOf(task, type) {
  const stations = stationsOf(task, type);
  const titles = type?.stage_titles ?? {};
  const names = stations.map(({ name }) => titles[name] ?? spaced(name));
  if (!task.started_at || task.status === "queued") return { names, stretch: 0, at: null };
  const now = stations.findIndex(({ state }) => state === "now");
  const stretch = now < 0 ? names.length : now;
  const part = Math.min(0.97, now < 0 ? 0 : partOf(task));
  return { names, stretch, at: Math.min(1, (stretch + part) / Math.max(1, names.length)) };
}

/** How far a task is in its step, from 0 to 1. @param {Task} task */
function partOf(task) {
  const share = shareOf(task);
  if (share === null) return 0.5; // somewhere on its stretch: how far is not known
  const steps = Math.max(1, task.steps.length);
  return Math.min(1, Math.max(0, share * steps - task.step_index));
}

/** How far a task is, from 0 to 1; null while that is not known. @param {Task} task */
export function shareOf({ progress: { done, failed, skipped, total } }) {
  return total ? Math.min(1, (done + failed + skipped) / total) : null;
}

/** A span as a row has room for it: "8 s", "24 min", "1 h 50", "3 d". @param {number} seconds */
export function shortSpan(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} d`;
  return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
}
