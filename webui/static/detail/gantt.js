// Rows with a beginning and an end → bars on a line of days. Pure; drawn by views/result_gantt.js.

/** @import {Row} from "./shape.js" */

const DAY = 24 * 3600 * 1000;
/** Days between two marks of the line, from the closest on. */
const STEPS = [1, 2, 7, 14, 28, 91, 182, 364];
/** Marks that have room at the most. */
const MOST_MARKS = 14;

/**
 * @typedef {object} Bar
 * @property {Row} row
 * @property {string} title
 * @property {string} group  "" where it is that of the row before
 * @property {number} left  percent of the whole
 * @property {number} width  percent; 0: a milestone
 * @property {boolean} isCritical
 * @property {boolean} isDone
 * @property {string} said  for who cannot see the bar
 *
 * @typedef {{bars: Bar[], marks: {at: number, label: string}[], from: number, to: number}} Gantt
 */

const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MOMENT = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** @param {Row[]} rows @param {string} x  key of the beginnings @param {string} y  key of the ends @returns {Gantt|null} */
export function ganttOf(rows, x, y) {
  const times = rows.map((row) => [Date.parse(String(row[x])), Date.parse(String(row[y]))]);
  if (!rows.length || times.some(([start, end]) => isNaN(start) || isNaN(end))) return null;
  const from = midnight(Math.min(...times.map(([start]) => start)));
  const last = Math.max(...times.map(([, end]) => end));
  const to = Math.max(midnight(last + DAY - 1), from + DAY);
  const share = (/** @type {number} */ at) => (100 * (at - from)) / (to - from);
  let group = "";
  const bars = rows.map((row, i) => {
    const [start, end] = times[i];
    const own = String(row.group ?? "");
    const isNew = own !== group;
    group = own;
    return {
      row,
      title: String(row.title ?? row.name ?? `No. ${i + 1}`),
      group: isNew ? own : "",
      left: share(start),
      width: Math.max(0, share(end) - share(start)),
      isCritical: row.critical === true,
      isDone: row.done === true,
      said: saidOf(row, start, end),
    };
  });
  return { bars, marks: marksOf(from, to), from, to };
}

/** The beginning of a day, local time. @param {number} at */
function midnight(at) {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** @param {number} from @param {number} to */
function marksOf(from, to) {
  const days = Math.round((to - from) / DAY);
  const step = STEPS.find((one) => days / one <= MOST_MARKS) ?? Math.ceil(days / MOST_MARKS);
  const marks = [];
  for (let day = 0; day < days; day += step) {
    const at = new Date(from);
    at.setDate(at.getDate() + day); // a day may have 23 or 25 hours
    marks.push({ at: (100 * (at.getTime() - from)) / (to - from), label: DATE.format(at) });
  }
  return marks;
}

/** @param {Row} row @param {number} start @param {number} end */
function saidOf(row, start, end) {
  const when =
    start === end
      ? MOMENT.format(start)
      : `${MOMENT.format(start)} to ${MOMENT.format(end)}`;
  const words = [
    when,
    row.done === true ? "done" : "",
    row.critical === true && row.done !== true ? "critical: decides the end" : "",
    Array.isArray(row.resources) && row.resources.length ? row.resources.join(", ") : "",
  ];
  return words.filter(Boolean).join("; ");
}
