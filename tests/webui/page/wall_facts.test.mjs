import assert from "node:assert/strict";
import { test } from "node:test";
import { haulOf } from "../../../webui/static/haul.js";
import { arrivalOf } from "../../../webui/static/wall/arriving.js";
import { lastOf, nextOf } from "../../../webui/static/wall/coming.js";
import { TOLD_MS, endedOf, withEnds } from "../../../webui/static/wall/ended.js";
import { headline, needsOf, toldOf } from "../../../webui/static/wall/needs.js";
import { addBeat, curveOf, SPAN, together } from "../../../webui/static/wall/pulse.js";
import { isDimmed, shiftAt } from "../../../webui/static/wall/rest.js";
import { shortSpan, wayOf } from "../../../webui/static/wall/route_line.js";
import {
  angleOf,
  LABELS,
  FACTS,
  remOn,
  sightOf,
  zoomFor,
} from "../../../webui/static/wall/sight.js";
import { QUEUE, task } from "./tasks.mjs";

const NOW = Date.parse("2026-01-01T12:00:00.000Z");
const LIVE = { status: "live", since: 0 };
const ago = (minutes) => new Date(NOW - minutes * 60_000).toISOString();

test("visual angles are those of capitals on a 55-inch screen at 3 and 5 metres", () => {
  const rem = remOn(55);
  const angles = [FACTS, LABELS].flatMap((size) => [3, 5].map((m) => angleOf(size * rem, m)));
  assert.deepEqual(angles.map(Math.round), [27, 16, 22, 13]);
});

test("the zoom that a distance asks for makes facts comfortable and labels readable", () => {
  for (const place of [
    { diagonal: 55, distance: 5 },
    { diagonal: 27, distance: 3 },
    { diagonal: 75, distance: 9 },
  ]) {
    const { facts, labels, word } = sightOf(place, zoomFor(place));
    assert.ok(
      facts >= 20 && facts <= 22.5 && labels >= 16,
      JSON.stringify({ place, facts, labels }),
    );
    assert.equal(word, "easy to read");
  }
  assert.equal(zoomFor({ diagonal: 55, distance: 0.7 }), 1); // near enough for the whole picture
  assert.equal(zoomFor({ diagonal: 20, distance: 40 }), 4);
  assert.equal(sightOf({ diagonal: 20, distance: 40 }, 4).word, "too small from there");
});

test("what needs a person is told worst first", () => {
  const failed = (id, code, minutes) =>
    task(id, {
      status: "failed",
      finished_at: ago(minutes),
      error: { code, message: `it ${code}` },
    });
  const tasks = [
    task(1),
    task(2, { status: "paused", updated_at: ago(20) }),
    task(3, { status: "paused", updated_at: ago(2) }), // a short pause is nobody's trouble
    failed(4, "failed", 5),
    failed(5, "crash-loop", 60),
    failed(6, "failed", 1),
  ];
  const conditions = [{ code: "disk-full", message: "No space", since: ago(1) }];
  const queue = { ...QUEUE, is_paused: true };
  const link = { status: "lost", since: NOW };
  const needs = needsOf({ tasks, queue, conditions, link }, NOW);
  assert.deepEqual(
    needs.map(({ word }) => word),
    ["No connection", "Service", "Crashed", "Failed", "Failed", "Queue paused", "Paused"],
  );
  assert.match(needs[3].text, /^Task 6: it failed/);
  assert.equal(headline(needs), "7 things need you");
  const calm = needsOf({ tasks: [task(1)], queue: QUEUE, conditions: [], link: LIVE }, NOW);
  assert.deepEqual(calm, []);
});

test("a canary needs a look from its first moment on", () => {
  const canary = { records: 30, state: "waiting" };
  const waits = task(1, { status: "paused", message: "Canary: look", canary, updated_at: ago(0) });
  const [need] = needsOf({ tasks: [waits], queue: QUEUE, conditions: [], link: LIVE }, NOW);
  assert.deepEqual([need.word, need.text], ["Look", "Task 1: Canary: look"]);
});

