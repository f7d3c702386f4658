import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSnapshot, reduce, without } from "../../../webui/static/reducer.js";
import { QUEUE, snapshot, task, told } from "./tasks.mjs";

const of = (...tasks) => fromSnapshot(snapshot(tasks));

test("an event replaces the whole record", () => {
  const after = reduce(of(task(1)), [told(task(1, { version: 2, title: "New" }))]);
  assert.equal(after.tasks.get(1).title, "New");
});

test("an older or equal version changes nothing, so a replay does no harm", () => {
  const state = of(task(1, { version: 5 }));
  assert.equal(reduce(state, [told(task(1, { version: 5, title: "Old" }))]), state);
  assert.equal(reduce(state, [told(task(1, { version: 4, title: "Older" }))]), state);
});

test("progress leaves the order of the list alone", () => {
  const state = of(task(1));
  const after = reduce(state, [
    told(task(1, { version: 2, progress: { done: 50 } }), "task_progress"),
  ]);
  assert.equal(after.shape, state.shape);
  assert.equal(after.tasks.get(1).progress.done, 50);
});

test("a new task and a new status change the order of the list", () => {
  const state = of(task(1));
  assert.notEqual(reduce(state, [told(task(2), "task_created")]).shape, state.shape);
  assert.notEqual(
    reduce(state, [told(task(1, { version: 2, status: "paused" }))]).shape,
    state.shape,
  );
});

test("a cleared task leaves the list", () => {
  const state = of(task(1), task(2));
  const after = reduce(state, [told({ id: 1, removed: true })]);
  assert.deepEqual([...after.tasks.keys()], [2]);
  assert.notEqual(after.shape, state.shape);
  assert.equal(reduce(after, [told({ id: 1, removed: true })]), after);
});

test("maintenance is not shown", () => {
  assert.equal(
    reduce(of(), [told(task(1, { user_relevant: false }), "task_created")]).tasks.size,
    0,
  );
});

test("the state before is not changed", () => {
  const state = of(task(1));
  reduce(state, [told(task(2)), told(task(1, { version: 2, title: "New" }))]);
  assert.deepEqual([...state.tasks.keys()], [1]);
  assert.equal(state.tasks.get(1).title, "Task 1");
});

test("the queue's event brings its figures, and the settings when they changed", () => {
  const state = of();
  const paused = reduce(state, [
    { id: 1, kind: "queue_update", data: { ...QUEUE, is_paused: true } },
  ]);
  assert.equal(paused.queue.is_paused, true);
  assert.equal(paused.settings, state.settings);
  const settings = { zoom: 2, theme: "dark" };
  const zoomed = reduce(paused, [{ id: 2, kind: "queue_update", data: { ...QUEUE, settings } }]);
  assert.deepEqual(zoomed.settings, settings);
  assert.equal("settings" in zoomed.queue, false);
});

test("what the page does not show changes nothing", () => {
  const state = of(task(1));
  assert.equal(reduce(state, [{ id: 1, kind: "log", data: { task_id: 1 } }]), state);
});

test("a task that is gone leaves the list", () => {
  const state = of(task(1), task(2));
  assert.deepEqual([...without(state, 1).tasks.keys()], [2]);
  assert.equal(without(state, 9), state);
});

test("a snapshot after a reset makes the rows anew", () => {
  assert.notEqual(fromSnapshot(snapshot(), 4).shape, 4);
});
