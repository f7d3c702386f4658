// What spares the screen: the hours in which it is dimmed, and where the picture stands. Pure.

/** @typedef {{start: string, end: string}|null} Hours  "22:30"; the end may be on the next day */

/** Steps of the picture, in pixels: a small ring, so that each line has several places. */
const RING = [
  [0, 0],
  [3, 0],
  [3, 3],
  [0, 3],
  [-3, 3],
  [-3, 0],
  [-3, -3],
  [0, -3],
  [3, -3],
];
/** Milliseconds at one place. */
const STAY_MS = 3 * 60_000;

/** Whether the wall is dimmed at a time of the day. @param {Hours} hours @param {number} now */
export function isDimmed(hours, now) {
  if (!hours) return false;
  const at = new Date(now);
  const minute = at.getHours() * 60 + at.getMinutes();
  const [from, to] = [minuteOf(hours.start), minuteOf(hours.end)];
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** @param {string} time */
function minuteOf(time) {
  const [hour, minute] = time.split(":").map(Number);
  return hour * 60 + minute;
}

/** By how many pixels the picture is moved now: [to the right, down]. @param {number} now */
export const shiftAt = (now) => RING[Math.floor(now / STAY_MS) % RING.length];
