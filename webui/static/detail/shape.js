// What a result is, and how it is shown: by what its task type says, by its media type, and by its
// shape. Pure; nothing of a result is ever run, HTML is text here.

/** @import {Column, ResultView, TaskType} from "../types.js" */

/** @typedef {Object<string, unknown>} Row */
/**
 * @typedef {{kind: "tree", value: unknown}
 *   | {kind: "table", columns: Column[], rows: Row[], value: unknown}
 *   | {kind: "chart", x: string, y: string, rows: Row[], value: unknown}
 *   | {kind: "gantt", x: string, y: string, rows: Row[], columns: Column[], value: unknown}
 *   | {kind: "image", mediaType: string}
 *   | {kind: "text", text: string}
 *   | {kind: "bytes"}} Shape
 */

/** Pictures that a browser draws without running anything: SVG stays inert inside <img>. */
const IMAGES = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/svg+xml",
]);
const TEXTS = /^(text\/|application\/(x-)?(ndjson|jsonl|yaml|xml|toml|sql|javascript|csv))/;
/** Columns that a table without named ones shows. */
const MOST_COLUMNS = 20;
/** Characters of a text that are shown. */
export const MOST_TEXT = 500_000;

/**
 * @param {string} mediaType @param {Uint8Array} content
 * @param {boolean} isCut @param {TaskType|undefined} type
 * @returns {Shape}
 */
export function shapeOf(mediaType, content, isCut, type) {
  const name = mediaType.split(";")[0].trim().toLowerCase();
  if (IMAGES.has(name) && !isCut) return { kind: "image", mediaType: name };
  const isJson = name === "application/json" || name.endsWith("+json");
  if (isJson && !isCut) {
    const value = parsed(textOf(content));
    if (value !== undefined) return valueShape(value, type?.result_view ?? null);
  }
  if (isJson || TEXTS.test(name)) return { kind: "text", text: textOf(content) };
  return isReadable(content) ? { kind: "text", text: textOf(content) } : { kind: "bytes" };
}

/** @param {Uint8Array} content */
const textOf = (content) => new TextDecoder().decode(content);

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {Uint8Array} content */
function isReadable(content) {
  const start = content.subarray(0, 4096);
  return start.length > 0 && !start.includes(0) && !textOf(start).slice(0, -3).includes("\ufffd");
}

/** @param {unknown} value @param {ResultView|null} view @returns {Shape} */
function valueShape(value, view) {
  if (view?.kind === "text")
    return {
      kind: "text",
      text: typeof value === "string" ? value : JSON.stringify(value, null, 2),
    };
  if (view?.kind === "json") return { kind: "tree", value };
  const rows = rowsIn(value, view?.rows ?? "");
  if (rows && view?.kind === "chart" && rows.length > 1)
    return { kind: "chart", x: view.x, y: view.y, rows, value };
  if (rows && view?.kind === "gantt")
    return { kind: "gantt", x: view.x, y: view.y, rows, columns: columnsOf(rows, view.columns), value };
  if (rows && (view?.kind === "table" || isEven(rows)))
    return { kind: "table", columns: columnsOf(rows, view?.columns ?? []), rows, value };
  if (typeof value === "string") return { kind: "text", text: value };
  return { kind: "tree", value };
}

/** The list of objects in a result, if there is one. @param {unknown} value @param {string} name */
function rowsIn(value, name) {
  const list = name && isObject(value) ? value[name] : value;
  return Array.isArray(list) && list.length && list.every(isObject) ? list : null;
}

/** @param {unknown} value @returns {value is Row} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether the rows have the same keys, mostly, and plain values. @param {Row[]} rows */
function isEven(rows) {
  const some = rows.slice(0, 50);
  const names = namesOf(some);
  const filled = some.reduce((n, row) => n + Object.keys(row).length, 0);
  return names.length > 0 && filled >= 0.6 * names.length * some.length;
}

/** @param {Row[]} rows */
const namesOf = (rows) => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/** @param {Row[]} rows @param {Column[]} given @returns {Column[]} */
function columnsOf(rows, given) {
  if (given.length) return given;
  return namesOf(rows.slice(0, 200))
    .slice(0, MOST_COLUMNS)
    .map((key) => ({ key, label: key, kind: "number" }));
}

/**
 * The rows in the order of a column; those without a value last, equals as they came.
 * @param {Row[]} rows @param {string} key @param {1|-1} way
 */
export function sorted(rows, key, way) {
  const isEmpty = (/** @type {unknown} */ value) => value === null || value === undefined;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (isEmpty(x) || isEmpty(y)) return Number(isEmpty(x)) - Number(isEmpty(y));
    if (typeof x === "number" && typeof y === "number") return way * (x - y);
    return way * said(x).localeCompare(said(y), "en", { numeric: true });
  });
}

/** @param {unknown} value */
const said = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

/**
 * What a chart draws: numbers along, or days and times, or the places of names.
 * @param {Row[]} rows @param {string} x @param {string} y
 * @returns {{xs: number[], ys: (number|null)[], along: "number"|"time"|"name", names: string[]}}
 */
export function pointsOf(rows, x, y) {
  const texts = rows.map((row) => row[x]);
  const numbers = texts.map(Number);
  const times = texts.map((text) =>
    typeof text === "string" && /^\d{4}-\d\d/.test(text) ? Date.parse(text) / 1000 : NaN,
  );
  const along = !numbers.some(isNaN) ? "number" : !times.some(isNaN) ? "time" : "name";
  const places = along === "number" ? numbers : along === "time" ? times : rows.map((_, i) => i);
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const high = (/** @type {number} */ i) => {
    const value = rows[i][y];
    return typeof value === "number" ? value : null;
  };
  return { xs: order.map((i) => places[i]), ys: order.map(high), along, names: texts.map(said) };
}
