import assert from "node:assert/strict";
import { test } from "node:test";
import { best, score, used } from "../../../webui/static/steer/ranking.js";

const COMMANDS = [
  "Pause the queue",
  "Pause it",
  "Resume it",
  "Cancel it, after a question",
  "New task",
  "Retry all failed tasks",
  "Choose all that match",
].map((text, i) => ({ id: `c${i}`, text }));
const find = (typed, recent = []) => best(typed, COMMANDS, recent, 9).map(({ text }) => text);

test("the start of a word is better than the inside, in one piece better than scattered", () => {
  assert.ok(score("pa", "Pause it") > score("pa", "Unpack it"));
  assert.ok(score("que", "Pause the queue") > score("ue", "Pause the queue"));
  assert.ok(score("ptq", "Pause the queue") > 0);
  assert.equal(score("zz", "Pause the queue"), null);
  assert.equal(score("qp", "Pause the queue"), null);
});

test("every word that was typed must be found, in any order", () => {
  assert.deepEqual(find("queue pause"), ["Pause the queue"]);
  assert.deepEqual(find("failed retry"), ["Retry all failed tasks"]);
  assert.deepEqual(find("pause nothing"), []);
});

test("initials find a command, and the shorter of two that fit alike comes first", () => {
  assert.equal(find("raf")[0], "Retry all failed tasks");
  assert.deepEqual(find("pause"), ["Pause it", "Pause the queue"]);
});

test("without anything typed the recent ones stand first", () => {
  assert.deepEqual(find("", ["c5", "c2"]).slice(0, 3), [
    "Retry all failed tasks",
    "Resume it",
    "Pause the queue",
  ]);
});

test("a number finds its task", () => {
  const tasks = [12, 120, 512].map((id) => ({ id: `${id}`, text: `#${id} Count` }));
  assert.equal(best("#12", tasks, [], 9)[0].id, "12");
  assert.equal(best("512", tasks, [], 9)[0].id, "512");
});

test("what was used last is remembered once, and first", () => {
  assert.deepEqual(used(["a", "b", "c"], "b"), ["b", "a", "c"]);
  assert.equal(
    used(
      Array.from({ length: 20 }, (_, i) => `${i}`),
      "x",
    ).length,
    12,
  );
});
