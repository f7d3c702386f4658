import assert from "node:assert/strict";
import { test } from "node:test";
import {
  idsOf,
  neighbour,
  onScreen,
  places,
  rowsOf,
  waitingBecause,
} from "../../../webui/static/rows.js";
import { QUEUE, task } from "./tasks.mjs";

const queued = (id, fields = {}) => task(id, { status: "queued", ...fields });

test("what runs stands first, then what failed, is paused, waits, is over", () => {
  const rows = rowsOf([
    task(1, { status: "completed" }),
    queued(2),
    task(3, { status: "paused" }),
    task(4, { status: "failed" }),
    task(5),
  ]);
  assert.deepEqual(
    rows.map((row) => row.heading ?? row.id),
    ["Running", 5, "Failed", 4, "Paused", 3, "Waiting", 2, "Finished", 1],
  );
});

test("what waits stands in the order in which it will start, the held at the end", () => {
  const rows = rowsOf([
    queued(1),
    queued(2, { priority: 5 }),
    queued(3, { position: 0.5 }),
    queued(4, { held: true, priority: 9 }),
  ]);
  assert.deepEqual(idsOf(rows), [2, 3, 1, 4]);
});

test("what finished last stands first", () => {
  const at = (minute) => ({ status: "completed", finished_at: `2026-01-01T10:0${minute}:00.000Z` });
  assert.deepEqual(idsOf(rowsOf([task(1, at(1)), task(2, at(3)), task(3, at(2))])), [2, 3, 1]);
});

test("only the rows on screen are drawn, with some to spare", () => {
  assert.deepEqual(onScreen(0, 25, 10_000, 2.5), [0, 16]);
  assert.deepEqual(onScreen(2500, 25, 10_000, 2.5), [994, 1016]);
  assert.deepEqual(onScreen(24_990, 25, 10_000, 2.5), [9990, 10_000]);
  assert.deepEqual(onScreen(500, 25, 3, 2.5), [3, 3]);
});

test("going up and down stops at the ends", () => {
  assert.equal(neighbour([4, 5, 6], 5, 1), 6);
  assert.equal(neighbour([4, 5, 6], 6, 1), 6);
  assert.equal(neighbour([4, 5, 6], 4, -10), 4);
  assert.equal(neighbour([4, 5, 6], null, 1), 4);
  assert.equal(neighbour([], 4, 1), null);
});

test("a waiting task says why", () => {
  const held = queued(3, {
    held: true,
    waiting_because: { code: "held", message: "Held", until: null },
  });
  const all = [queued(1), queued(2), held];
  const ahead = places(all);
  const why = (of, queue = QUEUE) => waitingBecause(of, queue, ahead);
  assert.equal(why(all[0]), "Next in line");
  assert.equal(why(all[1]), "1 before it in line");
  assert.equal(why(held), "Held");
  assert.equal(why(all[1], { ...QUEUE, is_paused: true }), "The queue is paused");
  assert.equal(why(held, { ...QUEUE, is_paused: true }), "Held");
  assert.equal(why(task(4)), "");
  assert.equal(why(task(5, { status: "paused", message: "The disk is full" })), "The disk is full");
});

test("what waits for its time has no place in the line", () => {
  const later = queued(1, { waiting_because: { code: "scheduled", message: "At nine", until: 1 } });
  assert.deepEqual([...places([later, queued(2)])], [[2, 0]]);
});
