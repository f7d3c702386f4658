// How large the wall's type looks from where a person stands, and the zoom that makes it readable.
// Pure; lengths in metres, angles in minutes of arc.
//
// A capital of height h at distance d is seen under 2·atan(h / 2d). ISO 9241-303 asks for 16
// minutes of arc at least and recommends 20 to 22.

export const FLOOR = 16;
export const COMFORTABLE = 20;
/** What the zoom is chosen for: between the two ends of what is recommended. */
const AIM = 21;
/** Height of Inter's capitals in parts of its type size. */
const CAPITALS = 0.727;
/** Type sizes of the wall in rem: the facts of a row, and the smallest, its labels. */
export const FACTS = 2.65;
export const LABELS = 2.15;
const INCH = 0.0254;
const ARC_MINUTES = (180 / Math.PI) * 60;
/** At 1 the picture is as it was drawn, with all five rows: smaller would only leave room empty. */
const [LEAST, MOST] = [1, 4];

/** Where the wall hangs and who looks. @typedef {{diagonal: number, distance: number}} Place */

/**
 * The length of a rem on the screen at zoom 1: a hundredth of the width of a picture of 16 to 9.
 * @param {number} diagonal of the screen, in inches
 * @param {number} [aspect] its width by its height
 */
export function remOn(diagonal, aspect = 16 / 9) {
  const width = (diagonal * INCH * aspect) / Math.hypot(aspect, 1);
  return Math.min(width, (width / aspect) * (16 / 9)) / 100;
}

/** How large capitals look. @param {number} size in metres @param {number} distance */
export const angleOf = (size, distance) =>
  2 * Math.atan((size * CAPITALS) / 2 / distance) * ARC_MINUTES;

/**
 * The zoom at which the facts are comfortable to read, in steps of 0.05.
 * @param {Place} place @param {number} [rem] the length of a rem at zoom 1
 */
export function zoomFor({ diagonal, distance }, rem = remOn(diagonal)) {
  const capital = 2 * distance * Math.tan(AIM / ARC_MINUTES / 2);
  const wanted = capital / CAPITALS / (FACTS * rem);
  return Math.min(MOST, Math.max(LEAST, Math.ceil(wanted * 20 - 1e-9) / 20));
}

/**
 * What that is like at a zoom: the angles of facts and labels, and a word for them.
 * @param {Place} place @param {number} zoom @param {number} [rem]
 */
export function sightOf({ diagonal, distance }, zoom, rem = remOn(diagonal)) {
  const facts = angleOf(FACTS * rem * zoom, distance);
  const labels = angleOf(LABELS * rem * zoom, distance);
  const isEasy = facts >= COMFORTABLE && labels >= FLOOR;
  const word = isEasy ? "easy to read" : labels >= FLOOR ? "readable" : "too small from there";
  return { facts, labels, word };
}
