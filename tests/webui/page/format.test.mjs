import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arrival,
  compact,
  counted,
  duration,
  durationRange,
  moment,
  outOf,
  percent,
  plain,
  spaced,
  speed,
} from "../../../webui/static/format.js";

test("how many of how many fit a column, however many there are", () => {
  const pairs = [[9300, 65_893], [15_742, 112_968], [482_193, 1_000_000], [0, 3]];
  assert.deepEqual(pairs.map(([n, total]) => outOf(n, total)), [
    "9,300 / 65,893",
    "15,742 / 113.0 K",
    "482.2 K / 1.0 M",
    "0 / 3",
  ]);
});

test("counts are short in a headline", () => {
  assert.deepEqual([9999, 10_000, 48_249, 999_949, 999_950, 30_512_345, 2e9].map(compact), [
    "9,999",
    "10.0 K",
    "48.2 K",
    "999.9 K",
    "1.0 M",
    "30.5 M",
    "2.0 G",
  ]);
});

test("a hundred percent is said only of what is complete", () => {
  assert.deepEqual([0, 0.6344, 0.99999, 1].map(percent), ["0.0", "63.4", "99.9", "100"]);
});

test("a speed is said a second, a minute or an hour", () => {
  assert.deepEqual([312.4, 2.54, 0.5, 0.01, 0, null].map(speed), [
    "312/s",
    "2.5/s",
    "30/min",
    "36.0/h",
    "",
    "",
  ]);
});

test("spans are said in two units at most", () => {
  assert.deepEqual([8, 59.6, 240, 9180, 7200, 273_600, 864_000].map(duration), [
    "8 s",
    "1 min",
    "4 min",
    "2 h 33 min",
    "2 h",
    "3 d 4 h",
    "10 d",
  ]);
});

test("a range says its unit once, and one number where both ends are alike", () => {
  assert.equal(durationRange({ low: 120, high: 240 }), "2–4 min");
  assert.equal(durationRange({ low: 121, high: 124 }), "2 min");
  assert.equal(durationRange({ low: 50, high: 70 }), "50 s – 1 min");
});

test("an arrival is a time of day, or a range of them", () => {
  const now = new Date(2026, 0, 7, 20, 0).getTime();
  assert.equal(arrival({ low: 4500, high: 4510 }, now), "21:15");
  assert.equal(arrival({ low: 4500, high: 6000 }, now), "21:15–21:40");
  assert.equal(moment(now + 86_400_000, now), "Thu 20:00");
  assert.equal(moment(now + 30 * 86_400_000, now), "6 Feb 2026, 20:00");
});

test("parameters are readable", () => {
  assert.equal(spaced("seconds_per_batch"), "Seconds per batch");
  assert.deepEqual([null, "", true, false, 0, [1, 2]].map(plain), [
    "–",
    "–",
    "yes",
    "no",
    "0",
    "[1,2]",
  ]);
  assert.equal(counted(1, "records"), "1 record");
  assert.equal(counted(1200, "articles"), "1,200 articles");
});
