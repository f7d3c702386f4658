// Reading what belongs to one task: only the last reading counts, so that a task that was left
// never shows its data under another one's name.

import { Refused } from "../api.js";
import { forget } from "../store.js";

/** Signals of which each new one ends the one before. */
export function latest() {
  let ended = new AbortController();
  return {
    begin() {
      ended.abort();
      ended = new AbortController();
      return ended.signal;
    },
  };
}

/** Milliseconds before another try. */
const AGAIN_MS = 2000;

/**
 * Read until it succeeds or is not wanted any more: a service that is busy or gone answers later. A
 * task that is gone is forgotten.
 * @param {number} id @param {AbortSignal} signal @param {() => Promise<unknown>} reading
 */
export async function quietly(id, signal, reading) {
  while (!signal.aborted) {
    try {
      await reading();
      return;
    } catch (error) {
      const status = error instanceof Refused ? error.status : 0;
      if (!signal.aborted && status === 404) forget([id]);
      if (status >= 400 && status < 500) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