test("the headline counts tasks, and names what is alone", () => {
  const of = (tasks, queue = QUEUE) =>
    headline(needsOf({ tasks, queue, conditions: [], link: LIVE }, NOW));
  const failed = task(1, { status: "failed", finished_at: ago(1) });
  assert.equal(of([failed]), "1 task needs you");
  assert.equal(of([failed, { ...failed, id: 2 }]), "2 tasks need you");
  assert.equal(of([], { ...QUEUE, is_paused: true }), "Queue paused");
});

test("an end is told for a moment, many as one, before what needs somebody", () => {
  const end = (id, status = "completed") =>
    task(id, { status, finished_at: ago(1), progress: { done: 100 }, error: null });
  const one = withEnds([], [end(1)], NOW);
  assert.deepEqual(
    [endedOf(one, NOW)?.word, endedOf(one, NOW)?.tone, endedOf(one, NOW)?.text],
    ["Completed", "completed", "Task 1 · 100 records in 1 h 59 min"],
  );
  assert.equal(endedOf(one, NOW + TOLD_MS), null);
  const two = withEnds(one, [end(2, "failed")], NOW + 1000);
  assert.equal(endedOf(two, NOW + 1000)?.word, "1 task completed, 1 failed");
  assert.equal(endedOf(two, NOW + 1000)?.tone, "failed");
  assert.equal(withEnds(two, [], NOW + TOLD_MS).length, 1);
  const paused = { ...QUEUE, is_paused: true };
  const needs = needsOf({ tasks: [], queue: paused, conditions: [], link: LIVE }, NOW);
  assert.equal(toldOf(needs, endedOf(one, NOW), 0)?.word, "Completed");
  assert.equal(toldOf(needs, null, 3)?.word, "Queue paused");
  assert.equal(toldOf([], null, 3), null);
});

test("a lost connection keeps the strip: nothing else is sure", () => {
  const lost = { status: "lost", since: NOW };
  const queue = { ...QUEUE, is_paused: true };
  const needs = needsOf({ tasks: [], queue, conditions: [], link: lost }, NOW);
  assert.equal(needs.length, 2);
  const ended = endedOf(withEnds([], [task(1, { status: "completed" })], NOW), NOW);
  const words = [0, 1, 2, 3].map((tick) => toldOf(needs, ended, tick)?.word);
  assert.deepEqual(new Set(words), new Set(["No connection"]));
});

test("an idle wall tells what ended last and what is next", () => {
  const ended = (id, status, minutes) => task(id, { status, finished_at: ago(minutes) });
  const all = [ended(1, "completed", 9), ended(2, "failed", 5), ended(3, "cancelled", 1)];
  assert.equal(lastOf(all)?.id, 2);
  assert.equal(lastOf([]), null);
  const why = () => "because";
  const until = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
  const timed = task(4, {
    status: "queued",
    waiting_because: { code: "scheduled", until: until(30) },
  });
  const schedules = [
    { name: "Nightly", enabled: true, next_at: until(20) },
    { name: "Off", enabled: false, next_at: until(1) },
  ];
  assert.deepEqual(nextOf([timed], schedules, why), {
    title: "Nightly",
    at: NOW + 1_200_000,
    why: "",
  });
  assert.equal(nextOf([timed], [], why)?.title, "Task 4");
  const waiting = task(5, { status: "queued" });
  assert.deepEqual(nextOf([timed, waiting], schedules, why), {
    title: "Task 5",
    at: null,
    why: "because",
  });
  assert.equal(nextOf([task(6, { status: "queued", held: true })], [], why)?.title, "Task 6");
  assert.equal(nextOf([], [], why), null);
});

