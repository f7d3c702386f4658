import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSnapshot, reduce, without, withMaintenance } from "../../../webui/static/reducer.js";
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

test("it names the tasks that changed, and no others", () => {
  const state = of(task(1), task(2));
  const after = reduce(state, [
    told(task(1, { version: 2, progress: { done: 50 } }), "task_progress"),
    told(task(3), "task_created"),
    told(task(2)),
  ]);
  assert.deepEqual(after.changed, [1, 3]);
  assert.equal(after.tasks.get(1).progress.done, 50);
});

test("of several events of a task the newest stays", () => {
  const events = [3, 2].map((version) => told(task(1, { version, title: `v${version}` })));
  assert.equal(reduce(of(task(1)), events).tasks.get(1).title, "v3");
});

test("a cleared task leaves the list", () => {
  const state = of(task(1), task(2));
  const after = reduce(state, [told({ id: 1, removed: true })]);
  assert.deepEqual([...after.tasks.keys()], [2]);
  assert.deepEqual([after.changed, after.tasks.size], [[1], 1]);
  assert.equal(reduce(after, [told({ id: 1, removed: true })]), after);
});

test("a task that came and went in one go was never there", () => {
  const after = reduce(of(), [told(task(1), "task_created"), told({ id: 1, removed: true })]);
  assert.equal(after.tasks.size, 0);
});

test("maintenance is taken in only when it is asked for", () => {
  const event = told(task(1, { user_relevant: false }), "task_created");
  assert.equal(reduce(of(), [event]).tasks.size, 0);
  const shown = reduce(withMaintenance(of(task(2)), true), [event]);
  assert.deepEqual([...shown.tasks.keys()].sort(), [1, 2]);
  assert.deepEqual([...withMaintenance(shown, false).tasks.keys()], [2]);
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
  const conditions = [{ code: "disk-low", message: "Only 9 MB are free", since: null }];
  const told = reduce(zoomed, [{ id: 3, kind: "queue_update", data: { ...QUEUE, conditions } }]);
  assert.deepEqual(told.conditions, conditions);
  assert.equal("conditions" in told.queue, false);
  const still = reduce(told, [{ id: 4, kind: "queue_update", data: QUEUE }]);
  assert.equal(still.conditions, conditions);
});

test("what the page does not show changes nothing", () => {
  const state = of(task(1));
  assert.equal(reduce(state, [{ id: 1, kind: "log", data: { task_id: 1 } }]), state);
});

test("what nobody looks at is let go", () => {
  const state = of(task(1), task(2));
  assert.deepEqual([...without(state, [1, 9]).tasks.keys()], [2]);
  assert.equal(without(state, [9]), state);
});

test("a snapshot after a reset is another basis, and keeps what the person wants to see", () => {
  const before = withMaintenance(of(task(1)), true);
  const after = fromSnapshot(snapshot(), before);
  assert.notEqual(after.basis, before.basis);
  assert.equal(after.maintenance, true);
});
