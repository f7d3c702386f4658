import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, facesOf, figure } from "../../../webui/static/detail/cells.js";
import { commandOf, linkOf, quoted } from "../../../webui/static/detail/command.js";
import { pointsOf, shapeOf, sorted } from "../../../webui/static/detail/shape.js";
import { attemptRows, stepRows } from "../../../webui/static/detail/attempts.js";
import { isOpenEnded, openWords, rangeOf } from "../../../webui/static/detail/range.js";
import { ICONS, iconPath } from "../../../webui/static/icons.js";
import { task } from "./tasks.mjs";

const content = (value) => new TextEncoder().encode(value);
const json = (value, view = null, isCut = false) =>
  shapeOf("application/json", content(JSON.stringify(value)), isCut, { result_view: view });
const VIEW = { kind: "json", rows: "", columns: [], x: "", y: "" };

test("a result is shown by its media type", () => {
  assert.equal(shapeOf("text/plain; charset=utf-8", content("a"), false).text, "a");
  assert.equal(shapeOf("image/png", content("a"), false).kind, "image");
  assert.equal(shapeOf("application/octet-stream", new Uint8Array([0, 1, 2]), false).kind, "bytes");
  assert.equal(shapeOf("application/octet-stream", content("readable"), false).kind, "text");
});

test("HTML is text, whatever is in it", () => {
  const shape = shapeOf("text/html", content("<script>alert(1)</script>"), false);
  assert.deepEqual(shape, { kind: "text", text: "<script>alert(1)</script>" });
});

test("a list of like objects is a table, anything else a tree", () => {
  assert.equal(json([{ a: 1 }, { a: 2 }]).kind, "table");
  assert.deepEqual(
    json([{ a: 1 }, { a: 2 }]).columns.map(({ key }) => key),
    ["a"],
  );
  assert.equal(json({ a: [1] }).kind, "tree");
  assert.equal(json([{ a: 1 }, { b: 2 }, { c: 3 }]).kind, "tree");
  assert.equal(json([1, 2]).kind, "tree");
  assert.equal(json("words").text, "words");
});

test("a task type says how its result is shown, where the result allows it", () => {
  const rows = { files: [{ n: 1 }, { n: 2 }] };
  assert.equal(json(rows, { ...VIEW, kind: "table", rows: "files" }).rows.length, 2);
  assert.equal(json(rows.files, { ...VIEW, kind: "chart", x: "n", y: "n" }).kind, "chart");
  assert.equal(json(rows.files, VIEW).kind, "tree");
  assert.equal(json({ other: 1 }, { ...VIEW, kind: "table", rows: "files" }).kind, "tree");
});

test("a result that was cut is shown as text, as half of JSON is none", () => {
  assert.equal(json([{ a: 1 }], null, true).kind, "text");
  assert.equal(shapeOf("image/png", content("a"), true).kind, "text");
});

test("rows are sorted by value, numbers in words as numbers, empty ones last", () => {
  const rows = [{ k: "b10" }, { k: null }, { k: "b9" }, { k: "a" }];
  assert.deepEqual(
    sorted(rows, "k", 1).map(({ k }) => k),
    ["a", "b9", "b10", null],
  );
  assert.deepEqual(
    sorted(rows, "k", -1).map(({ k }) => k),
    ["b10", "b9", "a", null],
  );
  assert.deepEqual(rows[0], { k: "b10" }, "the given rows stay as they are");
});

test("points of a chart go along numbers, times or names", () => {
  const rows = [
    { x: 2, y: 5 },
    { x: 1, y: "?" },
  ];
  assert.deepEqual(pointsOf(rows, "x", "y").xs, [1, 2]);
  assert.deepEqual(pointsOf(rows, "x", "y").ys, [null, 5]);
  assert.equal(pointsOf([{ d: "2024-01-02", y: 1 }], "d", "y").along, "time");
  assert.equal(pointsOf([{ d: "Mon", y: 1 }], "d", "y").along, "name");
});

test("figures are written as their kind says", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1536), "1.5 KB");
  assert.equal(bytes(123_456_789), "123 MB");
  assert.equal(figure(312, "duration"), "5 min");
  assert.equal(figure(0.731, "percent"), "73.1 %");
  assert.equal(figure(1204.5, "number"), "1,204.5");
  assert.equal(figure("2021-03-04", "date"), "4 Mar 2021");
  assert.equal(figure("no date", "date"), "no date");
  assert.equal(figure(null, "number"), "");
});

test("a type's own figures stand beside a task that has them", () => {
  const columns = [
    { key: "size", label: "Size", kind: "bytes" },
    { key: "gone", label: "Gone", kind: "number" },
  ];
  const faces = facesOf(task(1, { figures: { size: 2000 } }), { columns });
  assert.deepEqual(faces, [{ key: "size", label: "Size", text: "2.0 KB" }]);
  assert.deepEqual(facesOf(task(1), undefined), []);
});

