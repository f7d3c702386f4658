// Where the tiles of a grid are, which of them are on screen, and where an arrow leads. Pure; all
// lengths in rem.

/** Widths of a tile that a person can choose. */
export const SIZES = [6.5, 8.5, 11, 14.5, 19, 25];
/** Between two tiles, and around all. */
export const GAP = 0.75;
/** Of the name below a picture. */
export const CAPTION = 1.6;
/** Rows that are drawn above and below what is seen. */
const SPARE = 2;

/**
 * How the tiles are laid out.
 * @param {number} width  of the room @param {number} size  wished width of a tile
 * @param {number} count
 */
export function layoutOf(width, size, count) {
  const columns = Math.max(1, Math.floor((width - GAP) / (size + GAP)));
  const tile = Math.max(3, (width - GAP) / columns - GAP);
  const row = tile * 0.75 + CAPTION + GAP;
  const rows = Math.ceil(count / columns);
  return { columns, tile, row, height: rows ? rows * row + GAP : 0 };
}

/** @typedef {ReturnType<typeof layoutOf>} Layout */

/** The corner of a tile. @param {Layout} layout @param {number} index */
export const cornerOf = ({ columns, tile, row }, index) => ({
  left: GAP + (index % columns) * (tile + GAP),
  top: GAP + Math.floor(index / columns) * row,
});

/**
 * Which tiles are drawn: [first, end).
 * @param {Layout} layout @param {number} top @param {number} height  what is seen
 * @param {number} count @returns {[number, number]}
 */
export function drawn({ columns, row }, top, height, count) {
  const first = Math.max(0, Math.floor(top / row) - SPARE);
  const end = Math.ceil((top + height) / row) + SPARE;
  return [Math.min(count, first * columns), Math.min(count, end * columns)];
}

/**
 * Where a key leads; stays inside.
 * @param {string} key @param {number} at  -1: nowhere yet
 * @param {{columns: number, count: number, page: number}} room  `page`: rows of a screenful
 */
export function moved(key, at, { columns, count, page }) {
  if (!count) return -1;
  if (at < 0) return key === "End" ? count - 1 : 0;
  const last = count - 1;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, at - 1);
    case "ArrowRight":
      return Math.min(last, at + 1);
    case "ArrowUp":
      return at - columns < 0 ? at : at - columns;
    case "ArrowDown":
      return Math.floor(at / columns) === Math.floor(last / columns)
        ? at
        : Math.min(last, at + columns);
    case "PageUp":
      return at - page * columns < 0 ? at % columns : at - page * columns;
    case "PageDown":
      return Math.min(last, at + page * columns);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return at;
  }
}
