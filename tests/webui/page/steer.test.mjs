import assert from "node:assert/strict";
import { test } from "node:test";
import * as line from "../../../webui/static/steer/line.js";
import * as picking from "../../../webui/static/steer/picking.js";
import * as undoing from "../../../webui/static/steer/undoing.js";
import { fits, isOffered, offers, outcome, retriesOf } from "../../../webui/static/steer/verbs.js";
import { task } from "./tasks.mjs";

const { NOTHING, ranged, remaining, toggled } = picking;
const ids = ({ chosen }) => [...chosen].sort((a, b) => a - b);

test("a range goes from the last one picked alone, and is replaced by the next from there", () => {
  let picks = toggled(NOTHING, 2);
  picks = ranged(picks, [1, 2, 3, 4, 5], 4);
  assert.deepEqual(ids(picks), [2, 3, 4]);
  picks = ranged(picks, [1, 2, 3, 4, 5], 1);
  assert.deepEqual(ids(picks), [1, 2]);
});

test("what was chosen before a range stays beside it", () => {
  let picks = toggled(toggled(NOTHING, 1), 4);
  picks = ranged(picks, [1, 2, 3, 4, 5, 6], 6);
  assert.deepEqual(ids(picks), [1, 4, 5, 6]);
  assert.deepEqual(ids(ranged(picks, [1, 2, 3, 4, 5, 6], 4)), [1, 4]);
});

test("a range follows the list's order of now, not of when it began", () => {
  const picks = toggled(NOTHING, 2);
  assert.deepEqual(ids(ranged(picks, [5, 2, 9, 4], 4)), [2, 4, 9]);
});

test("a range whose anchor has left the list begins anew", () => {
  const picks = toggled(NOTHING, 2);
  const next = ranged(picks, [1, 3, 4], 3);
  assert.deepEqual(ids(next), [2, 3]);
  assert.deepEqual(ids(ranged(next, [1, 3, 4], 4)), [2, 3, 4]);
  assert.equal(ranged(picks, [1, 3], 99), picks);
});

test("what is gone is not chosen any more", () => {
  const picks = toggled(toggled(NOTHING, 1), 2);
  assert.equal(
    remaining(picks, () => true),
    picks,
  );
  assert.deepEqual(ids(remaining(picks, (id) => id === 2)), [2]);
  assert.equal(
    remaining(picks, () => false),
    NOTHING,
  );
});

const after = (order, steps) => {
  let now = [...order];
  for (const { id, place } of steps) {
    now = now.filter((other) => other !== id);
    if (place.to) now = place.to === "top" ? [id, ...now] : [...now, id];
    else if (place.before) now.splice(now.indexOf(place.before), 0, id);
    else now.splice(now.indexOf(place.after) + 1, 0, id);
  }
  return now;
};

test("some rows move together into a gap, whatever lies between them", () => {
  const order = [1, 2, 3, 4, 5, 6];
  const into = (moving, gap) => after(order, line.movesInto(order, new Set(moving), gap));
  assert.deepEqual(into([5], 1), [1, 5, 2, 3, 4, 6]);
  assert.deepEqual(into([2], 6), [1, 3, 4, 5, 6, 2]);
  assert.deepEqual(into([2, 5], 0), [2, 5, 1, 3, 4, 6]);
  assert.deepEqual(into([1, 4, 6], 3), [2, 3, 1, 4, 6, 5]);
  assert.deepEqual(line.movesInto(order, new Set([2, 3]), 1), []);
  assert.deepEqual(line.movesInto(order, new Set([2, 3]), 3), []);
  assert.deepEqual(line.movesInto([1, 2], new Set([1, 2]), 1), []);
});

test("upwards a row goes before the next, downwards after the last, whose rank it takes", () => {
  const order = [1, 2, 3];
  assert.deepEqual(line.movesInto(order, new Set([3]), 1), [{ id: 3, place: { before: 2 } }]);
  assert.deepEqual(line.movesInto(order, new Set([1]), 2), [{ id: 1, place: { after: 2 } }]);
});

test("Alt and the arrows mean the gap one further, or the ends", () => {
  const order = [1, 2, 3, 4, 5];
  const by = (moving, n) => line.gapBy(order, new Set(moving), n);
  assert.equal(by([3], -1), 1);
  assert.equal(by([3], 1), 4);
  assert.equal(by([1], -1), 0);
  assert.equal(by([5], 1), 5);
  assert.equal(by([2, 4], 1), 5);
  assert.equal(by([3], -Infinity), 0);
  assert.equal(by([3], Infinity), 5);
});

test("moves back bring every order back, for any set of moved rows", () => {
  const order = [1, 2, 3, 4, 5].map((id) => task(id, { status: "queued" }));
  for (let bits = 1; bits < 31; bits++) {
    const moved = new Set([1, 2, 3, 4, 5].filter((id) => bits & (1 << (id - 1))));
    for (let gap = 0; gap <= 5; gap++) {
      const there = after([1, 2, 3, 4, 5], line.movesInto([1, 2, 3, 4, 5], moved, gap));
      const back = after(there, line.movesBack(order, moved));
      assert.deepEqual(back, [1, 2, 3, 4, 5], `${[...moved]} into ${gap}`);
    }
  }
});

