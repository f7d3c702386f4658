import assert from "node:assert/strict";
import { test } from "node:test";
import { Arrangement } from "../../../webui/static/arrangement.js";
import { GROUPINGS } from "../../../webui/static/grouping.js";
import { filterOf } from "../../../webui/static/matching.js";
import {
  idsOf,
  keyOf,
  neighbour,
  onScreen,
  places,
  Rows,
  waitingBecause,
} from "../../../webui/static/rows.js";
import { sectionsOf } from "../../../webui/static/sections.js";
import { QUEUE, task } from "./tasks.mjs";

const queued = (id, fields = {}) => task(id, { status: "queued", ...fields });
const ended = (id, minute, status = "completed", fields = {}) =>
  task(id, { status, finished_at: `2026-01-01T10:${10 + minute}:00.000Z`, ...fields });

function arranged(
  tasks,
  { query = "", by = "status", horizon = { failed: "", finished: "" } } = {},
) {
  const filter = filterOf(new URLSearchParams(query));
  return new Arrangement(filter, GROUPINGS[by], horizon).fill(tasks);
}

const NOTHING = {
  folds: { "status:finished": false },
  unfolded: new Map(),
  selected: null,
  types: new Map(),
  beyond: {},
  totals: null,
  now: Date.parse("2026-01-02T12:00:00Z"),
};

const rowsOf = (arrangement, view = {}) =>
  new Rows(sectionsOf(arrangement, { ...NOTHING, ...view }));
const shown = (rows) =>
  rows.slice(0, rows.length).map((row) => row.heading ?? row.id ?? keyOf(row));
const listed = (tasks, options, view) => shown(rowsOf(arranged(tasks, options), view));

test("what runs stands first, then what failed, is paused, waits, is over", () => {
  const tasks = [
    ended(1, 0),
    queued(2),
    task(3, { status: "paused" }),
    ended(4, 1, "failed"),
    task(5),
  ];
  assert.deepEqual(listed(tasks), [
    "Running",
    5,
    "Failed",
    4,
    "Paused",
    3,
    "Waiting",
    2,
    "Finished",
    1,
  ]);
});

test("what waits stands in the order in which it will start, the held at the end", () => {
  const tasks = [
    queued(1),
    queued(2, { priority: 5 }),
    queued(3, { position: 0.5 }),
    queued(4, { held: true, priority: 9 }),
  ];
  assert.deepEqual(idsOf(rowsOf(arranged(tasks))), [2, 3, 1, 4]);
});

test("what finished last stands first", () => {
  assert.deepEqual(idsOf(rowsOf(arranged([ended(1, 1), ended(2, 3), ended(3, 2)]))), [2, 3, 1]);
});

test("a change moves one task, as if all had been arranged anew", () => {
  const changes = [
    queued(1, { version: 2, priority: 7 }),
    task(2, { version: 2, status: "running" }),
    ended(2, 5, "completed", { version: 3 }),
    queued(9),
    queued(3, { version: 2, held: true }),
  ];
  const known = new Map([1, 2, 3, 4].map((id) => [id, queued(id)]));
  const kept = arranged(known.values());
  for (const now of changes) {
    known.set(now.id, now);
    kept.take(now.id, now);
    assert.deepEqual(shown(rowsOf(kept)), listed(known.values()));
    assert.deepEqual(
      kept.line.members.map(({ id }) => id),
      arranged(known.values()).line.members.map(({ id }) => id),
    );
  }
  kept.take(9, undefined);
  assert.equal(idsOf(rowsOf(kept)).includes(9), false);
  assert.equal(kept.counts.queued, 3);
});

test("progress moves nothing", () => {
  const kept = arranged([task(1)]);
  const { version } = kept;
  kept.take(1, task(1, { version: 2, progress: { done: 50 } }));
  assert.equal(kept.version, version);
});

test("finished tasks are folded beside others, with their number, and open alone", () => {
  const folded = (tasks, query) => {
    const rows = rowsOf(arranged(tasks, { query }), { folds: {} });
    return rows.sections.map(({ heading }) => [heading.heading, heading.count, heading.isFolded]);
  };
  assert.deepEqual(folded([task(1), ended(2, 0), ended(3, 1)]), [
    ["Running", 1, false],
    ["Finished", 2, true],
  ]);
  assert.deepEqual(folded([ended(2, 0)]), [["Finished", 1, false]]);
  assert.deepEqual(folded([task(1), ended(2, 0)], "q=task").at(-1), ["Finished", 1, false]);
});

test("a folded group keeps the chosen task in view, and no other", () => {
  const tasks = [task(1), ended(2, 0), ended(3, 1)];
  const view = { folds: { "status:finished": true } };
  assert.deepEqual(listed(tasks, {}, view), ["Running", 1, "Finished"]);
  assert.deepEqual(listed(tasks, {}, { ...view, selected: 2 }), ["Running", 1, "Finished", 2]);
});

test("the list is parted by project, what has none at the end", () => {
  const tasks = [queued(1), queued(2, { project: "Orders 10" }), task(3, { project: "Orders 9" })];
  assert.deepEqual(listed(tasks, { by: "project" }), [
    "Orders 9",
    3,
    "Orders 10",
    2,
    "Without a project",
    1,
  ]);
});

