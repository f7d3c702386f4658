import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST, added, cellsOf, compared, spoken } from "../../../webui/static/detail/heat.js";

/** Parts of ten records each that took so many milliseconds; null: nobody knows. */
const parts = (...times) =>
  times.map((ms, i) => ({ from: i * 10 + 1, to: i * 10 + 10, records: 10, ms, failed: 0 }));

test("what is added is merged, adds up and never grows beyond its most", () => {
  let ranges = [];
  for (let i = 0; i < 500; i++)
    ranges = added(ranges, [{ from: i, to: i, records: 3, ms: 2, failed: i % 50 ? 0 : 1 }]);
  assert.equal(ranges.length, MOST);
  const sum = (name) => ranges.reduce((n, range) => n + range[name], 0);
  assert.deepEqual([sum("records"), Math.round(sum("ms")), sum("failed")], [1500, 1000, 10]);
  assert.equal(ranges[0].from, 0);
  assert.equal(ranges.at(-1).to, 499);
});

test("a slow part is low beside the others, a fast one high, an unknown one neither", () => {
  const levels = cellsOf(parts(100, 100, 1000, 100, 30, null), "rows").map(({ level }) => level);
  assert.deepEqual(levels, [3, 3, 1, 3, 5, 0]);
});

test("a strip has cells that can be told apart", () => {
  assert.equal(cellsOf(parts(...Array(96).fill(5)), "rows").length, 48);
});

test("each cell says what it was", () => {
  const [cell] = cellsOf([{ from: 5, to: [1, "a"], records: 10, ms: 2000, failed: 2 }], "rows");
  assert.equal(cell.text, '10 rows from 5 to [1,"a"] · 2 s, 5 a second · 2 failed');
  const [unknown] = cellsOf([{ from: null, to: 9, records: 9, ms: null, failed: 0 }], "rows");
  assert.equal(unknown.text, "9 rows from the start to 9 · nobody measured it");
});

test("who hears it is told how much of it was slow", () => {
  const said = spoken(cellsOf(parts(100, 100, 1000, 100), "rows"), "rows");
  assert.equal(said, "Speed over 40 rows in 4 parts, 1 of them slow");
});

test("a run is compared with the one before by its speed", () => {
  const took = (seconds) => ({ seconds, records: 100 });
  assert.equal(compared(took(10), took(20)), "100 % faster than before");
  assert.equal(compared(took(20), took(10)), "50 % slower than before");
  assert.equal(compared(took(10), took(10.2)), "as fast as before");
  assert.equal(compared(took(0.5), took(10)), "", "too short to say");
  assert.equal(compared({ seconds: 5, records: 0 }, took(10)), "");
});
