import assert from "node:assert/strict";
import { test } from "node:test";
import { haulOf, headlineOf } from "../../../webui/static/haul.js";
import { task } from "./tasks.mjs";

const T = (minute) => `2026-01-01T10:${String(minute).padStart(2, "0")}:00.000Z`;

test("done, failed and to go add up to the total", () => {
  const haul = haulOf([
    task(1, { progress: { done: 30, failed: 5, skipped: 5, total: 100 } }),
    task(2, { status: "queued", progress: { total: 200 } }),
    task(3, { status: "failed", finished_at: T(30), progress: { done: 40, failed: 1, total: 50 } }),
  ]);
  assert.equal(haul.done, 75);
  assert.equal(haul.failed, 15); // six that failed, and nine that the failed task did not come to
  assert.equal(haul.moving, 60);
  assert.equal(haul.toGo, 260);
  assert.equal(haul.total, haul.done + haul.failed + haul.toGo);
});

test("what finished before the oldest open task was asked for is another haul", () => {
  const haul = haulOf([
    task(1, {
      status: "completed",
      finished_at: T(5),
      progress: { done: 1_000_000, total: 1_000_000 },
    }),
    task(2, { created_at: T(10) }),
    task(3, { status: "completed", finished_at: T(11), progress: { done: 100 } }),
  ]);
  assert.equal(haul.tasks, 2);
  assert.equal(haul.total, 200);
});

test("with nothing open the haul is what finished last", () => {
  const haul = haulOf([
    task(1, { status: "completed", created_at: T(1), finished_at: T(2) }),
    task(2, {
      status: "completed",
      created_at: T(10),
      finished_at: T(20),
      progress: { done: 100 },
    }),
  ]);
  assert.deepEqual([haul.tasks, haul.open, haul.finishedAt], [1, 0, T(20)]);
});

test("a cancelled task is nobody's haul", () => {
  assert.equal(haulOf([task(1, { status: "cancelled", finished_at: T(1) })]).tasks, 0);
});

test("the arrival is that of all that moves and waits, as a range", () => {
  const running = task(1, { rate: 10, eta: { low: 8, high: 20 }, progress: { total: 100 } });
  const waiting = task(2, { status: "queued", progress: { total: 100 } });
  assert.deepEqual(haulOf([running]).eta, { low: 8, high: 20 });
  assert.deepEqual(haulOf([running, waiting]).eta, { low: 16, high: 40 });
});

test("it arrives no sooner than the slowest running task", () => {
  const quick = task(1, { rate: 100, eta: { low: 1, high: 1 }, progress: { total: 100 } });
  const slow = task(2, { rate: 1, eta: { low: 90, high: 110 }, progress: { total: 100 } });
  assert.deepEqual(haulOf([quick, slow]).eta, { low: 90, high: 110 });
});

test("the arrival is hidden until every running task has a speed", () => {
  const known = task(1, { rate: 10, eta: { low: 8, high: 20 } });
  assert.equal(haulOf([known, task(2)]).eta, null);
  assert.equal(haulOf([task(3, { status: "queued" })]).eta, null);
});

test("what a person stopped is not waited for", () => {
  const known = task(1, { rate: 10, eta: { low: 8, high: 20 } });
  const stopped = [task(2, { status: "paused" }), task(3, { status: "queued", held: true })];
  assert.deepEqual(haulOf([known, ...stopped]).eta, { low: 8, high: 20 });
});

test("it says how many tasks cannot be counted yet", () => {
  assert.equal(haulOf([task(1, { progress: { total: null } })]).uncounted, 1);
  assert.equal(haulOf([task(1)]).uncounted, 0);
});

test("a share is said only of what moves: else it is the count", () => {
  const unknown = (id, fields) => task(id, { ...fields, progress: { total: null, done: 5 } });
  const done = task(1, { status: "completed", finished_at: T(5), progress: { done: 100 } });
  const said = (...tasks) => headlineOf(haulOf(tasks));
  // what finished would be 100 % of what is counted
  assert.deepEqual(said(done, unknown(2)), {
    isCount: true,
    share: 1,
    labels: ["Done so far", "Done"],
  });
  // and beside a waiting task it would stand still
  const waiting = task(3, { status: "queued" });
  assert.equal(said(done, unknown(2), waiting).isCount, true);
  assert.deepEqual(said(task(4, { progress: { done: 50 } }), unknown(2)), {
    isCount: false,
    share: 55 / 105,
    labels: ["Done of what is counted", "Of what is counted", "Done"],
  });
  assert.equal(said(unknown(5, { status: "queued" }), waiting).isCount, false);
  assert.deepEqual(said(done).labels, ["Done"]);
  assert.equal(said(done).isCount, false);
});
