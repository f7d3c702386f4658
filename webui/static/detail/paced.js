// How backfills go: batch size, ranges, slow records, the run before. Read with the pace of the task
// that is shown (detail/pace.js) and followed by telemetry; the wall reads it for the task it brings out.

import { signal } from "@preact/signals";
import { added } from "./heat.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {Range} from "./heat.js" */

/**
 * @typedef {{size: number, most: number, pinned: boolean, target_ms: number,
 *   record_s: number|null, reason: string}} Batch
 * @typedef {{name: string, seconds: number, records: number}} StageTook
 * @typedef {{task_id: number, run: number, records: number, failed: number, skipped: number,
 *   seconds: number, held_s: number, finished_at: string, stages: StageTook[]}} RunBefore
 * @typedef {object} Paced
 * @property {number} job
 * @property {Batch} batch
 * @property {Range[]} ranges
 * @property {{key: unknown, seconds: number}[]} slow
 * @property {Object<string, number>} held  seconds that each throttle held it back
 * @property {StageTook[]} stages
 * @property {RunBefore|null} before
 */

/** Tasks whose pace is kept. */
const KEPT = 50;

/** {task: its pace}. @type {import("@preact/signals").Signal<Map<number, Paced>>} */
export const paced = signal(new Map());

/** @param {number} id @param {Paced|null} pace */
function keep(id, pace) {
  const all = new Map(paced.peek());
  all.delete(id);
  if (pace) all.set(id, pace);
  for (const oldest of [...all.keys()].slice(0, -KEPT)) all.delete(oldest);
  paced.value = all;
}

/** What `GET /tasks/{id}/pace` answered; of several jobs the one that was last at work.
 * @param {number} id @param {any} told */
export function takePaced(id, told) {
  const job = told.jobs.at(-1);
  const { stages, before } = told;
  keep(
    id,
    job
      ? { job: job.job_id, batch: job.batch, ranges: job.ranges, slow: job.slow, held: job.held_s, stages, before }
      : null,
  );
}

/** @param {StreamEvent[]} events */
export function notePaced(events) {
  for (const { kind, data } of events) {
    if (kind !== "telemetry" || !data.facts?.pace) continue;
    const known = paced.peek().get(data.task_id);
    if (known?.job !== data.job_id && known) continue; // another job's: read with the next look
    const { batch, slow, stages, ranges } = data.facts.pace;
    const list = Object.entries(stages).map(([name, took]) => ({ name, .../** @type {any} */ (took) }));
    keep(data.task_id, {
      job: data.job_id,
      batch,
      slow,
      stages: list,
      ranges: added(known?.ranges ?? [], ranges),
      held: known?.held ?? {},
      before: known?.before ?? null,
    });
  }
}