test("a row that took another priority gets its own back", () => {
  const before = [
    task(1, { status: "queued", priority: 5 }),
    task(2, { status: "queued" }),
    task(3, { status: "queued", priority: -1 }),
  ];
  assert.deepEqual(line.movesBack(before, new Set([2])), [{ id: 2, priority: 0 }]);
});

test("a task moves only among those that are as ready as it is", () => {
  const queued = (id, more) => task(id, { status: "queued", allowed: ["move"], ...more });
  const all = [queued(1), queued(2, { held: true }), task(3), queued(4, { priority: 2 })];
  assert.deepEqual(
    line.lineOf(all, all[0]).map(({ id }) => id),
    [4, 1],
  );
});

test("a row is dropped before the one whose middle is below the pointer", () => {
  const seen = [
    { id: 1, top: 0, bottom: 40 },
    { id: 2, top: 40, bottom: 80 },
  ];
  assert.deepEqual(line.dropAt(seen, 10), { id: 1, isBefore: true, y: 0 });
  assert.deepEqual(line.dropAt(seen, 30), { id: 2, isBefore: true, y: 40 });
  assert.deepEqual(line.dropAt(seen, 300), { id: 2, isBefore: false, y: 80 });
  assert.equal(line.dropAt([], 3), null);
});

test("near an edge it scrolls, faster the nearer", () => {
  const box = { top: 100, bottom: 500 };
  assert.equal(line.scrollBy(300, box, 40), 0);
  assert.ok(line.scrollBy(110, box, 40) < line.scrollBy(130, box, 40));
  assert.equal(line.scrollBy(600, box, 40), 1);
});

const entry = (key, text = key) => ({ key, text, undo: () => text });

test("what follows on the same thing soon is taken back together, to where it began", () => {
  let kept = undoing.added([], entry("move 1", "first"), 0);
  kept = undoing.added(kept, entry("move 1", "second"), 1000);
  kept = undoing.added(kept, entry("move 1", "third"), 2400);
  assert.equal(kept.length, 1);
  assert.equal(kept[0].text, "third");
  assert.equal(kept[0].undo(), "first");
  assert.equal(undoing.added(kept, entry("move 1"), 9000).length, 2);
  assert.equal(undoing.added(kept, entry("move 2"), 2500).length, 2);
});

test("after ten seconds nothing is taken back", () => {
  const kept = undoing.added(undoing.added([], entry("a"), 0), entry("b"), 6000);
  assert.equal(undoing.living(kept, 9999), kept);
  assert.deepEqual(
    undoing.living(kept, 10_000).map(({ key }) => key),
    ["b"],
  );
  assert.deepEqual(undoing.living(kept, 16_000), []);
});

test("what is offered is what the task allows, and makes sense", () => {
  const held = task(1, { status: "queued", held: true, allowed: ["start", "pause", "cancel"] });
  assert.ok(isOffered(held, "start") && !isOffered(held, "pause") && !isOffered(held, "hold"));
  const ready = task(2, { status: "queued", allowed: ["start", "hold", "pause", "move"] });
  assert.ok(!isOffered(ready, "start") && isOffered(ready, "hold") && isOffered(ready, "top"));
  const done = task(3, { status: "completed", allowed: ["retry", "clear"] });
  assert.ok(isOffered(done, "retry") && !fits(done, "retry") && fits(done, "clear"));
});

test("each way to retry is offered where it leads somewhere", () => {
  const over = (status, failed = 0, retries_items = true) =>
    retriesOf(task(1, { status, allowed: ["retry"], progress: { failed } }), {
      retries_items,
    }).map(({ label }) => label);
  assert.deepEqual(over("failed", 3), ["Retry", "From the start", "Only what failed"]);
  assert.deepEqual(over("failed", 3, false), ["Retry", "From the start"]);
  assert.deepEqual(over("cancelled"), ["Go on", "From the start"]);
  assert.deepEqual(over("completed"), ["Run again"]);
  assert.deepEqual(retriesOf(task(1)), []);
});

test("many are offered what some of them can, with the count", () => {
  const paused = task(2, { status: "paused", allowed: ["resume", "cancel", "move"] });
  const found = offers([task(1), paused, task(3)]);
  assert.deepEqual(
    found.map(({ deed, ids: of }) => `${deed} ${of}`),
    ["pause 1,3", "resume 2", "top 2", "priority 1,2,3", "cancel 1,2,3"],
  );
});

test("what became of many is told with what did not work out", () => {
  const ok = { id: 1, ok: true, status: "cancelled" };
  const refused = (id, ...allowed) => ({
    id,
    ok: false,
    status: null,
    error: { code: "not-possible", allowed },
  });
  const over = refused(2, "retry", "clear");
  const gone = { id: 3, ok: false, status: null, error: { code: "not-found" } };
  const moved = refused(4, "pause", "cancel");
  assert.equal(outcome("cancel", [ok, ok, over]), "2 cancelled, 1 had already finished");
  assert.equal(outcome("cancel", [ok, gone]), "1 cancelled, 1 was already gone");
  assert.equal(outcome("hold", [ok, moved]), "1 held, 1 had moved on and could not be");
  assert.equal(outcome("retry", [ok, moved]), "1 retried, 1 had moved on and could not be");
});
