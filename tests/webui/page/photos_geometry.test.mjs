import assert from "node:assert/strict";
import { test } from "node:test";
import { GAP, SIZES, cornerOf, drawn, layoutOf, moved } from "../../../webui/static/photos/geometry.js";

test("tiles fill the room, none beyond its edge, none over another", () => {
  for (const width of [4, 20, 37.3, 64, 240])
    for (const size of SIZES) {
      const layout = layoutOf(width, size, 100);
      const last = cornerOf(layout, layout.columns - 1);
      assert.ok(layout.columns >= 1);
      assert.ok(layout.columns === 1 || last.left + layout.tile <= width - GAP + 1e-9);
      assert.ok(cornerOf(layout, layout.columns).top >= layout.tile * 0.75);
      assert.ok(cornerOf(layout, 99).top + layout.row <= layout.height + 1e-9);
    }
});

test("only what is on screen is drawn, however many there are", () => {
  const layout = layoutOf(60, 11, 20_000);
  const [first, end] = drawn(layout, 5000, 45, 20_000);
  assert.ok(end - first <= layout.columns * 10);
  const [, top] = [0, cornerOf(layout, first).top];
  assert.ok(top <= 5000 && cornerOf(layout, end).top >= 5045);
  assert.deepEqual(drawn(layout, 0, 45, 0), [0, 0]);
  assert.ok(drawn(layout, 1e6, 45, 20_000)[0] <= 20_000);
});

test("an empty album has no height", () => {
  assert.equal(layoutOf(60, 11, 0).height, 0);
});

test("arrows stay in the grid", () => {
  const room = { columns: 4, count: 10, page: 2 };
  const from = (at) => (key) => moved(key, at, room);
  assert.deepEqual(["ArrowLeft", "ArrowUp", "PageUp", "Home"].map(from(0)), [0, 0, 0, 0]);
  assert.deepEqual(["ArrowRight", "ArrowDown", "PageDown", "End"].map(from(9)), [9, 9, 9, 9]);
  assert.equal(moved("ArrowDown", 7, room), 9); // the last row is shorter
  assert.equal(moved("ArrowDown", 8, room), 8);
  assert.equal(moved("ArrowUp", 9, room), 5);
  assert.equal(moved("PageDown", 1, room), 9);
  assert.equal(moved("PageUp", 9, room), 1);
  assert.equal(moved("PageUp", 6, room), 2);
});

test("the first arrow goes to the first photo, End to the last, and nothing is nowhere", () => {
  assert.equal(moved("ArrowDown", -1, { columns: 4, count: 10, page: 2 }), 0);
  assert.equal(moved("End", -1, { columns: 4, count: 10, page: 2 }), 9);
  assert.equal(moved("End", -1, { columns: 4, count: 0, page: 2 }), -1);
});
