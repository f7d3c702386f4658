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

/** @type {Object<number, number>} */
const OF_CODE = Object.fromEntries(OF.map((width, i) => [i + 32, width / 100]));

/**
 * The first of some texts, longest first, that has room; the last one where none has.
 * @param {string[]} texts @param {number} em the room
 */
export const fitting = (texts, em) => texts.find((text) => emOf(text) <= em) ?? texts.at(-1) ?? "";
