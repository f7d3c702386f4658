// Samples the speed of everything once a second, for the wall's curve; what was before the page was
// opened it reads from the paces of the tasks that moved then.

import { effect, signal } from "@preact/signals";
import { read } from "../api.js";
import { haul, link, now, state } from "../store.js";
import { SPAN, addBeat, together } from "./pulse.js";

/** @import {Task} from "../types.js" */
/** @import {Beat} from "./pulse.js" */

/** Tasks whose paces are read. */
const MOST_READ = 10;

/** The last minutes, oldest first; a new list with every beat. */
export const beats = signal(/** @type {Beat[]} */ ([]));
let isRead = false;

effect(() => {
  const at = now.value / 1000;
  if (!state.peek() || link.peek().status !== "live") return;
  const { rate } = haul.peek();
  beats.value = [...addBeat(beats.peek(), { at, rate: rate ?? 0 })];
});

/** Read what was before, once. */
export async function readPaces() {
  if (isRead || !state.peek()) return;
  isRead = true;
  const until = beats.peek()[0]?.at ?? now.peek() / 1000;
  const paces = await Promise.all(recent(until).map(paceOf));
  const before = together(paces, until);
  beats.value = [...before, ...beats.peek().filter(({ at }) => at >= until)];
}

/** The tasks that moved in the minutes that the curve shows. @param {number} until */
function recent(until) {
  const from = new Date((until - SPAN) * 1000).toISOString();
  return [...(state.peek()?.tasks.values() ?? [])]
    .filter((task) => task.status === "running" || (task.started_at && task.updated_at > from))
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at))
    .slice(0, MOST_READ);
}

/** @param {Task} task @returns {Promise<Beat[]>} */
async function paceOf({ id }) {
  try {
    const { samples } = await read(`/tasks/${id}/pace?points=600`);
    return speedsOf(samples);
  } catch {
    return []; // it is gone, or the service is; the curve begins with what is seen from now on
  }
}

/**
 * What each sample says about the time up to the next.
 * @param {{at: string, run: number, status: string, seen: number}[]} samples
 */
function speedsOf(samples) {
  let rate = 0;
  return samples.map(({ at, run, status, seen }, i) => {
    const next = samples[i + 1];
    const from = Date.parse(at) / 1000;
    const seconds = next ? Date.parse(next.at) / 1000 - from : 0;
    const isMoving = status === "running" && next?.run === run && seconds > 0;
    if (isMoving) rate = Math.max(0, next.seen - seen) / seconds;
    // nothing comes after the last one yet: it goes on as it did
    else if (next || status !== "running") rate = 0;
    return { at: from, rate };
  });
}
