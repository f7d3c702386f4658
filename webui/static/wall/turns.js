// Whose turn it is on the wall: which page of the running tasks is shown, and which of its rows is
// brought out. By itself both go on with time; what a person moved to stays for a minute. Pure.

/** Milliseconds for which a move by hand holds. */
export const HOLD_MS = 60_000;

/**
 * @typedef {object} Turn
 * @property {number} page  from 0
 * @property {number} pages
 * @property {number[]} ids  the rows of this page
 * @property {number|null} focus  the task that is brought out
 *
 * @typedef {{id: number, at: number}} Move  what a person moved to, and when
 */

/**
 * @param {number[]} ids of all running tasks, in their order
 * @param {number} size rows of a page
 * @param {{tick: number, now: number, isAuto: boolean, move: Move|null}} when `tick` grows by one
 *   with every turn; `isAuto`: a row is brought out without being asked
 * @returns {Turn}
 */
export function turnOf(ids, size, { tick, now, isAuto, move }) {
  const pages = Math.max(1, Math.ceil(ids.length / Math.max(1, size)));
  const held = move && now - move.at < HOLD_MS ? ids.indexOf(move.id) : -1;
  const page = held >= 0 ? Math.floor(held / Math.max(1, size)) : tick % pages;
  const shown = ids.slice(page * size, (page + 1) * size);
  if (held >= 0) return { page, pages, ids: shown, focus: ids[held] };
  // every page has its turn before the next row of a page has
  const row = shown.length ? Math.floor(tick / pages) % shown.length : 0;
  return { page, pages, ids: shown, focus: isAuto ? (shown[row] ?? null) : null };
}

/**
 * The turn at a time; 0 where the wall stays as it is.
 * @param {number} now @param {number} cycleS
 */
export const tickAt = (now, cycleS) => (cycleS > 0 ? Math.floor(now / 1000 / cycleS) : 0);

/**
 * The task `by` rows further, stopping at both ends.
 * @param {number[]} ids @param {number|null} from @param {number} by
 */
export function moved(ids, from, by) {
  const at = from === null ? -1 : ids.indexOf(from);
  if (at < 0) return ids[by > 0 ? 0 : ids.length - 1] ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))];
}
