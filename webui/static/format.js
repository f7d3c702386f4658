// Numbers, times and words as people read them. Pure; used by every view, knows none of them.
// Times come in as milliseconds since 1970, spans in seconds.

const WHOLE = new Intl.NumberFormat("en-US");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** 1204 → "1,204". @param {number} n */
export const whole = (n) => WHOLE.format(n);

/** As short as a headline needs it: 9,999 · 48.2 K · 30.5 M. @param {number} n */
export function compact(n) {
  if (n < 10_000) return whole(n);
  const [unit, size] = n < 999_950 ? ["K", 1e3] : n < 999_950_000 ? ["M", 1e6] : ["G", 1e9];
  return `${(n / size).toFixed(1)} ${unit}`;
}

/**
 * How many of how many, short enough for a column: 9,300 / 65,893 · 482.2 K / 1.0 M.
 * @param {number} n @param {number} total
 */
export function outOf(n, total) {
  const told = (/** @type {number} */ m) => (m < 100_000 ? whole(m) : compact(m));
  return `${told(n)} / ${told(total)}`;
}

/**
 * A share of 1 with one decimal, rounded down: "100" is said only of what is complete.
 * @param {number} share
 */
export function percent(share) {
  if (share >= 1) return "100";
  return (Math.floor(Math.max(0, share) * 1000) / 10).toFixed(1);
}

/** "1 record", "2 records". @param {number} n @param {string} unit in the plural */
export function counted(n, unit) {
  return `${whole(n)} ${n === 1 ? unit.replace(/s$/, "") : unit}`;
}

/**
 * Records a second as a person says it: "312/s", "2.5/s", "4/min".
 * @param {number|null} perSecond
 */
export function speed(perSecond) {
  if (perSecond === null || !(perSecond > 0)) return "";
  if (perSecond >= 10) return `${whole(Math.round(perSecond))}/s`;
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  if (perSecond * 60 >= 1) return `${Math.round(perSecond * 60)}/min`;
  return `${(perSecond * 3600).toFixed(1)}/h`;
}

/** "8 s", "4 min", "2 h 33 min", "3 d 4 h". @param {number} seconds */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/**
 * A span of spans, said once where both ends sound alike.
 * @param {{low: number, high: number}} eta
 */
export function durationRange({ low, high }) {
  const [from, to] = [duration(low), duration(high)];
  if (from === to) return to;
  const [, a, unitA] = from.match(/^(\d+) (\w+)$/) ?? [];
  const [, b, unitB] = to.match(/^(\d+) (\w+)$/) ?? [];
  return unitA && unitA === unitB ? `${a}–${b} ${unitA}` : `${from} – ${to}`;
}

/** "21:15". @param {number} at */
export const clock = (at) => CLOCK.format(at);

/** "21:15:07". @param {number} at */
export const clockSeconds = (at) => SECONDS.format(at);

/**
 * "21:15" today, "Tue 21:15" within a week, else with the date.
 * @param {number} at
 * @param {number} now
 */
export function moment(at, now) {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return clock(at);
  const days = Math.abs(at - now) / 86_400_000;
  return days < 6 ? `${DAY.format(at)} ${clock(at)}` : `${DATE.format(at)}, ${clock(at)}`;
}

/**
 * When something arrives: "21:15", or "21:15–21:40" when that is not known to the minute.
 * @param {{low: number, high: number}} eta seconds from `now` @param {number} now
 */
export function arrival({ low, high }, now) {
  const [from, to] = [moment(now + low * 1000, now), moment(now + high * 1000, now)];
  return from === to ? to : `${from}–${to}`;
}

/** "batch_size" → "Batch size". @param {string} name */
export function spaced(name) {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A parameter's value on one line. @param {unknown} value */
export function plain(value) {
  if (value === null || value === "") return "–";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
