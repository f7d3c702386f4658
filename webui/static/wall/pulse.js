// The speed of everything together over the last minutes, as a curve. Pure; drawn by views of the
// wall, sampled by beat.js.

/**
 * @typedef {{at: number, rate: number}} Beat  `at` in seconds since 1970, `rate` records a second
 */

/** Seconds that the curve goes back. */
export const SPAN = 15 * 60;
/** Points of a drawn curve: more than a wall can show beside each other would only cost. */
const POINTS = 150;
/** Seconds without a beat after which the line is broken: nobody counted. */
const GAP = 12;

/**
 * The beats with one more, and without those that are too old; changes and returns `beats`.
 * @param {Beat[]} beats @param {Beat} beat
 */
export function addBeat(beats, beat) {
  const last = beats.at(-1);
  if (last && beat.at <= last.at) return beats;
  beats.push(beat);
  const old = beats.findIndex(({ at }) => at >= beat.at - SPAN);
  if (old > 0) beats.splice(0, old);
  return beats;
}

/**
 * Beats from what tasks told one by one: at each second the sum of what each told last.
 * @param {Beat[][]} told of each task, oldest first @param {number} until
 * @returns {Beat[]}
 */
export function together(told, until) {
  const some = told.filter((beats) => beats.length);
  if (!some.length) return [];
  const from = Math.max(until - SPAN, Math.min(...some.map((beats) => beats[0].at)));
  const places = some.map(() => -1);
  /** @type {Beat[]} */
  const all = [];
  for (let at = Math.ceil(from); at < until; at++) {
    let rate = 0;
    some.forEach((beats, i) => {
      while (beats[places[i] + 1]?.at <= at) places[i]++;
      rate += beats[places[i]]?.rate ?? 0;
    });
    all.push({ at, rate });
  }
  return all;
}

/**
 * The curve in a box of 100 by 100, its newest point at the right: the line, and the area below it.
 * A young curve takes the whole width, from a minute on.
 * @param {Beat[]} beats
 * @returns {{line: string, area: string}}
 */
export function curveOf(beats) {
  if (beats.length < 2) return { line: "", area: "" };
  const until = beats[beats.length - 1].at;
  const span = Math.min(SPAN, Math.max(60, until - beats[0].at));
  const most = Math.max(...beats.map(({ rate }) => rate)) || 1;
  /** @type {[number, number][][]} */
  const pieces = [];
  let before = -Infinity;
  for (const { at, rate } of thinned(beats, span / POINTS)) {
    if (at - before > Math.max(GAP, (3 * span) / POINTS)) pieces.push([]);
    pieces[pieces.length - 1].push([100 - ((until - at) / span) * 100, 96 - (rate / most) * 92]);
    before = at;
  }
  const lines = pieces.filter((piece) => piece.length > 1);
  return { line: lines.map(pathOf).join(""), area: lines.map(areaOf).join("") };
}

/**
 * One beat for each stretch of time, its mean; stretches lie fast in time, so that the curve moves
 * to the left and does not tremble.
 * @param {Beat[]} beats @param {number} step in seconds
 */
function thinned(beats, step) {
  if (step <= 1) return beats;
  /** @type {Beat[]} */
  const thin = [];
  let [slot, sum, count] = [NaN, 0, 0];
  for (const { at, rate } of [...beats, { at: Infinity, rate: 0 }]) {
    const own = Math.floor(at / step);
    if (own !== slot && count) {
      thin.push({ at: Math.min((slot + 1) * step, beats[beats.length - 1].at), rate: sum / count });
      [sum, count] = [0, 0];
    }
    slot = own;
    sum += rate;
    count++;
  }
  return thin;
}

/** @param {[number, number][]} points */
const pathOf = (points) =>
  points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");

/** @param {[number, number][]} points */
function areaOf(points) {
  const [from, to] = [points[0][0].toFixed(2), points[points.length - 1][0].toFixed(2)];
  return `${pathOf(points)}L${to} 100L${from} 100Z`;
}
