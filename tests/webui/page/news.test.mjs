import assert from "node:assert/strict";
import { test } from "node:test";
import { isNews, keyOfEnd, newsOf, stillRunning } from "../../../webui/static/news.js";
import { task } from "./tasks.mjs";

const NOW = Date.parse("2026-01-01T12:00:00.000Z");
const ended = (id, seconds, fields = {}) =>
  task(id, {
    status: "completed",
    started_at: new Date(NOW - (seconds + 8) * 1000).toISOString(),
    finished_at: new Date(NOW - seconds * 1000).toISOString(),
    progress: { done: 1000, total: 1000 },
    ...fields,
  });
const failed = (id, seconds) =>
  ended(id, seconds, { status: "failed", error: { code: "x", message: "The disk is full" } });

test("a completion says how much and how long, and leads to the result", () => {
  const [news] = newsOf([ended(3, 2, { result_url: "/r" })], false);
  assert.deepEqual(news, {
    key: keyOfEnd(ended(3, 2)),
    title: "Completed",
    text: "Task 3 · 1,000 records in 8 s",
    tone: "done",
    task: 3,
    tab: "result",
    label: "See the result",
  });
  assert.equal(newsOf([ended(3, 2)], false)[0].label, "Show it");
});

test("a type may say its completion in words of its own, a failure never", () => {
  const said = () => "Files removed";
  assert.equal(newsOf([ended(3, 2)], false, 3, said)[0].title, "Files removed");
  assert.equal(newsOf([ended(3, 2)], true, 3, said)[0].title, "Files removed while you were away");
  assert.equal(newsOf([failed(3, 2)], false, 3, said)[0].title, "Failed");
});

test("a failure says what failed, and leads to the log", () => {
  const [news] = newsOf([failed(4, 1)], false);
  assert.equal(news.text, "Task 4 · The disk is full");
  assert.deepEqual([news.title, news.tone, news.tab], ["Failed", "failed", "log"]);
});

test("what ended while nobody looked says so, and when", () => {
  const [news] = newsOf([ended(1, 600)], true);
  assert.equal(news.title, "Completed while you were away");
  assert.match(news.text, /at \d\d:\d\d$/);
  const many = newsOf(
    [1, 2, 3, 4].map((id) => ended(id, 600 - id)),
    true,
  );
  assert.equal(many[0].title, "4 tasks completed while you were away");
});

test("many are one, led by the last that failed", () => {
  const ends = Array.from({ length: 10 }, (_, i) => ended(i + 1, 20 - i));
  assert.deepEqual(
    newsOf(ends, false).map(({ title, text }) => [title, text]),
    [["10 tasks completed", "The last one: Task 10"]],
  );
  const [mixed] = newsOf([...ends, failed(11, 15), failed(12, 14)], false);
  assert.deepEqual(
    [mixed.title, mixed.text, mixed.tone, mixed.task],
    ["10 tasks completed, 2 failed", "Failed: Task 12", "failed", 12],
  );
  const all = [1, 2, 3, 4].map((id) => failed(id, id));
  assert.equal(newsOf(all, false)[0].title, "4 tasks failed");
});

test("up to three are told one by one, the last one last", () => {
  const titles = newsOf([ended(1, 1), ended(2, 3), ended(3, 2)], false).map(({ task }) => task);
  assert.deepEqual(titles, [2, 3, 1]);
  assert.deepEqual(newsOf([], false), []);
});

test("maintenance, and what a person ended, is no news", () => {
  assert.equal(isNews(ended(1, 1)), true);
  assert.equal(isNews(failed(1, 1)), true);
  assert.equal(isNews(ended(1, 1, { user_relevant: false })), false);
  assert.equal(isNews(ended(1, 1, { status: "cancelled" })), false);
});

test("another run of a task has another end", () => {
  assert.notEqual(keyOfEnd(ended(1, 5)), keyOfEnd(ended(1, 5, { run: 2 })));
  assert.notEqual(keyOfEnd(ended(1, 5)), keyOfEnd(ended(1, 4)));
  assert.equal(keyOfEnd(ended(1, 5)), keyOfEnd(ended(1, 5, { title: "Renamed" })));
});

test("what still runs is told with its share, never rounded up", () => {
  const one = task(1, { progress: { done: 755, failed: 1, total: 1000 } });
  assert.deepEqual(
    stillRunning([one]).map(({ title, text }) => [title, text]),
    [["Still running (75 %)", "Task 1"]],
  );
  const unknown = task(2, { progress: { total: null } });
  assert.equal(stillRunning([unknown])[0].title, "Still running");
  const counted = task(2, { progress: { done: 1200, total: null } });
  assert.equal(stillRunning([counted])[0].title, "Still running (1,200 records)");
  const [many] = stillRunning([one, unknown, task(3), task(4), task(5)]);
  assert.equal(many.title, "5 tasks still running");
  assert.equal(many.text, "Task 1 (75 %), Task 2, Task 3 (0 %) and 2 more");
  assert.deepEqual(stillRunning([]), []);
});
