import assert from "node:assert/strict";
import { test } from "node:test";
import { idlePlanOf, planOf } from "../../../webui/static/wall/plan.js";
import { HOLD_MS, moved, tickAt, turnOf } from "../../../webui/static/wall/turns.js";
import { columnWidths, emOf, fitting } from "../../../webui/static/wall/widths.js";

/** A screen of 1080p at a zoom: what is inside of the safe edges, in rem. */
const room = (zoom) => [(1920 * 0.9 - 8) / 19.2 / zoom, (1080 * 0.9 - 8) / 19.2 / zoom, zoom];
const ALL = { curve: true, road: true, running: 12, waiting: 9, strip: true, isFocused: true };

test("at zoom 1 everything has room, and five rows", () => {
  const plan = planOf(...room(1), ALL);
  const { header, curve, road, legend, strip, running, columns } = plan;
  assert.deepEqual(
    { header, curve, road, legend, strip, running, columns },
    {
      header: true,
      curve: true,
      road: true,
      legend: true,
      strip: true,
      running: 5,
      columns: "all",
    },
  );
});

test("never more than five rows, however much room there is", () => {
  assert.equal(planOf(400, 400, 1, ALL).running, 5);
});

test("a larger zoom drops rows and parts, never adds any, and keeps the strip", () => {
  const plans = [1, 1.25, 1.5, 1.75, 2, 2.5, 3].map((zoom) => planOf(...room(zoom), ALL));
  const rows = plans.map(({ running }) => running);
  assert.deepEqual(
    [...rows].sort((a, b) => b - a),
    rows,
  );
  assert.equal(rows.at(-1), 1);
  assert.ok(plans.every(({ strip }) => strip));
  assert.ok(plans[0].curve && !plans.at(-1).curve && !plans.at(-1).header);
});

test("a lost connection keeps the header at every zoom", () => {
  const idle = { strip: true, ends: 2, road: true, isEmpty: false };
  for (const zoom of [1, 1.5, 2, 2.5, 3]) {
    const lost = planOf(...room(zoom), { ...ALL, isLost: true });
    assert.ok(lost.header && lost.strip, `zoom ${zoom}`);
    const idleLost = idlePlanOf(...room(zoom), { ...idle, isLost: true });
    assert.ok(idleLost.strip && (idleLost.header || zoom > 2), `idle at zoom ${zoom}`);
  }
});

test("one task alone is shown at length, and the next in line fill the room that is left", () => {
  const plan = planOf(...room(1), { ...ALL, running: 1, strip: false });
  assert.deepEqual([plan.running, plan.lead], [1, "at-length"]);
  assert.ok(plan.waiting >= 1 && plan.running + plan.waiting <= 5);
  assert.equal(planOf(...room(1), { ...ALL, running: 1, isFocused: false }).lead, "plain");
});

test("an idle wall keeps the strip and drops the second lines first", () => {
  const wants = { strip: true, ends: 2, road: true, isEmpty: false };
  const [wide, near] = [1, 3].map((zoom) => idlePlanOf(...room(zoom), wants));
  assert.deepEqual(wide, {
    header: true,
    strip: true,
    road: true,
    legend: true,
    ends: 2,
    facts: true,
  });
  assert.deepEqual([near.strip, near.facts, near.legend], [true, false, false]);
});

const IDS = [1, 2, 3, 4, 5, 6, 7];
const at = (fields) => ({ tick: 0, now: 0, isAuto: true, move: null, ...fields });

test("pages take turns, and then the rows of a page", () => {
  const seen = [0, 1, 2, 3, 4].map((tick) => turnOf(IDS, 5, at({ tick })));
  assert.deepEqual(
    seen.map(({ page, focus }) => [page, focus]),
    [
      [0, 1],
      [1, 6],
      [0, 2],
      [1, 7],
      [0, 3],
    ],
  );
  assert.deepEqual(seen[1].ids, [6, 7]);
});

test("a move by hand holds for a minute, on the page of its task", () => {
  const move = { id: 6, at: 1000 };
  const held = turnOf(IDS, 5, at({ tick: 4, now: 1000 + HOLD_MS - 1, move, isAuto: false }));
  assert.deepEqual([held.page, held.focus], [1, 6]);
  const after = turnOf(IDS, 5, at({ tick: 4, now: 1000 + HOLD_MS, move, isAuto: false }));
  assert.deepEqual([after.page, after.focus], [0, null]);
  assert.equal(turnOf([1, 2], 5, at({ now: 1000, move })).focus, 1); // its task has ended
});

test("turns come with time, or not at all", () => {
  assert.deepEqual([tickAt(29_999, 15), tickAt(30_000, 15), tickAt(30_000, 0)], [1, 2, 0]);
  assert.deepEqual(turnOf([], 5, at({})), { page: 0, pages: 1, ids: [], focus: null });
  assert.deepEqual(
    [moved(IDS, 2, 1), moved(IDS, 7, 1), moved(IDS, null, 1), moved([], 1, 1)],
    [3, 7, 1, null],
  );
});

test("the longest text that has room is taken", () => {
  assert.ok(emOf("mmm") > emOf("lll") && emOf("8888") === 4 * emOf("1"));
  assert.equal(fitting(["5 of 338 tasks moving", "5 moving", ""], 6), "5 moving");
  assert.equal(fitting(["long", "short"], 0), "short");
});

test("a heat strip is shown where the row that is brought out has room for it", () => {
  const one = { ...ALL, running: 1, waiting: 0, strip: false };
  assert.equal(planOf(...room(1), { ...one, heat: true }).heat, true);
  assert.equal(planOf(...room(1), one).heat, false, "there is none");
  const tight = planOf(...room(2), { ...one, heat: true });
  assert.ok(!tight.heat || tight.lead === "at-length");
});

test("names and stages of the routes get what they need, as far as the line keeps its room", () => {
  const of = { size: 2.65, figures: 2 };
  const short = columnWidths(90, { ...of, names: ["Orders"], stages: ["Scan"] });
  assert.deepEqual([short.name, short.stage], [21.5, 12]);
  const long = columnWidths(90, { ...of, names: ["Dates of the town chronicle"], stages: ["Backfilling"] });
  assert.ok(long.name > emOf("Dates of the town chronicle") * 2.65);
  assert.ok(long.stage > emOf("Backfilling") * 2.65);
  const endless = columnWidths(90, { ...of, names: ["W".repeat(90)], stages: ["W".repeat(90)] });
  assert.ok(endless.line >= 12 && endless.name > 21.5 && endless.stage <= 17);
  assert.equal(columnWidths(50, { ...of, names: ["Orders"], stages: [] }).stage, 0);
});
