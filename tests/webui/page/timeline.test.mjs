import assert from "node:assert/strict";
import { test } from "node:test";
import { sentences } from "../../../webui/static/detail/timeline.js";
import { task } from "./tasks.mjs";

let id = 0;
const told = (kind, data) => ({ id: ++id, kind, at: "2026-01-01T10:00:00.000Z", data });
const texts = (events) => sentences(events).map(({ text }) => text);
const queued = task(1, { status: "queued", started_at: null, attempts: 0 });
const running = task(1, { progress: { done: 10 } });
const job = (fields) => ({
  id: 5,
  task_id: 1,
  status: "running",
  attempts: 1,
  chunk: null,
  error: null,
  ...fields,
});

test("a life from being asked for to its end", () => {
  const pausing = { ...running, control: "pause", shown_status: "pausing" };
  const paused = { ...pausing, status: "paused" };
  const done = task(1, { status: "completed", progress: { done: 98, failed: 2, total: 100 } });
  assert.deepEqual(
    texts([
      told("task_created", queued),
      told("task_update", running),
      told("task_update", pausing),
      told("task_update", paused),
      told("task_update", { ...queued, started_at: running.started_at }),
      told("task_update", running),
      told("task_finished", done),
    ]),
    [
      "Asked for in this page",
      "Began",
      "Paused by you, at 10 of 100 records",
      "Resumed",
      "Completed, 100 records, 2 failed",
    ],
  );
});

test("what was held is approved by somebody, somewhere, and its note is told", () => {
  const held = task(1, { status: "queued", started_at: null, attempts: 0, held: true, note: "" });
  const noted = { ...held, note: "after the backup" };
  const approved = { by: "command", user: "ada", session: "", at: "2026-01-01T10:00:00.000Z" };
  assert.deepEqual(
    texts([
      told("task_created", held),
      told("task_update", noted),
      told("task_update", { ...noted, held: false, approved }),
    ]),
    [
      "Asked for in this page, to wait for a start",
      "Noted: “after the backup”",
      "Approved by ada, on the command line",
    ],
  );
});

test("a worker that died is told with its reason, then the next attempt", () => {
  const error = { code: "worker-died", message: "its process was ended by SIGKILL" };
  assert.deepEqual(
    texts([
      told("job_update", job({})),
      told("job_update", job({ status: "queued", error })),
      told("job_update", job({ attempts: 2 })),
    ]),
    [
      "The worker ended: its process was ended by SIGKILL. It goes on from there",
      "Attempt 2 began",
    ],
  );
});

test("a failed try is told once, and the back-off until when", () => {
  const error = { code: "exception", message: "ValueError: no" };
  const why = {
    code: "back-off",
    message: "Tries again after a pause: ValueError: no",
    until: null,
  };
  assert.deepEqual(
    texts([
      told("task_created", running),
      told("job_update", job({ status: "queued", error })),
      told("task_update", { ...running, status: "queued", waiting_because: why }),
    ]).slice(1),
    ["Attempt 1 failed: ValueError: no", "Tries again after a pause: ValueError: no"],
  );
});

test("what a person changed is told with its value", () => {
  const said = (fields) =>
    texts([told("task_created", running), told("task_update", { ...running, ...fields })]).slice(1);
  assert.deepEqual(said({ title: "B" }), ["Renamed to “B”"]);
  assert.deepEqual(said({ priority: 5 }), ["Priority set to 5"]);
  assert.deepEqual(said({ knobs: { batch_size: 500 } }), ["Batch size set to 500"]);
  const steered = { by: "page", user: "ada", session: "x", at: "", changes: [] };
  assert.deepEqual(said({ knobs: { nice: 0.5 }, steered }), ["Nice set to 0.5 by ada, in this page"]);
  assert.deepEqual(said({ position: 9 }), ["Moved in the line"]);
  assert.deepEqual(said({ step_index: 1, steps: ["a", "b"] }), ["Step 2 of 2 began: b"]);
  assert.deepEqual(said({ status: "cancelled" }), ["Cancelled by you, at 10 of 100 records"]);
});

test("what holds a running task back is told, and that it goes on", () => {
  const why = { code: "throttled", message: "Throttled: on battery since 14:02", until: null };
  const held = { ...running, waiting_because: why };
  const said = texts([
    told("task_created", running),
    told("task_update", held),
    told("task_update", running),
  ]);
  assert.deepEqual(said.slice(1), [why.message, "Nothing holds it back any more"]);
});

test("holding, starting, retrying and running again", () => {
  const held = { ...queued, held: true };
  assert.deepEqual(texts([told("task_created", held), told("task_update", queued)]), [
    "Asked for in this page, to wait for a start",
    "Started by you",
  ]);
  const failed = task(1, { status: "failed", error: { code: "x", message: "it broke" } });
  assert.deepEqual(
    texts([
      told("task_created", running),
      told("task_finished", failed),
      told("task_update", { ...queued, run: 1 }),
    ]).slice(1),
    ["Failed: it broke", "Retried, from where it stopped"],
  );
  const again = { ...queued, run: 2 };
  const last = texts([told("task_created", failed), told("task_update", again)]).at(-1);
  assert.equal(last, "Run again, as a new run");
});

test("the first event of a later page is compared with nothing", () => {
  assert.deepEqual(texts([told("task_update", running)]), []);
});
