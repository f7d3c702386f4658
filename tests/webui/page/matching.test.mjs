import assert from "node:assert/strict";
import { test } from "node:test";
import { filterOf, fits, fitsBeside, isOpen, queryOf } from "../../../webui/static/matching.js";
import { task } from "./tasks.mjs";

const filter = (query) => filterOf(new URLSearchParams(query));
const found = (query, ...tasks) => tasks.filter((t) => fits(filter(query), t)).map(({ id }) => id);

test("an empty address shows all of the person's own tasks", () => {
  assert.equal(isOpen(filter("")), true);
  assert.equal(isOpen(filter("by=type&show_maintenance=true")), true);
  assert.deepEqual(found("", task(1), task(2, { user_relevant: false })), [1]);
  assert.deepEqual(found("show_maintenance=true", task(2, { user_relevant: false })), [2]);
});

test("statuses, type, source and project must all fit", () => {
  const one = task(1, { type: "scan", source: "api", project: "Alps", status: "failed" });
  const fitting = "status=failed,running&type=scan&source=api&project=Alps";
  assert.deepEqual(found(fitting, one), [1]);
  for (const wrong of ["status=queued", "type=scans", "source=page", "project=Alp"]) {
    assert.deepEqual(found(wrong, one), [], wrong);
  }
  assert.equal(fitsBeside(filter("status=queued&type=scan"), one), true);
});

test("a text is looked for in title, type, parameters and number", () => {
  const one = task(17, { title: "Fill in Dates", type: "backfill", params: { table: "Letters" } });
  for (const text of ["dates", "BACKFILL", "letters", "17", "7", "table"]) {
    assert.deepEqual(found(`q=${text}`, one), [17], text);
  }
  assert.deepEqual(found("q=photos", one), []);
});

test("a number after # is that task alone", () => {
  const others = [task(1), task(12, { title: "Twelve" }), task(3, { title: "About #12" })];
  assert.deepEqual(found("q=%2312", ...others), [12]);
});

test("a status that nobody knows filters nothing", () => {
  assert.deepEqual(filter("status=asleep,failed").statuses, ["failed"]);
});

test("the service is asked for what is wanted of some statuses, or not at all", () => {
  const finished = ["completed", "cancelled"];
  const query = queryOf(filter("status=failed,completed&q=a b&show_maintenance=true"), finished);
  assert.equal(query.toString(), "status=completed&q=a+b&show_maintenance=true");
  assert.equal(queryOf(filter("status=failed"), finished), null);
  assert.equal(queryOf(filter(""), finished).get("status"), "completed,cancelled");
});
