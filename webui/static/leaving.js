// Rows that go while a person is at one of them, whoever took them away. Pure; store.js chooses.

/**
 * Which of the rows is at hand when some go: the next that stays, or the one before.
 * @param {number[]} order  all rows, top to bottom
 * @param {number|null} chosen  the one at hand
 * @param {Set<number>} going
 * @returns {number|null} `chosen` itself where it stays, or is no row; null when none stays
 */
export function heirOf(order, chosen, going) {
  const at = chosen !== null && going.has(chosen) ? order.indexOf(chosen) : -1;
  if (at < 0) return chosen;
  const isStaying = (/** @type {number} */ id) => !going.has(id);
  return order.slice(at).find(isStaying) ?? order.slice(0, at).findLast(isStaying) ?? null;
}
