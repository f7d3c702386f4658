// Rows that go while a person is at one of them, whoever took them away.

import { idsOf } from "./rows.js";
import { rows, select, selected } from "./store.js";

/**
 * Rows are about to go: the one at hand passes on to the next that stays, or the one before.
 * @param {number[]} ids
 */
export function leaveRows(ids) {
  const going = new Set(ids);
  const chosen = selected.peek() ?? -1;
  if (!going.has(chosen)) return;
  const order = idsOf(rows.value);
  const at = order.indexOf(chosen);
  if (at < 0) return;
  const isStaying = (/** @type {number} */ id) => !going.has(id);
  select(order.slice(at).find(isStaying) ?? order.slice(0, at).findLast(isStaying) ?? null);
}
