// What of the wall there is room for. Pure; lengths in rem, which grow with the zoom, so a larger
// zoom is a smaller wall. Nothing is ever made smaller to fit: it is left out.
//
// The heights are those of style/wall.css; what keeps its size at every zoom (the hero, the road's
// bar, the gaps) is divided by the zoom here as it is there.

/** Running tasks that are shown at a time, however much room there is. */
export const MOST_ROWS = 5;
export const ROW = 3.7;
/** What the row that is brought out needs: with its facts, or with its stations' names too. */
const WITH_FACTS = 6.9;
const AT_LENGTH = 13.8;
/** Its heat strip. */
const HEAT = 2.9;
const HEADER = 3.4;
const LABEL = 2.6;
const STRIP = 3.1;
/** A label and a title below it, on an idle wall; two of them stand beside each other from a width
 * on. */
const END = 6.6;
/** That there is nothing yet, and what to do. */
const EMPTY = 6.3;
export const BESIDE = 58;

/**
 * @typedef {object} Wants  what there is to show
 * @property {boolean} curve
 * @property {boolean} road
 * @property {number} running  tasks that would be rows
 * @property {number} waiting  tasks that may fill up the rows
 * @property {boolean} strip  something needs a person
 * @property {boolean} [isLost]  the connection is: then the header, which says so, comes before
 *   what may have changed meanwhile
 * @property {boolean} isFocused  a row is brought out
 * @property {boolean} [heat]  the row that is brought out has a heat strip
 *
 * @typedef {object} Plan
 * @property {boolean} header
 * @property {boolean} curve
 * @property {boolean} road
 * @property {boolean} legend
 * @property {boolean} strip
 * @property {number} running  rows of running tasks
 * @property {number} waiting  rows of the next in line
 * @property {"all"|"eta"|"route"|"share"} columns  the last of a row's columns that it has room for
 * @property {"at-length"|"facts"|"plain"} lead  how the row is shown that is brought out
 * @property {boolean} heat  with its heat strip
 */

/** @param {number} width @param {number} height @param {number} zoom @param {Wants} wants
 * @returns {Plan} */
export function planOf(width, height, zoom, wants) {
  let left = height - (LABEL + (0.9 + 8.1) / zoom);
  /** @param {boolean} isWanted @param {number} cost */
  const take = (isWanted, cost) => {
    const isTaken = isWanted && cost <= left;
    if (isTaken) left -= cost;
    return isTaken;
  };
  const strip = take(wants.strip, STRIP + 3 / zoom);
  const lost = take(wants.isLost ?? false, HEADER + 1.4 / zoom);
  const firstRow = take(wants.running + wants.waiting > 0, ROW + 1.3 / zoom);
  const road = take(wants.road, 3.7 / zoom);
  const header = lost || take(true, HEADER + 1.4 / zoom);
  const legend = take(road, LABEL + 0.9 / zoom);
  const rows = firstRow ? Math.min(MOST_ROWS, 1 + Math.floor(left / ROW)) : 0;
  const running = Math.min(rows, wants.running);
  left -= Math.max(0, running - 1) * ROW;
  const lead = wants.isFocused && running ? leadOf(left + ROW) : "plain";
  left -= { plain: 0, facts: WITH_FACTS - ROW, "at-length": AT_LENGTH - ROW }[lead];
  const heat = lead === "at-length" && take(wants.heat ?? false, HEAT);
  const spare = running ? Math.floor(left / ROW) : rows;
  const waiting = Math.max(0, Math.min(wants.waiting, spare, MOST_ROWS - running));
  const curve = wants.curve && width >= 52;
  const columns = columnsOf(width);
  return { header, curve, road, legend, strip, running, waiting, columns, lead, heat };
}

/** @param {number} width @returns {Plan["columns"]} */
function columnsOf(width) {
  return width >= 70 ? "all" : width >= 48 ? "eta" : width >= 36 ? "route" : "share";
}

/**
 * @typedef {object} IdlePlan  of a wall on which nothing runs
 * @property {boolean} header
 * @property {boolean} strip
 * @property {boolean} road
 * @property {boolean} legend
 * @property {number} ends  how many of "next" and "last" are told
 * @property {boolean} facts  each with a second line
 */

/** @param {number} width @param {number} height @param {number} zoom
 * @param {{strip: boolean, isLost?: boolean, ends: number, road: boolean, isEmpty: boolean}} wants
 * @returns {IdlePlan} */
export function idlePlanOf(width, height, zoom, wants) {
  let left = height - (LABEL + 13.2 / zoom) - (wants.isEmpty ? EMPTY : 0);
  /** @param {boolean} isWanted @param {number} cost */
  const take = (isWanted, cost) => {
    const isTaken = isWanted && cost <= left;
    if (isTaken) left -= cost;
    return isTaken;
  };
  const strip = take(wants.strip, STRIP + 3 / zoom);
  const lost = take(wants.isLost ?? false, HEADER + 1.4 / zoom);
  const rows = width >= BESIDE ? Math.min(1, wants.ends) : wants.ends;
  const gap = 2.2 / zoom;
  let ends = 0;
  for (let row = 0; row < rows && take(true, END + gap); row++)
    ends += width >= BESIDE ? wants.ends : 1;
  const header = lost || take(true, HEADER + 1.4 / zoom);
  const facts = take(ends > 0, LABEL * (width >= BESIDE ? 1 : ends));
  const road = take(wants.road, 3.7 / zoom);
  const legend = take(road, LABEL + 0.9 / zoom);
  return { header, strip, road, legend, ends, facts };
}

/** @param {number} room @returns {Plan["lead"]} */
function leadOf(room) {
  return room >= AT_LENGTH ? "at-length" : room >= WITH_FACTS ? "facts" : "plain";
}
