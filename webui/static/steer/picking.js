// Choosing several rows of a list that changes meanwhile: single ones, and ranges from the last
// single one. Pure; selection.js keeps the state.

/**
 * @typedef {object} Picks
 * @property {Set<number>} chosen
 * @property {number|null} anchor  where a range begins: the last one that was picked alone
 * @property {Set<number>} base  what was chosen before the range, and stays beside it
 */

/** @type {Picks} */
export const NOTHING = { chosen: new Set(), anchor: null, base: new Set() };

/** Choose one, or not any more. @param {Picks} picks @param {number} id @returns {Picks} */
export function toggled(picks, id) {
  const chosen = new Set(picks.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { chosen, anchor: id, base: chosen };
}

/**
 * Choose everything between the anchor and `id`; an earlier range from the same anchor is replaced.
 * Where the anchor is gone from the list, `id` is chosen alone and is the new one.
 * @param {Picks} picks
 * @param {number[]} order  the ids of the list, top to bottom
 * @param {number} id
 * @returns {Picks}
 */
export function ranged(picks, order, id) {
  const [from, to] = [picks.anchor === null ? -1 : order.indexOf(picks.anchor), order.indexOf(id)];
  if (to < 0) return picks;
  if (from < 0) return toggled({ ...picks, chosen: without(picks.chosen, id) }, id);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ...picks, chosen: new Set([...picks.base, ...range]) };
}

/** All of these, and nothing else. @param {number[]} ids @returns {Picks} */
export function all(ids) {
  const chosen = new Set(ids);
  return { chosen, anchor: ids[0] ?? null, base: chosen };
}

/**
 * What is left when some of them are gone; the same object when none is.
 * @param {Picks} picks
 * @param {(id: number) => boolean} isThere
 * @returns {Picks}
 */
export function remaining(picks, isThere) {
  if ([...picks.chosen].every(isThere)) return picks;
  const chosen = new Set([...picks.chosen].filter(isThere));
  if (!chosen.size) return NOTHING;
  return { ...picks, chosen, base: new Set([...picks.base].filter(isThere)) };
}

/** @param {Set<number>} ids @param {number} id */
function without(ids, id) {
  const rest = new Set(ids);
  rest.delete(id);
  return rest;
}
