// Bars of a program: places in percent, marks that have room, words for who cannot see them.

import assert from "node:assert/strict";
import test from "node:test";
import { ganttOf } from "../../../webui/static/detail/gantt.js";

const ROWS = [
  { title: "Draw", group: "Prepare", start: "2026-11-30T00:00", finish: "2026-12-01T00:00" },
  { title: "Ask", group: "Prepare", start: "2026-12-01T00:00", finish: "2026-12-02T00:00", critical: true, resources: ["@ann"] },
  { title: "Begin", group: "Build", start: "2026-12-02T00:00", finish: "2026-12-02T00:00", done: true },
  { title: "Dig", group: "Build", start: "2026-12-03T12:00", finish: "2026-12-03T18:00" },
];
const made = (rows) => ganttOf(rows, "start", "finish");

test("bars stand where their times are, in whole days", () => {
  const { bars } = made(ROWS);
  assert.deepEqual(
    bars.map(({ left, width }) => [left, width]),
    [[0, 25], [25, 25], [50, 0], [87.5, 6.25]],
  );
});

test("a group is told where it begins", () => {
  assert.deepEqual(made(ROWS).bars.map(({ group }) => group), ["Prepare", "", "Build", ""]);
});

test("what is critical, done or somebody's is said in words", () => {
  const [, ask, begin] = made(ROWS).bars;
  assert.match(ask.said, /critical: decides the end; @ann$/);
  assert.match(begin.said, /done$/);
  assert.doesNotMatch(begin.said, / to /);
});

test("marks are days, and never too many", () => {
  assert.equal(made(ROWS).marks.length, 4);
  const long = [{ start: "2026-01-01T09:00", finish: "2031-01-01T09:00" }];
  const { marks } = made(long);
  assert.ok(marks.length > 3 && marks.length <= 15, String(marks.length));
  assert.ok(marks.every(({ at }) => at >= 0 && at < 100));
});

test("rows without times are no program", () => {
  assert.equal(made([]), null);
  assert.equal(made([{ start: "soon", finish: "later" }]), null);
});
