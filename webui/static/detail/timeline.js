// The events of a task as sentences: what happened, and when. Pure.
//
// An event carries the full record, so what happened is the difference to the record before it.

import { counted, moment, plain, spaced, whole } from "../format.js";

/** @import {Task} from "../types.js" */

/** @typedef {"running"|"completed"|"failed"|"paused"|"queued"|"cancelled"} Tone */
/** @typedef {{id: number, at: number, glyph: string, tone: Tone, text: string}} Entry */
/** @typedef {{id: number, kind: string, at: string, data: any}} Told */
/** @typedef {{glyph: string, tone: Tone, text: string}|null} Said */

/** Where a task was asked for, as the end of a sentence. @type {Object<string, string>} */
const SOURCES = {
  page: "in this page",
  cli: "on the command line",
  command: "on the command line",
  api: "by a program",
  program: "by a program",
  schedule: "by its schedule",
  scan: "by a scan",
};

/**
 * What happened, oldest first. The first event is compared with nothing unless it begins the task:
 * then it says nothing, as its page is not the first one.
 * @param {Told[]} events oldest first @returns {Entry[]}
 */
export function sentences(events) {
  /** @type {Task|null} */ let before = null;
  /** @type {Map<number, any>} */ const jobs = new Map();
  /** @type {Entry[]} */ const entries = [];
  for (const { id, kind, at, data } of events) {
    /** @type {Said[]} */ let said = [];
    if (kind === "job_update") {
      said = [jobSaid(jobs.get(data.id), data)];
      jobs.set(data.id, data);
    } else if (kind === "task_created") {
      said = [created(data)];
      before = data;
    } else if (!data.removed) {
      if (before) said = changes(before, data);
      before = data;
    }
    for (const each of said) if (each) entries.push({ id, at: Date.parse(at), ...each });
  }
  return entries;
}

/** @param {Task} task @returns {Said} */
function created(task) {
  const where = SOURCES[task.source] ?? "";
  const held = task.held ? ", to wait for a start" : "";
  return { glyph: "queued", tone: "queued", text: `Asked for${where ? ` ${where}` : ""}${held}` };
}

/** @param {Task} a before @param {Task} b after @returns {Said[]} */
function changes(a, b) {
  return [...wished(a, b), steered(a, b), moved(a, b), stepped(a, b)];
}

/** What a person changed. @param {Task} a @param {Task} b @returns {Said[]} */
function wished(a, b) {
  /** @type {(text: string) => Said} */
  const plainly = (text) => ({ glyph: "held", tone: "queued", text });
  /** @type {Said[]} */ const said = [];
  if (a.title !== b.title) said.push(plainly(`Renamed to “${b.title}”`));
  if ((a.note ?? "") !== (b.note ?? "")) said.push(plainly(b.note ? `Noted: “${b.note}”` : "Note removed"));
  if (a.priority !== b.priority) said.push(plainly(`Priority set to ${whole(b.priority)}`));
  for (const name of Object.keys({ ...a.knobs, ...b.knobs })) {
    const value = b.knobs[name];
    if (plain(a.knobs[name]) === plain(value)) continue;
    const what = value === undefined ? `${spaced(name)} automatic again` : setTo(name, value);
    said.push(plainly(`${what}${steeredBy(b)}`));
  }
  if (b.status === "running" && isThrottled(b) && !isThrottled(a))
    said.push({ glyph: "throttled", tone: "paused", text: b.waiting_because?.message ?? "Throttled" });
  if (b.status === "running" && isThrottled(a) && a.status === "running" && !isThrottled(b))
    said.push({ glyph: "running", tone: "running", text: "Nothing holds it back any more" });
  if (a.position !== b.position && a.status === b.status && a.run === b.run)
    said.push(plainly("Moved in the line"));
  return said;
}

/** @param {Task} task */
const isThrottled = ({ waiting_because: why }) => why?.code === "throttled";

/** Who turned a knob, as the end of a sentence. @param {Task} task */
function steeredBy({ steered }) {
  if (!steered) return "";
  const where = SOURCES[steered.by];
  return steered.user ? ` by ${steered.user}${where ? `, ${where}` : ""}` : "";
}

