// How wide a text will be, a little on the safe side: what does not fit is left out, not cut. Pure.

/** Widths of Inter's letters from space to ~ at weight 620, digits of one width, in 1/100 em. */
const WIDTHS =
  "27 33 53 65 66 101 67 33 40 40 65 65 27 65 27 39 65 65 65 65 65 65 65 65" +
  " 65 65 27 27 65 65 65 55 101 75 66 74 73 61 59 75 75 28 59 71 57 93 76 77" +
  " 65 78 66 66 67 74 75 105 73 72 66 40 34 40 49 48 36 58 63 59 63 60 36 63" +
  " 62 27 27 58 27 91 62 61 63 63 41 56 35 62 59 85 58 60 57 40 37 40 65";
const OF = WIDTHS.split(" ").map(Number);
/** Of letters outside of ASCII: those of Latin alphabets, and of all others. */
const [LATIN, OTHER] = [0.8, 1.05];

/** @param {string} text in em */
export function emOf(text) {
  let em = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    em += code in OF_CODE ? OF_CODE[code] : code < 0x250 ? LATIN : OTHER;
  }
  return em;
}

/** Of the routes, in rem: what the line between keeps, a column of figures, the gap of columns, and
 * the bounds of the other two columns. */
const [LINE, FIGURES, GAP] = [12, 7.8, 2];
const [NAME, STAGE, LONG_STAGE] = [21.5, 12, 17];

/**
 * How wide the names of the routes and of their stages are: as their longest, as far as the line
 * beside them keeps its room. In rem.
 * @param {number} width  of the wall
 * @param {{names: string[], stages: string[], size: number, figures: number}} of  `size`: of their
 *   type; `figures`: columns of them
 */
export function columnWidths(width, { names, stages, size, figures }) {
  const need = (/** @type {string[]} */ texts) => Math.max(0, ...texts.map(emOf)) * size + 0.2;
  let left = width - LINE - GAP - figures * (FIGURES + GAP);
  const stage = stages.length ? Math.max(STAGE, Math.min(need(stages), LONG_STAGE)) : 0;
  left -= stage ? stage + GAP : 0;
  const name = Math.max(Math.min(NAME, left), Math.min(need(names), left));
  return { name, stage, line: left - name + LINE };
}

/** @type {Object<number, number>} */
const OF_CODE = Object.fromEntries(OF.map((width, i) => [i + 32, width / 100]));

/**
 * The first of some texts, longest first, that has room; the last one where none has.
 * @param {string[]} texts @param {number} em the room
 */
export const fitting = (texts, em) => texts.find((text) => emOf(text) <= em) ?? texts.at(-1) ?? "";
