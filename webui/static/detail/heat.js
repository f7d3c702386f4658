// The heat strip: what each part of a backfill took. Ranges of records as the service keeps them
// (merged, at most 96), and what the stream adds to them; made to cells with a height. Pure.

import { compact, counted, duration, whole } from "../format.js";

/**
 * @typedef {{from: unknown, to: unknown, records: number, ms: number|null, failed: number}} Range
 * @typedef {object} Cell
 * @property {number} records  its width
 * @property {number} level  how fast it was beside the others: 1 (slow) to 5 (fast), 0 unknown
 * @property {number} failed
 * @property {string} text  what it was, in words
 */

/** Ranges that are kept, as the service does. */
export const MOST = 96;
/** Cells that a strip has at most: narrower ones could not be told apart. */
const CELLS = 48;
/** From this share of the usual speed on a cell has a level: 1 below the first, 5 above the last. */
const STEPS = [0.4, 0.75, 1.2, 2];

/** @param {Range} a @param {Range} b @returns {Range} */
function merged(a, b) {
  const records = a.records + b.records;
  let ms = a.ms === null || b.ms === null ? null : a.ms + b.ms;
  const known = a.ms !== null ? a : b;
  if (ms === null && known.ms !== null && known.records) ms = (known.ms / known.records) * records;
  return { from: a.from, to: b.to, records, ms, failed: a.failed + b.failed };
}

/**
 * The ranges with more behind them; the two neighbours with the fewest records become one.
 * @param {Range[]} ranges @param {Range[]} more @param {number} most
 */
export function added(ranges, more, most = MOST) {
  const all = [...ranges, ...more];
  while (all.length > most) {
    let at = 0;
    for (let i = 1; i < all.length - 1; i++)
      if (all[i].records + all[i + 1].records < all[at].records + all[at + 1].records) at = i;
    all.splice(at, 2, merged(all[at], all[at + 1]));
  }
  return all;
}

/** @param {Range} range records a second, or null where nobody knows */
const speedOf = ({ records, ms }) => (ms ? (records / ms) * 1000 : null);

/**
 * @param {Range[]} ranges @param {string} unit  what is counted, in the plural
 * @returns {Cell[]}
 */
export function cellsOf(ranges, unit) {
  const cells = added(ranges, [], CELLS);
  const usual = medianOf(cells);
  return cells.map((range) => {
    const speed = speedOf(range);
    const level =
      speed === null || !usual ? 0 : 1 + STEPS.filter((step) => speed / usual >= step).length;
    return { records: range.records, level, failed: range.failed, text: wordsOf(range, speed, unit) };
  });
}

/** The speed that half of the records were slower than. @param {Range[]} ranges */
function medianOf(ranges) {
  const known = ranges
    .map((range) => ({ speed: speedOf(range) ?? 0, records: range.records }))
    .filter(({ speed }) => speed > 0)
    .sort((a, b) => a.speed - b.speed);
  let left = known.reduce((n, { records }) => n + records, 0) / 2;
  for (const { speed, records } of known) if ((left -= records) <= 0) return speed;
  return 0;
}

/** @param {Range} range @param {number|null} speed @param {string} unit */
function wordsOf({ from, to, records, ms, failed }, speed, unit) {
  const parts = [`${counted(records, unit)} from ${keyed(from)} to ${keyed(to)}`];
  if (ms !== null && speed !== null)
    parts.push(`${ms < 1000 ? `${whole(ms)} ms` : duration(ms / 1000)}, ${compact(Math.round(speed))} a second`);
  else parts.push("nobody measured it");
  if (failed) parts.push(`${whole(failed)} failed`);
  return parts.join(" · ");
}

/** @param {unknown} key */
const keyed = (key) =>
  key === null ? "the start" : typeof key === "object" ? JSON.stringify(key) : String(key);

/** The strip for who hears it. @param {Cell[]} cells @param {string} unit */
export function spoken(cells, unit) {
  const records = cells.reduce((n, cell) => n + cell.records, 0);
  const slow = cells.filter(({ level }) => level === 1).length;
  const failed = cells.reduce((n, cell) => n + cell.failed, 0);
  const said = [`Speed over ${counted(records, unit)} in ${whole(cells.length)} parts`];
  said.push(slow ? `${whole(slow)} of them slow` : "none of them slow");
  if (failed) said.push(`${whole(failed)} failed`);
  return said.join(", ");
}

/**
 * A stage, or the whole, beside the run before: "24 % faster than before", or "".
 * @param {{seconds: number, records: number}} now @param {{seconds: number, records: number}} before
 */
export function compared(now, before) {
  if (!now.records || !before.records || now.seconds < 1 || before.seconds < 1) return "";
  const share = now.records / now.seconds / (before.records / before.seconds);
  if (share > 0.95 && share < 1.05) return "as fast as before";
  return share > 1
    ? `${whole(Math.round((share - 1) * 100))} % faster than before`
    : `${whole(Math.round((1 - share) * 100))} % slower than before`;
}