/** @param {string} name @param {unknown} value */
const setTo = (name, value) => `${spaced(name)} set to ${plain(value)}`;

/** Pause, resume, cancel, hold, start, retry. @param {Task} a @param {Task} b @returns {Said} */
function steered(a, b) {
  if (b.run > a.run) return { glyph: "queued", tone: "queued", text: "Run again, as a new run" };
  if (isOver(a) && b.status === "queued")
    return { glyph: "queued", tone: "queued", text: "Retried, from where it stopped" };
  if (!isOver(a) && b.status === "cancelled")
    return { glyph: "cancelled", tone: "cancelled", text: `Cancelled by you, ${reachedBy(b)}` };
  if (a.status !== "paused" && b.status === "paused") {
    const who = b.control === "pause" ? "Paused by you" : `Paused: ${b.message}`;
    return { glyph: "paused", tone: "paused", text: `${who}, ${reachedBy(b)}` };
  }
  if (a.control === "pause" && b.control === "run" && !isOver(b))
    return { glyph: "running", tone: "running", text: "Resumed" };
  if (a.held && !b.held && b.status === "queued")
    return { glyph: "running", tone: "running", text: approved(b) };
  if (!a.held && b.held) return { glyph: "held", tone: "queued", text: "Held: waits for a start" };
  return null;
}

/** Who let it start. @param {Task} task */
function approved({ approved: by }) {
  if (!by) return "Started by you";
  return `Approved by ${by.user}${SOURCES[by.by] ? `, ${SOURCES[by.by]}` : ""}`;
}

/** What the engine did. @param {Task} a @param {Task} b @returns {Said} */
function moved(a, b) {
  if (!a.started_at && b.started_at)
    return { glyph: "running", tone: "running", text: "Began" };
  if (a.status !== "completed" && b.status === "completed")
    return { glyph: "completed", tone: "completed", text: `Completed, ${reachedBy(b)}` };
  if (a.status !== "failed" && b.status === "failed")
    return { glyph: "failed", tone: "failed", text: `Failed: ${b.error?.message ?? "no reason"}` };
  const [was, is] = [a.waiting_because, b.waiting_because];
  if (b.status === "queued" && is && was?.message !== is.message && is.code !== "held") {
    const until = is.until ? ` until ${moment(Date.parse(is.until), Date.parse(b.updated_at))}` : "";
    return { glyph: "queued", tone: "queued", text: `${is.message}${until}` };
  }
  return null;
}

/** @param {Task} a @param {Task} b @returns {Said} */
function stepped(a, b) {
  if (b.run !== a.run || b.step_index <= a.step_index || isOver(b)) return null;
  const text = `Step ${b.step_index + 1} of ${b.steps.length} began: ${b.steps[b.step_index]}`;
  return { glyph: "running", tone: "running", text };
}

/**
 * An attempt that ended badly and will be followed by another one, and that one's beginning; ends of
 * tasks are told by them.
 * @param {any} a the job before, if it is known @param {any} b @returns {Said}
 */
function jobSaid(a, b) {
  if (b.status === "running" && a?.status !== "running" && b.attempts > 1)
    return { glyph: "running", tone: "running", text: `Attempt ${b.attempts} began` };
  if (b.status !== "queued" || !b.error || a?.error?.message === b.error.message) return null;
  const part = b.chunk === null ? "" : " at one part";
  const text =
    b.error.code === "worker-died"
      ? `The worker ended${part}: ${b.error.message}. It goes on from there`
      : `Attempt ${b.attempts}${part} failed: ${b.error.message}`;
  return { glyph: "failed", tone: "paused", text };
}

/** How far it was. @param {Task} task */
function reachedBy({ progress: { done, failed, skipped, total, unit } }) {
  const seen = done + failed + skipped;
  const bad = failed ? `, ${whole(failed)} failed` : "";
  if (total === null || total === seen) return `${counted(seen, unit)}${bad}`;
  return `at ${whole(seen)} of ${counted(total, unit)}${bad}`;
}

/** @param {Task} task */
const isOver = ({ status }) => ["completed", "failed", "cancelled"].includes(status);