test("the command that asks for the same again survives a shell", () => {
  const of = task(1, {
    type: "count-words",
    params: {
      file: "/tmp/a b's.txt",
      n: 5,
      redo: false,
      list: [1, 2],
      none: null,
      year: "2024",
      key: "***",
    },
  });
  assert.equal(
    commandOf(of),
    `longhaul add count-words 'file=/tmp/a b'\\''s.txt' n=5 redo=false 'list:=[1,2]' none:=null` +
      ` 'year:="2024"'`,
  );
  assert.equal(quoted("plain-1.txt"), "plain-1.txt");
});

test("a link fills the form in with the same parameters, secrets left out", () => {
  const to = "postgresql://me:***@host/db";
  const params = { n: 5, name: "a b&c", key: "***", to, s: { k: "***" } };
  const link = new URL(linkOf(task(1, { type: "count-words", params }), "http://127.0.0.1:8000"));
  assert.equal(link.origin + link.pathname, "http://127.0.0.1:8000/tasks");
  assert.equal(link.searchParams.get("new"), "count-words");
  assert.deepEqual(JSON.parse(link.searchParams.get("params")), { n: 5, name: "a b&c" });
});

test("the range has what is not empty, and what a failed task did not come to", () => {
  const parts = (fields) => rangeOf(task(1, fields)).map(({ n, text }) => `${n} ${text}`);
  assert.deepEqual(parts({ progress: { done: 5, failed: 1, skipped: 2, total: 10 } }), [
    "5 done",
    "1 failed",
    "2 skipped",
    "2 to go",
  ]);
  assert.deepEqual(parts({ status: "failed", progress: { done: 5, total: 10 } }), [
    "5 done",
    "5 not done",
  ]);
  assert.deepEqual(parts({ progress: { total: null } }), []);
});

test("a task of unknown total has an open end, until it is completed", () => {
  const of = (status, total = null) => task(1, { status, progress: { done: 5, total } });
  const open = ["queued", "running", "paused", "failed", "cancelled"];
  assert.ok(open.every((status) => isOpenEnded(of(status)) && !isOpenEnded(of(status, 10))));
  assert.ok(!isOpenEnded(of("completed")));
  assert.match(openWords(of("running")), /not known yet/);
  assert.doesNotMatch(openWords(of("failed")), /yet/);
});

const attempt = (fields) => ({
  job_id: 1,
  number: 1,
  pid: 7,
  outcome: "completed",
  error: null,
  cursor_from: null,
  cursor_to: 5,
  started_at: "2026-01-01T10:00:00.000Z",
  finished_at: null,
  ...fields,
});
const job = (id, fields) => ({
  id,
  run: 1,
  step: 0,
  chunk: null,
  status: "completed",
  stage: "",
  version: 1,
  progress: { done: 10, failed: 0, skipped: 0, total: 10, unit: "records" },
  started_at: "2026-01-01T10:00:00.000Z",
  finished_at: "2026-01-01T10:00:30.000Z",
  attempt_list: [],
  ...fields,
});

test("steps have their own status; the running one counts what is beyond the others", () => {
  const of = task(1, { steps: ["hash", "write", "check"], step_index: 1, progress: { done: 14 } });
  const rows = stepRows(of, [
    job(1, {}),
    job(2, { step: 1, status: "running", finished_at: null }),
  ]);
  assert.deepEqual(
    rows.map(({ status, seen, seconds }) => [status, seen, seconds]),
    [
      ["completed", 10, 30],
      ["running", 4, null],
      ["waiting", 0, null],
    ],
  );
});

test("a step in parts says how many are done, and one failed part is its status", () => {
  const parts = [
    job(1, { chunk: [1] }),
    job(2, { chunk: [2], status: "failed" }),
    job(3, { run: 9 }),
  ];
  const [row] = stepRows(task(1), parts);
  assert.deepEqual([row.status, row.parts, row.partsDone], ["failed", 2, 1]);
});

test("attempts stand latest first, and a death is told apart from giving the place back", () => {
  const death = { code: "worker-died", message: "SIGKILL" };
  const rows = attemptRows(task(1), [
    job(1, {
      attempt_list: [
        attempt({ outcome: "released", error: death }),
        attempt({ number: 2, started_at: "2026-01-01T10:05:00.000Z" }),
      ],
    }),
  ]);
  assert.deepEqual(
    rows.map(({ title, word, step }) => [title, word, step]),
    [
      ["Attempt 2", "completed", ""],
      ["Attempt 1", "its worker ended", ""],
    ],
  );
});

test("icons are names that are drawn here, or plain paths", () => {
  assert.equal(iconPath("flask"), ICONS.flask);
  assert.equal(iconPath("M4 4h16v16z"), "M4 4h16v16z");
  for (const bad of ["", "nothing", 'M4 4"/><script>', "javascript:1"])
    assert.equal(iconPath(bad), "");
  for (const path of Object.values(ICONS)) assert.equal(iconPath(path), path);
});