test("an arrival is one time, rounded where the estimate is wide", () => {
  const now = new Date(2026, 0, 7, 20, 0).getTime();
  const haul = { ...haulOf([task(1)]), eta: { low: 4500, high: 4510 } };
  assert.deepEqual(
    [arrivalOf(haul, now, false).time, arrivalOf(haul, now, false).isAbout],
    ["21:15", false],
  );
  const wide = arrivalOf({ ...haul, eta: { low: 4000, high: 5200 } }, now, false);
  assert.deepEqual(
    [wide.time, wide.isAbout, wide.labels[0]],
    ["21:15", true, "Arrives in 1 h 7 min – 1 h 27 min"],
  );
  const late = arrivalOf({ ...haul, eta: { low: 86_400, high: 86_410 } }, now, false);
  assert.deepEqual([late.day, late.time], ["Thu", "20:00"]);
  const far = arrivalOf({ ...haul, eta: { low: 30 * 86_400, high: 30 * 86_400 } }, now, false);
  assert.equal(far.day, "6 Feb");
  assert.equal(arrivalOf({ ...haul, eta: null }, now, true).words, "not yet known");
  assert.equal(arrivalOf({ ...haul, eta: null, running: 0 }, now, true).words, "queue paused");
});

test("the speeds of several tasks add up, second by second", () => {
  const a = [
    { at: 100, rate: 5 },
    { at: 104, rate: 0 },
  ];
  const b = [{ at: 102, rate: 10 }];
  assert.deepEqual(
    together([a, b, []], 106).map(({ rate }) => rate),
    [5, 5, 15, 15, 10, 10],
  );
  assert.deepEqual(together([], 106), []);
});

test("beats older than the curve are forgotten, and none is taken twice", () => {
  const beats = [];
  for (let at = 0; at < SPAN + 50; at++) addBeat(beats, { at, rate: 1 });
  addBeat(beats, { at: 3, rate: 9 });
  assert.equal(beats.length, SPAN + 1);
});

test("the curve ends at the right, keeps few points and breaks where nobody counted", () => {
  const beats = Array.from({ length: SPAN }, (_, at) => ({ at, rate: at % 7 }));
  const { line } = curveOf(beats);
  assert.ok(line.split("L").length <= 153);
  assert.match(line, /L100\.00 /);
  const broken = curveOf(beats.filter(({ at }) => at < 300 || at > 500));
  assert.equal(broken.line.split("M").length - 1, 2);
  assert.deepEqual(curveOf(beats.slice(0, 1)), { line: "", area: "" });
});

test("dimming hours may pass midnight", () => {
  const at = (hour, minute) => new Date(2026, 0, 7, hour, minute).getTime();
  const night = { start: "22:30", end: "06:00" };
  const found = [at(22, 29), at(22, 30), at(3, 0), at(6, 0)].map((now) => isDimmed(night, now));
  assert.deepEqual(found, [false, true, true, false]);
  assert.equal(isDimmed({ start: "12:00", end: "13:00" }, at(12, 30)), true);
  assert.equal(isDimmed(null, at(3, 0)), false);
});

test("the picture moves by a few pixels, and comes back", () => {
  const places = Array.from({ length: 60 }, (_, minute) => shiftAt(minute * 60_000));
  assert.ok(new Set(places.map(String)).size > 5);
  assert.ok(places.flat().every((pixels) => Math.abs(pixels) <= 4));
  assert.deepEqual(shiftAt(0), [0, 0]);
});

test("a train is on its stage's stretch, as far as its step is done", () => {
  const at = (fields) => wayOf(task(1, fields), undefined);
  const half = at({ progress: { done: 50 } });
  assert.deepEqual([half.names, half.stretch, half.at], [["Preparing", "Counting"], 1, 0.75]);
  assert.equal(at({ status: "queued" }).at, null);
  assert.equal(at({ progress: { total: null } }).at, 0.75);
  const second = at({ steps: ["a", "b"], stages: [], step_index: 1, progress: { done: 50 } });
  assert.equal(second.at, 0.5); // half of all is the first of two steps
  assert.deepEqual([8, 1440, 6600, 300_000].map(shortSpan), ["8 s", "24 min", "1 h 50", "3 d"]);
});
