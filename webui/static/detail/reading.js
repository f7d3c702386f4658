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

/**
 * Wait for a reading; a task that is gone is forgotten. What failed otherwise is read again when
 * the connection is back, of which the page says enough.
 * @param {number} id @param {Promise<unknown>} reading
 */
export function quietly(id, reading) {
  reading.catch((error) => {
    if (error instanceof Refused && error.status === 404) forget(id);
  });
}
