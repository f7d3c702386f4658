// Arithmetic of the waiting line: which moves bring some tasks to another place, and which bring
// them back. Pure. A move is asked of the service in its own words: {to}, {before} or {after}.

/** @import {Task} from "../types.js" */

/** @typedef {{to: "top"|"bottom"}|{before: number}|{after: number}} Place */
/**
 * @typedef {object} Step  one change of the line
 * @property {number} id
 * @property {Place} [place]
 * @property {number} [priority]  set that instead
 * @property {Step} [instead]  what comes nearest when this one is refused
 */
/** @typedef {Pick<Task, "id"|"priority"|"position"|"held"|"status"|"allowed">} InLine */

/** The waiting line's own order, as the service has it. @param {InLine} a @param {InLine} b */
export function inLine(a, b) {
  return b.priority - a.priority || a.position - b.position || a.id - b.id;
}

/**
 * Those among which a task can be moved: as ready as it is, in their order.
 * @template {InLine} T
 * @param {Iterable<T>} tasks
 * @param {InLine} of
 * @returns {T[]}
 */
export function lineOf(tasks, of) {
  return [...tasks]
    .filter((t) => t.allowed.includes("move") && t.status === of.status && t.held === of.held)
    .sort(inLine);
}

/**
 * The moves that bring `moving` together into the gap before the row at `gap` of the line
 * (0 … length); none when they stand there already.
 * @param {number[]} line
 * @param {Set<number>} moving
 * @param {number} gap
 * @returns {Step[]}
 */
export function movesInto(line, moving, gap) {
  const block = line.filter((id) => moving.has(id));
  const above = line.slice(0, gap).filter((id) => !moving.has(id));
  const below = line.slice(gap).filter((id) => !moving.has(id));
  const after = [...above, ...block, ...below];
  if (!block.length || after.every((id, i) => id === line[i])) return [];
  const next = below[0];
  const last = above.at(-1);
  if (next === undefined && last === undefined) return [];
  const first =
    last === undefined || (next !== undefined && line.indexOf(block[0]) > line.indexOf(next))
      ? { id: block[0], place: { before: next } }
      : { id: block[0], place: { after: last } };
  const rest = block.slice(1).map((id, i) => ({ id, place: { after: block[i] } }));
  return [first, ...rest];
}

/**
 * The gap that Alt+↑ (-1), Alt+↓ (1), Alt+Home or Alt+End (±Infinity) mean.
 * @param {number[]} line
 * @param {Set<number>} moving
 * @param {number} by
 */
export function gapBy(line, moving, by) {
  const places = line.flatMap((id, i) => (moving.has(id) ? [i] : []));
  if (by === -Infinity || !places.length) return 0;
  if (by === Infinity) return line.length;
  if (by < 0) return Math.max(0, places[0] + by);
  return Math.min(line.length, places[places.length - 1] + 1 + by);
}

/**
 * The moves that give some tasks their places in `before` back: each after the one that stood above
 * it, else before the one below, as far as these had its own priority; else its priority alone.
 * @param {InLine[]} before  the whole line as it was
 * @param {Set<number>} moved
 * @returns {Step[]}
 */
export function movesBack(before, moved) {
  return before.flatMap((task, i) => {
    if (!moved.has(task.id)) return [];
    const { id, priority } = task;
    const above = before[i - 1];
    const below = before.slice(i + 1).find((other) => !moved.has(other.id));
    /** @type {Step} */
    let step = { id, priority };
    if (below?.priority === priority) step = { id, place: { before: below.id }, instead: step };
    if (above?.priority === priority) step = { id, place: { after: above.id }, instead: step };
    return [step];
  });
}

/**
 * Where a row that is dropped at `y` goes: before or after which of the rows that are seen.
 * @param {{id: number, top: number, bottom: number}[]} seen  top to bottom
 * @param {number} y
 * @returns {{id: number, isBefore: boolean, y: number}|null}
 */
export function dropAt(seen, y) {
  for (const { id, top, bottom } of seen) {
    if (y < (top + bottom) / 2) return { id, isBefore: true, y: top };
  }
  const last = seen.at(-1);
  return last ? { id: last.id, isBefore: false, y: last.bottom } : null;
}

/**
 * How far to scroll, in rows a frame, when the pointer is near an edge: more, the nearer.
 * @param {number} y
 * @param {{top: number, bottom: number}} box
 * @param {number} edge  how near is near
 */
export function scrollBy(y, { top, bottom }, edge) {
  if (y < top + edge) return -Math.min(1, (top + edge - y) / edge);
  if (y > bottom - edge) return Math.min(1, (y - bottom + edge) / edge);
  return 0;
}
