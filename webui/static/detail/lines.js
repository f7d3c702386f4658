// Where the lines of a log stand: how many rows each takes when it is broken at the pane's width,
// and which of them are on screen. Pure; the type is monospaced, so widths can be counted.

/** @import {LogLine} from "../types.js" */

/** Latin letters are one cell wide; of others the width is not known, so two are kept free. */
const NARROW = /^[\u0000-\u024f\u2010-\u2027\u2500-\u257f]*$/;
const LEVELS_SAID = new Set(["warning", "error"]);
/** @type {WeakMap<LogLine, [number, number]>} */
const counted = new WeakMap();

/** What is shown of a line behind its time. @param {LogLine} line */
export const textOf = (line) =>
  LEVELS_SAID.has(line.level) ? `${line.level} ${line.message}` : line.message;

/** The rows that a text takes at a width. @param {string} text @param {number} columns */
export function rowsOf(text, columns) {
  if (text.length <= columns && !text.includes("\n") && NARROW.test(text)) return 1;
  let rows = 0;
  for (const part of text.replace(/\n$/, "").split("\n")) {
    const cells = NARROW.test(part) ? cellsOf(part) : 2 * cellsOf(part);
    rows += Math.max(1, Math.ceil(cells / columns));
  }
  return rows;
}

/** Tabs reach to the next multiple of eight at most. @param {string} text */
const cellsOf = (text) => text.length + 7 * (text.split("\t").length - 1);

/**
 * The row at which each line begins, and at the end how many there are in all.
 * @param {LogLine[]} lines @param {number} columns @returns {Uint32Array}
 */
export function placesOf(lines, columns) {
  const places = new Uint32Array(lines.length + 1);
  for (let i = 0; i < lines.length; i++) {
    let known = counted.get(lines[i]);
    if (known?.[0] !== columns) {
      known = [columns, rowsOf(textOf(lines[i]), columns)];
      counted.set(lines[i], known);
    }
    places[i + 1] = places[i] + known[1];
  }
  return places;
}

/** The line that stands at a row. @param {Uint32Array} places @param {number} row */
export function lineAt(places, row) {
  let [low, high] = [0, places.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (places[middle] <= row) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/**
 * A text in pieces, those that match marked; without regard to case.
 * @param {string} text @param {string} query
 * @returns {{text: string, isHit: boolean}[]}
 */
export function marked(text, query) {
  if (!query) return [{ text, isHit: false }];
  const pieces = [];
  const [where, what] = [text.toLowerCase(), query.toLowerCase()];
  // a letter whose lower case is longer would shift all that follows
  if (where.length !== text.length) return [{ text, isHit: false }];
  let from = 0;
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), isHit: false });
    pieces.push({ text: text.slice(at, at + what.length), isHit: true });
    from = at + what.length;
  }
  if (from < text.length || !pieces.length) pieces.push({ text: text.slice(from), isHit: false });
  return pieces;
}
