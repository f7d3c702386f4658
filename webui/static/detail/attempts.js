// Jobs as the page shows them: the steps of a task with their own status, and its attempts. Pure.

import { spaced } from "../format.js";

/** @import {Failure, Progress, Status, Task} from "../types.js" */

/**
 * @typedef {object} Attempt
 * @property {number} job_id
 * @property {number} number
 * @property {number} pid
 * @property {string} outcome
 * @property {(Failure & {trace?: string})|null} error
 * @property {unknown} cursor_from
 * @property {unknown} cursor_to
 * @property {string} started_at
 * @property {string|null} finished_at
 *
 * @typedef {object} Job
 * @property {number} id
 * @property {number} run
 * @property {number} step
 * @property {unknown} chunk
 * @property {Status} status
 * @property {string} stage
 * @property {Progress} progress
 * @property {string|null} started_at
 * @property {string|null} finished_at
 * @property {number} version
 * @property {Attempt[]} attempt_list
 *
 * @typedef {object} StepRow
 * @property {string} name
 * @property {Status|"waiting"} status
 * @property {number} parts  jobs that it was divided into; 0 for an undivided one
 * @property {number} partsDone
 * @property {number} seen  records
 * @property {number|null} seconds  it took, once it is over
 */

/** The order in which one status stands for many. @type {Status[]} */
const TELLING = ["failed", "running", "paused", "queued", "cancelled", "completed"];

/** The steps of a task's current run. @param {Task} task @param {Job[]} jobs @returns {StepRow[]} */
export function stepRows(task, jobs) {
  const own = jobs.filter((job) => job.run === task.run);
  return task.steps.map((name, index) => {
    const of = own.filter((job) => job.step === index);
    const parts = of.filter((job) => job.chunk !== null && job.chunk !== undefined);
    const found = new Set(of.map((job) => job.status));
    return {
      name,
      status: TELLING.find((status) => found.has(status)) ?? "waiting",
      parts: parts.length,
      partsDone: parts.filter((job) => job.status === "completed").length,
      seen: seenOf(task, own, of, index),
      seconds: secondsOf(of),
    };
  });
}

/**
 * No event tells how far a running job is, but its task's sum does.
 * @param {Task} task @param {Job[]} own @param {Job[]} of @param {number} index
 */
function seenOf(task, own, of, index) {
  const sum = (/** @type {Job[]} */ jobs) =>
    jobs.reduce((n, { progress: p }) => n + p.done + p.failed + p.skipped, 0);
  if (index !== task.step_index || !of.length) return sum(of);
  const { done, failed, skipped } = task.progress;
  return Math.max(0, done + failed + skipped - sum(own.filter((job) => job.step !== index)));
}

/** @param {Job[]} jobs */
function secondsOf(jobs) {
  const ends = jobs.map((job) => Date.parse(job.finished_at ?? ""));
  const starts = jobs.map((job) => Date.parse(job.started_at ?? "")).filter((at) => !isNaN(at));
  if (!starts.length || ends.some(isNaN)) return null;
  return (Math.max(...ends) - Math.min(...starts)) / 1000;
}

/** @type {Object<string, [word: string, glyph: string]>} */
const OUTCOMES = {
  running: ["is running", "running"],
  completed: ["completed", "completed"],
  split: ["divided the work", "completed"],
  discarded: ["found it was not needed", "completed"],
  failed: ["failed", "failed"],
  hopeless: ["failed for good", "failed"],
  snoozed: ["asked to run later", "queued"],
  released: ["gave its place back", "queued"],
  stopped: ["stopped at a checkpoint", "paused"],
  disk_full: ["paused: the disk is full", "paused"],
};

/**
 * @typedef {object} AttemptRow
 * @property {string} key
 * @property {string} title
 * @property {string} step  "" where there is only one
 * @property {string} word  how it ended
 * @property {string} glyph
 * @property {Attempt} attempt
 */

/** All attempts, the latest first. @param {Task} task @param {Job[]} jobs @returns {AttemptRow[]} */
export function attemptRows(task, jobs) {
  const isSplit = task.steps.length > 1 || jobs.length > 1;
  return jobs
    .flatMap((job) => job.attempt_list.map((attempt) => rowOf(task, job, attempt, isSplit)))
    .sort((a, b) => Date.parse(b.attempt.started_at) - Date.parse(a.attempt.started_at));
}

/** @param {Task} task @param {Job} job @param {Attempt} attempt @param {boolean} isSplit */
function rowOf(task, job, attempt, isSplit) {
  const isDeath = attempt.outcome === "released" && attempt.error?.code === "worker-died";
  const [word, glyph] = isDeath
    ? ["its worker ended", "failed"]
    : (OUTCOMES[attempt.outcome] ?? [spaced(attempt.outcome), "queued"]);
  const part = job.chunk === null || job.chunk === undefined ? "" : `, part ${job.id}`;
  const run = job.run > 1 || task.run > 1 ? `, run ${job.run}` : "";
  return {
    key: `${attempt.job_id}-${attempt.number}`,
    title: `Attempt ${attempt.number}`,
    step: isSplit ? `${task.steps[job.step] ?? ""}${part}${run}` : run.slice(2),
    word,
    glyph,
    attempt,
  };
}
