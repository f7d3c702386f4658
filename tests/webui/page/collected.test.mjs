import assert from "node:assert/strict";
import { test } from "node:test";
import { Collected } from "../../../webui/static/collected.js";

const progress = (id, task, done) => ({
  id,
  kind: "task_progress",
  text: JSON.stringify({ id: task, done }),
});
const ids = (events) => events.map(({ id }) => id);

test("of one task's progress only the last of a short while is read, in its place", () => {
  const collected = new Collected();
  for (const [told, at] of [
    [progress(1, 7, 10), 0],
    [progress(2, 8, 10), 50],
    [progress(3, 7, 20), 100],
    [progress(4, 7, 30), 200],
  ])
    collected.add(told, at);
  const events = collected.take();
  assert.deepEqual(ids(events), [2, 4]);
  assert.deepEqual(events[1].data, { id: 7, done: 30 });
  assert.equal(collected.take().length, 0);
});

test("a page that is not drawn for long keeps a sample of each while", () => {
  const collected = new Collected();
  for (let i = 0; i < 20; i++) collected.add(progress(i, 7, i), i * 100);
  const kept = ids(collected.take());
  assert.ok(kept.length >= 5 && kept.length <= 8, String(kept));
  assert.equal(kept.at(-1), 19);
});

test("everything else is kept, and so is what was told before and after it", () => {
  const collected = new Collected();
  const update = { id: 2, kind: "task_update", text: '{"id":7,"status":"paused"}' };
  const line = { id: 3, kind: "log", text: '{"id":1,"task_id":7}' };
  collected.add(progress(1, 7, 10), 0);
  for (const told of [update, line, { ...line, id: 4 }]) collected.add(told, 1);
  assert.deepEqual(ids(collected.take()), [1, 2, 3, 4]);
  collected.add(progress(5, 7, 10), 2);
  assert.deepEqual(ids(collected.take()), [5]);
});
