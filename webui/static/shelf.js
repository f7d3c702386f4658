// Tasks by number, as a map that is never changed in place: a change copies the one board that a
// task stands on, so that it costs the same however many tasks there are. Pure.

/** Numbers on one board: small enough to copy, large enough to keep the boards few. */
const BITS = 7;

/** @template {{id: number}} T */
export class Shelf {
  /** @param {Map<number, Map<number, T>>} [boards] @param {number} [size] */
  constructor(boards = new Map(), size = 0) {
    this.boards = boards;
    this.size = size;
  }

  /** @template {{id: number}} T @param {Iterable<T>} records @returns {Shelf<T>} */
  static of(records) {
    return /** @type {Shelf<T>} */ (new Shelf()).with(records);
  }

  /** @param {number} id @returns {T|undefined} */
  get(id) {
    return this.boards.get(id >> BITS)?.get(id);
  }

  /** @param {number} id */
  has(id) {
    return this.boards.get(id >> BITS)?.has(id) ?? false;
  }

  *keys() {
    for (const board of this.boards.values()) yield* board.keys();
  }

  *values() {
    for (const board of this.boards.values()) yield* board.values();
  }

  /**
   * The shelf with some records put on it, each in the place of the one with its number, and some
   * numbers taken off.
   * @param {Iterable<T>} records @param {Iterable<number>} [gone] @returns {Shelf<T>}
   */
  with(records, gone = []) {
    const boards = new Map(this.boards);
    /** @type {Set<Map<number, T>>} */
    const own = new Set();
    let { size } = this;
    const boardOf = (/** @type {number} */ id) => {
      const found = boards.get(id >> BITS);
      if (found && own.has(found)) return found;
      const board = new Map(found);
      own.add(board);
      boards.set(id >> BITS, board);
      return board;
    };
    for (const record of records) {
      const board = boardOf(record.id);
      if (!board.has(record.id)) size++;
      board.set(record.id, record);
    }
    for (const id of gone) {
      const board = boardOf(id);
      if (board.delete(id)) size--;
      if (!board.size) boards.delete(id >> BITS);
    }
    return new Shelf(boards, size);
  }
}
