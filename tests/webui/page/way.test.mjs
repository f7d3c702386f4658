import assert from "node:assert/strict";
import { test } from "node:test";
import { policyWords } from "../../../webui/static/policy.js";
import { addSample, curve, MOST, sampleOf } from "../../../webui/static/speed.js";
import { reached, stationsOf } from "../../../webui/static/stations.js";
import { task } from "./tasks.mjs";

const STEPS = [
  { name: "fetch", stages: ["scanning", "fetching"] },
  { name: "check", stages: [] },
];
const TYPE = { name: "count", title: "Count", guarantee: "", steps: STEPS };
const WAY = { steps: ["fetch", "check"], stages: ["scanning", "fetching"] };

test("stages before the one at hand are past, those after it are next", () => {
  const stations = stationsOf(task(1, { ...WAY, stage: "fetching" }), TYPE);
  assert.deepEqual(
    stations.map(({ name, state }) => [name, state]),
    [
      ["scanning", "past"],
      ["fetching", "now"],
      ["check", "next"],
    ],
  );
  assert.equal(reached(stations), 0.5);
});

test("all is past when it is completed, and nothing before it began", () => {
  const states = (fields) =>
    stationsOf(task(1, { ...WAY, ...fields }), TYPE).map(({ state }) => state);
  assert.deepEqual(states({ status: "completed" }), ["past", "past", "past"]);
  assert.deepEqual(states({ status: "queued", started_at: null }), ["next", "next", "next"]);
});

test("a stage with counts of its own says them, once it has begun", () => {
  const of = { failed: 0, skipped: 0, total: null };
  const stage_progress = [
    { ...of, name: "scanning", state: "past", done: 1200, total: 1200 },
    { ...of, name: "fetching", state: "now", done: 30, failed: 2 },
    { ...of, name: "verifying", state: "ahead", done: 0 },
  ];
  const stages = ["scanning", "fetching", "verifying"];
  const way = { ...WAY, steps: ["fetch"], stages, stage: "fetching", stage_progress };
  assert.deepEqual(
    stationsOf(task(1, way), TYPE).map(({ counted }) => counted),
    ["1,200 of 1,200", "32, 2 failed", ""],
  );
});

test("what happens about records that fail is a sentence", () => {
  const policy = { on_error: "skip", tries: 1, most: 0, share: 0.5, sample: 100 };
  assert.equal(
    policyWords(policy),
    "A record that fails is skipped; the run ends when more than 50 % have failed (from 100 on).",
  );
  assert.equal(
    policyWords({ ...policy, tries: 3, most: 1000, share: 1 }),
    "A record that fails is tried 3 times, then skipped; the run ends when more than 1,000 have failed.",
  );
  const stop = { ...policy, on_error: "stop" };
  assert.equal(policyWords(stop), "A record that fails ends the run there.");
  assert.equal(
    policyWords({ ...stop, tries: 2 }),
    "A record that fails is tried 2 times, then ends the run there.",
  );
});

test("a type that is gone leaves the steps that the task names", () => {
  const stations = stationsOf(task(1, { ...WAY, step_index: 1, stages: [], stage: "" }), undefined);
  assert.deepEqual(
    stations.map(({ name, state }) => [name, state]),
    [
      ["fetch", "past"],
      ["check", "now"],
    ],
  );
});

test("too many stages become one station for each step", () => {
  const steps = ["a", "b", "c"].map((name) => ({ name, stages: ["one", "two", "three"] }));
  const many = task(1, {
    steps: ["a", "b", "c"],
    step_index: 1,
    stages: ["one", "two", "three"],
    stage: "two",
  });
  const stations = stationsOf(many, { ...TYPE, steps });
  assert.deepEqual(
    stations.map(({ name, state }) => [name, state]),
    [
      ["a", "past"],
      ["b", "now"],
      ["c", "next"],
    ],
  );
});

test("the curve is the speed over some seconds, not of one batch", () => {
  const samples = [0, 1, 2, 3, 4, 5, 6].map((at) => ({
    at,
    seen: at % 2 ? at * 10 + 10 : at * 10,
  }));
  const [times, speeds] = curve(samples);
  assert.deepEqual(times, [1, 2, 3, 4, 5, 6]);
  assert.equal(speeds.at(-1), 10);
});

test("the line is broken where the task stood still, and only there", () => {
  const samples = [
    { at: 0, seen: 0 },
    { at: 1, seen: 5, isStill: true },
    { at: 60, seen: 5 },
    { at: 61, seen: 9 },
    { at: 161, seen: 209 },
  ];
  assert.deepEqual(curve(samples), [
    [1, 1.001, 61, 161],
    [5, null, 4, 2],
  ]);
});

test("two counts told at once are no speed", () => {
  const at_once = [
    { at: 0, seen: 0 },
    { at: 0.001, seen: 500 },
  ];
  assert.deepEqual(curve(at_once), [[], []]);
});

test("a task that is paused ends its stretch, and its next one begins where it went on", () => {
  const samples = [];
  for (const sample of [
    { at: 0, seen: 0 },
    { at: 2, seen: 10 },
    { at: 2.1, seen: 10, isStill: true },
    { at: 50, seen: 10, isStill: true },
    { at: 60, seen: 10 },
    { at: 62, seen: 30 },
  ])
    addSample(samples, sample);
  const [times, speeds] = curve(samples);
  assert.deepEqual(times.slice(-1), [62]);
  assert.equal(speeds.filter((speed) => speed === null).length, 1);
  assert.equal(speeds.at(-1), 10);
});

test("a retry from the start begins a new curve, a replayed sample is left out", () => {
  const samples = [
    { at: 0, seen: 0 },
    { at: 1, seen: 50 },
  ];
  addSample(samples, { at: 0.5, seen: 20 });
  assert.equal(samples.length, 2);
  addSample(samples, { at: 2, seen: 3 });
  assert.deepEqual(samples, [{ at: 2, seen: 3 }]);
});

test("no more samples are kept than can be seen", () => {
  const samples = [];
  for (let at = 0; at < 3 * MOST; at++) addSample(samples, { at, seen: at });
  assert.ok(samples.length <= MOST);
  assert.equal(samples.at(-1).seen, 3 * MOST - 1);
  assert.equal(samples[0].seen, 0, "the whole course is kept, from the first record on");
  assert.ok(curve(samples)[1].every((speed) => Math.abs(speed - 1) < 1e-9));
});

test("a sample counts what failed and was skipped, too", () => {
  const { at, seen } = sampleOf(task(1, { progress: { done: 5, failed: 2, skipped: 3 } }));
  assert.equal(seen, 10);
  assert.equal(at, Date.parse("2026-01-01T10:01:00.000Z") / 1000);
});
