// What can be taken back, newest last: kept for a short while, joined where one follows on another.
// Pure; undo.js keeps the state and the time.

/**
 * @typedef {object} Undoable
 * @property {string} text  what was done: "Moved up"
 * @property {string} key  two with the same key that follow on each other become one
 * @property {number} until  milliseconds since 1970 when it can no longer be taken back
 * @property {() => unknown} undo
 */

/** How long something can be taken back, in milliseconds. */
export const UNDO_MS = 10_000;
/** How soon after each other two of the same kind are one, in milliseconds. */
export const JOIN_MS = 1500;
const MOST = 20;

/**
 * With one more. Joined with the newest, the new text is told and the older state comes back.
 * @param {Undoable[]} kept
 * @param {Omit<Undoable, "until">} entry
 * @param {number} now
 * @returns {Undoable[]}
 */
export function added(kept, entry, now) {
  const alive = living(kept, now);
  const last = alive.at(-1);
  const until = now + UNDO_MS;
  if (last?.key === entry.key && now - (last.until - UNDO_MS) <= JOIN_MS)
    return [...alive.slice(0, -1), { ...last, text: entry.text, until }];
  return [...alive, { ...entry, until }].slice(-MOST);
}

/** Those that can still be taken back. @param {Undoable[]} kept @param {number} now */
export const living = (kept, now) =>
  kept.every(({ until }) => until > now) ? kept : kept.filter(({ until }) => until > now);
