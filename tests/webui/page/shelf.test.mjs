import assert from "node:assert/strict";
import { test } from "node:test";
import { Shelf } from "../../../webui/static/shelf.js";
import { Sorted } from "../../../webui/static/sorted.js";

const record = (id, name = `n${id}`) => ({ id, name });

test("a shelf has what was put on it, and counts it", () => {
  const shelf = Shelf.of([1, 127, 128, 100_000].map((id) => record(id)));
  assert.equal(shelf.size, 4);
  assert.equal(shelf.get(128).name, "n128");
  assert.deepEqual([shelf.has(127), shelf.has(2)], [true, false]);
  assert.deepEqual([...shelf.keys()], [1, 127, 128, 100_000]);
});

test("a change leaves the shelf before as it was, and copies only the board it is on", () => {
  const before = Shelf.of([1, 2, 500].map((id) => record(id)));
  const after = before.with([record(2, "new"), record(3)], [1]);
  assert.deepEqual([before.get(2).name, before.has(1), before.size], ["n2", true, 3]);
  assert.deepEqual([after.get(2).name, after.has(1), after.size], ["new", false, 3]);
  assert.equal(after.boards.get(500 >> 7), before.boards.get(500 >> 7));
});

test("taking off what is not there changes no count", () => {
  assert.equal(Shelf.of([record(1)]).with([], [7]).size, 1);
});

test("a sorted list stays sorted while members come and go", () => {
  const order = (a, b) => a - b;
  const list = new Sorted(order, [5, 1, 9]);
  list.add(4);
  list.add(10);
  assert.deepEqual(list.members, [1, 4, 5, 9, 10]);
  assert.deepEqual([list.indexOf(9), list.indexOf(2), list.place(2)], [3, -1, 1]);
  assert.deepEqual([list.remove(5), list.remove(5)], [true, false]);
  assert.deepEqual(list.members, [1, 4, 9, 10]);
});
