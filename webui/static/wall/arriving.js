// When everything has arrived, as the wall says it: one time as large as the figure beside it, and
// a label that says how sure that is. Pure.

import { clock, duration, durationRange, moment } from "../format.js";

/** @import {Haul} from "../haul.js" */

/**
 * @typedef {object} Arrival
 * @property {string[]} labels  the same in ever fewer words
 * @property {string} time  "" while there is none
 * @property {string} day  before the time, when it is not today
 * @property {boolean} isAbout  the estimate is wider than the time says
 * @property {string} words  in place of a time
 */

/** A time is rounded to five minutes where the estimate is wider than this. */
const WIDE_S = 300;

/** @param {Haul} haul @param {number} now @param {boolean} isPaused the queue is
 * @returns {Arrival} */
export function arrivalOf(haul, now, isPaused) {
  const none = { time: "", day: "", isAbout: false, words: "" };
  if (!haul.open && haul.finishedAt) {
    const at = Date.parse(haul.finishedAt);
    return { ...none, ...timeOf(at, now), labels: ["Finished at", "Finished"] };
  }
  if (!haul.eta) {
    const words = haul.running ? "not yet known" : isPaused ? "queue paused" : "nothing moves";
    return { ...none, words, labels: ["Arrives"] };
  }
  const { low, high } = haul.eta;
  const isWide = high - low > WIDE_S;
  const middle = now + ((low + high) / 2) * 1000;
  const step = WIDE_S * 1000;
  const at = isWide ? Math.round(middle / step) * step : middle;
  const orLater = haul.uncounted ? " or later" : "";
  const labels = [
    `Arrives in ${durationRange(haul.eta)}${orLater}`,
    `in ${durationRange(haul.eta)}${orLater}`,
    `in ${duration((low + high) / 2)}`,
    "Arrives",
  ];
  return { ...none, ...timeOf(at, now), isAbout: isWide || haul.uncounted > 0, labels };
}

/** @param {number} at @param {number} now */
function timeOf(at, now) {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return { time: clock(at), day: isToday ? "" : dayOf(at, now) };
}

/** @param {number} at @param {number} now */
function dayOf(at, now) {
  const said = moment(at, now);
  return said.slice(0, said.lastIndexOf(clock(at))).replace(/,? (\d{4})?,? ?$/, "").trim();
}