test("the list is parted by type, and what moves stands first in each", () => {
  const types = new Map([["count", { title: "Counting" }]]);
  const tasks = [queued(1), task(2), queued(3, { type: "scan" })];
  assert.deepEqual(listed(tasks, { by: "type" }, { types }), ["Counting", 2, 1, "scan", 3]);
});

test("the list is parted by day, the latest first", () => {
  const tasks = [
    queued(1, { created_at: "2025-11-03T12:00:00.000Z" }),
    queued(2, { created_at: "2026-01-02T11:00:00.000Z" }),
    queued(3, { created_at: "2026-01-01T11:00:00.000Z" }),
  ];
  assert.deepEqual(listed(tasks, { by: "day" }), ["Today", 2, "Yesterday", 3, "Mon 3 Nov 2025", 1]);
});

test("an unfolded task has its jobs below it, and every row is where it is said to be", () => {
  const job = (id, step) => ({ id, step });
  const unfolded = new Map([
    [2, [job(20, 0), job(21, 1), job(22, 1)]],
    [4, null],
  ]);
  const rows = rowsOf(arranged([task(1), task(2), task(3), queued(4), queued(5)]), { unfolded });
  assert.deepEqual(shown(rows), [
    "Running",
    1,
    2,
    "job-20",
    "job-21",
    "job-22",
    3,
    "Waiting",
    4,
    "jobs-of-4",
    5,
  ]);
  assert.deepEqual(
    [1, 2, 3, 4, 5, 9].map((id) => rows.indexOf(id)),
    [1, 2, 6, 8, 10, -1],
  );
  assert.deepEqual(
    rows.slice(4, 6).map(({ part }) => part),
    ["part 1 of 2", "part 2 of 2"],
  );
  assert.equal(rows.length, 11);
});

test("what is not loaded is counted, and begins with a row of its own", () => {
  const beyond = { finished: { hasMore: true, text: "more" } };
  const tasks = [ended(1, 0), ended(2, 1)];
  const counted = rowsOf(arranged(tasks), { beyond, totals: { finished: 70 } });
  assert.deepEqual(shown(counted), ["Finished", 2, 1, "more-finished"]);
  assert.deepEqual([counted.at(0).count, counted.at(0).isAtLeast], [70, false]);
  assert.equal(rowsOf(arranged(tasks), { beyond }).at(0).isAtLeast, true);
});

test("what lies behind the horizon is shown under a filter only, until it is reached", () => {
  const horizon = { failed: "", finished: ended(0, 5).finished_at };
  const tasks = [ended(1, 3), ended(2, 5), ended(3, 7)];
  const open = arranged(tasks, { horizon });
  assert.deepEqual(idsOf(rowsOf(open)), [3, 2]);
  assert.deepEqual(idsOf(rowsOf(arranged(tasks, { horizon, query: "q=task" }))), [3, 2, 1]);
  open.reach("finished", ended(0, 3).finished_at);
  assert.deepEqual(idsOf(rowsOf(open)), [3, 2, 1]);
});

test("only the rows on screen are drawn, with some to spare", () => {
  assert.deepEqual(onScreen(0, 25, 10_000, 2.5), [0, 16]);
  assert.deepEqual(onScreen(2500, 25, 10_000, 2.5), [994, 1016]);
  assert.deepEqual(onScreen(24_990, 25, 10_000, 2.5), [9990, 10_000]);
  assert.deepEqual(onScreen(500, 25, 3, 2.5), [3, 3]);
});

test("arrows stop at tasks and at folded groups, and stay at the ends", () => {
  const tasks = [task(1), queued(2), queued(3), ended(4, 0)];
  const rows = rowsOf(arranged(tasks), { folds: { "status:finished": true } });
  const from = (index, by) => keyOf(neighbour(rows, index, by));
  assert.deepEqual(shown(rows), ["Running", 1, "Waiting", 2, 3, "Finished"]);
  assert.equal(from(1, 1), "row-2");
  assert.equal(from(4, 1), "group-finished");
  assert.equal(from(4, 10), "group-finished");
  assert.equal(from(3, -1), "row-1");
  assert.equal(from(1, -5), "row-1");
});

test("a waiting task says why", () => {
  const held = queued(3, {
    held: true,
    waiting_because: { code: "held", message: "Held", until: null },
  });
  const all = [queued(1), queued(2), held];
  const line = arranged(all);
  const why = (of, queue = QUEUE) => waitingBecause(of, queue, line);
  assert.equal(why(all[0]), "Next in line");
  assert.equal(why(all[1]), "1 before it in line");
  assert.equal(why(held), "Held");
  assert.equal(why(all[1], { ...QUEUE, is_paused: true }), "The queue is paused");
  assert.equal(why(held, { ...QUEUE, is_paused: true }), "Held");
  assert.equal(why(task(4)), "");
  assert.equal(why(task(5, { status: "paused", message: "The disk is full" })), "The disk is full");
});

test("a filter changes no place in the line", () => {
  const tasks = [queued(1), queued(2), queued(3, { type: "scan" })];
  const line = arranged(tasks, { query: "type=scan" });
  assert.deepEqual(idsOf(rowsOf(line)), [3]);
  assert.equal(line.ahead(tasks[2]), 2);
});

test("what waits for its time has no place in the line", () => {
  const later = queued(1, { waiting_because: { code: "scheduled", message: "At nine", until: 1 } });
  assert.equal(arranged([later, queued(2)]).ahead(queued(2)), 0);
  assert.equal(places([later, queued(2)]).ahead(queued(2)), 0);
});
