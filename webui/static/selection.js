// The tasks that a person has chosen, to do something with all of them at once.

import { signal } from "@preact/signals";

/** @type {import("@preact/signals").Signal<Set<number>>} */
export const chosen = signal(new Set());

/**
 * Choose a task, or not any more.
 * @param {number} id
 * @param {{range?: boolean}} [how]  `range`: all from the last one that was chosen up to this
 */
export function toggle(id, how = {}) {
  const next = new Set(chosen.value);
  if (!how.range && next.has(id)) next.delete(id);
  else next.add(id);
  chosen.value = next;
}
