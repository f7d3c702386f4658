// Figures as their kind says they are written, for the columns of a task type and of a table. Pure.

import { duration, moment, percent, plain, whole } from "../format.js";

/** @import {FigureKind, Task, TaskType} from "../types.js" */

const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];
const FEW = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** 1536 → "1.5 KB", in thousands as disks are sold. @param {number} n */
export function bytes(n) {
  let [size, unit] = [Math.abs(n), 0];
  while (size >= 999.5 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  const said = unit && size < 99.95 ? size.toFixed(1) : String(Math.round(size));
  return `${n < 0 ? "−" : ""}${said} ${UNITS[unit]}`;
}

/** A number as short as it is exact enough. @param {number} n */
export const number = (n) => (Number.isInteger(n) ? whole(n) : FEW.format(n));

/**
 * A value as its kind is written; what is not of its kind as it is.
 * @param {unknown} value @param {FigureKind} kind @param {number} [now]
 */
export function figure(value, kind, now = Date.now()) {
  if (value === null || value === undefined || value === "") return "";
  if (kind === "date") {
    const at = typeof value === "number" ? value * 1000 : Date.parse(String(value));
    return isNaN(at) ? plain(value) : dated(String(value), at, now);
  }
  if (typeof value !== "number" || kind === "text") return plain(value);
  if (kind === "bytes") return bytes(value);
  if (kind === "duration") return duration(value);
  if (kind === "percent") return `${percent(value)} %`;
  return number(value);
}

/** A day stays a day: "2021-03-04" has no time in it. */
const DAY = /^\d{4}-\d\d-\d\d$/;
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** @param {string} text @param {number} at @param {number} now */
const dated = (text, at, now) =>
  DAY.test(text) ? DATE.format(new Date(`${text}T12:00:00`)) : moment(at, now);

/**
 * The figures that a task's type wants to be shown beside it, as far as the task has them.
 * @param {Task} task @param {TaskType|undefined} type
 * @returns {{key: string, label: string, text: string}[]}
 */
export function facesOf(task, type) {
  return (type?.columns ?? []).flatMap(({ key, label, kind }) => {
    const text = figure(task.figures[key], kind);
    return text ? [{ key, label, text }] : [];
  });
}

/**
 * How a stage or step is called. @param {string} name @param {TaskType|undefined} type
 */
export const stageTitle = (name, type) => type?.stage_titles?.[name] ?? name;
