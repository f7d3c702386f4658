// What is followed of tasks beside their records: the log of the one that is shown, its result,
// and the speeds of those that run.

import { effect, signal } from "@preact/signals";
import { ask, read, readLines, Refused } from "./api.js";
import { addSample, sampleOf } from "./speed.js";
import { current, forget, task } from "./store.js";

/** @import {LogLine, StreamEvent} from "./types.js" */
/** @import {Sample} from "./speed.js" */

/** Lines of a log that are kept and shown. */
const LINES = 500;
/** Characters of a result that are shown. */
const RESULT_LIMIT = 100_000;
/** Events before now in which the earlier speeds of a task are looked for. */
const LOOK_BACK = 1000;
/** Tasks whose speeds are kept. */
const CURVES = 200;

/** @typedef {{id: number|null, lines: LogLine[], isWhole: boolean}} Log */

/** The log of the task that is shown. @type {import("@preact/signals").Signal<Log>} */
export const log = signal({ id: null, lines: [], isWhole: false });
/** @type {import("@preact/signals").Signal<{url: string, text: string, isCut: boolean}|null>} */
export const result = signal(null);
/** Changes when speeds from before the page was opened have arrived. */
export const curvesRead = signal(0);
/** {task: its samples}; read when the task's record changes. @type {Map<number, Sample[]>} */
const curves = new Map();
let lastEventId = 0;
/** Changes when what was followed cannot be gone on with, and is read again. */
const beginnings = signal(0);

/** The samples of a task's curve. @param {number} id @returns {Sample[]} */
export const samplesOf = (id) => curves.get(id) ?? [];

/** The service's state was read, with all events up to this one in it. @param {number} id */
export function begin(id) {
  lastEventId = id;
  beginnings.value++;
}

/** Take what events say about logs and speeds. @param {StreamEvent[]} events */
export function noteEvents(events) {
  /** @type {LogLine[]} */
  const lines = [];
  for (const { id, kind, data } of events) {
    lastEventId = id;
    if (kind === "log" && data.task_id === log.value.id) lines.push(lineOf(data));
    else if (kind === "task_progress") note(data.id, sampleOf(data));
  }
  addLines(lines);
}

/** @param {number} id @param {Sample} sample */
function note(id, sample) {
  const samples = curves.get(id);
  if (samples) addSample(samples, sample);
  else curves.set(id, [sample]);
  if (curves.size > CURVES) curves.delete(curves.keys().next().value ?? id);
}

/**
 * Times come as text from a list and as seconds from an event.
 * @param {any} data
 * @returns {LogLine}
 */
function lineOf(data) {
  return { ...data, at: typeof data.at === "number" ? data.at * 1000 : Date.parse(data.at) };
}

/** @param {LogLine[]} lines */
function addLines(lines) {
  if (!lines.length) return;
  const known = new Set(log.value.lines.map((line) => line.id));
  const all = [...log.value.lines, ...lines.filter((line) => !known.has(line.id))];
  all.sort((a, b) => a.id - b.id);
  log.value = { ...log.value, lines: all.slice(-LINES) };
}

/** Follow whichever task is shown, for as long as the page lives. */
export function followCurrent() {
  let ended = new AbortController();
  effect(() => {
    const id = current.value;
    beginnings.value; // read only to be run again with it
    ended.abort();
    ended = new AbortController();
    log.value = { id, lines: [], isWhole: false };
    if (id !== null) quietly(id, readLog(id, ended.signal));
    if (id !== null) quietly(id, readSpeeds(id, ended.signal));
  });
  effect(() => {
    const url = task.value?.result_url ?? null;
    if (!url || task.value?.status !== "completed") result.value = null;
    else if (result.peek()?.url !== url + task.value.run)
      readResult(task.value.id, url + task.value.run);
  });
}

/** @param {number} id @param {Promise<void>} reading */
function quietly(id, reading) {
  reading.catch((error) => {
    if (error instanceof Refused && error.status === 404) forget(id);
  });
}

/** @param {number} id @param {AbortSignal} signal */
async function readLog(id, signal) {
  for (let after = 0; ;) {
    const page = await readLines(`/tasks/${id}/logs?after=${after}&limit=${LINES}`, signal);
    addLines(page.map(lineOf));
    if (page.length < LINES) break;
    after = page.at(-1).id;
  }
  if (!signal.aborted) log.value = { ...log.value, isWhole: true };
}

/**
 * The speeds from before the page was opened, from the task's timeline.
 * @param {number} id
 * @param {AbortSignal} signal
 */
async function readSpeeds(id, signal) {
  if ((curves.get(id)?.length ?? 0) > 20) return;
  const after = Math.max(0, lastEventId - LOOK_BACK);
  const { items } = await read(`/tasks/${id}/events?after=${after}&limit=500`, signal);
  /** @type {Sample[]} */
  const samples = [];
  for (const { kind, data } of items) {
    if (kind === "task_progress") addSample(samples, sampleOf(data));
  }
  for (const sample of curves.get(id) ?? []) addSample(samples, sample);
  curves.set(id, samples);
  curvesRead.value++;
}

/**
 * @param {number} id
 * @param {string} url with the run, as a retry gives another result under the same address
 */
async function readResult(id, url) {
  result.value = { url, text: "", isCut: false };
  try {
    const answer = await ask(`/tasks/${id}/result`);
    const text = await answer.text();
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const shown = isJson ? JSON.stringify(JSON.parse(text), null, 2) : text;
    if (result.value?.url !== url) return;
    result.value = { url, text: shown.slice(0, RESULT_LIMIT), isCut: shown.length > RESULT_LIMIT };
  } catch (error) {
    if (result.value?.url === url)
      result.value = { url, text: error instanceof Error ? error.message : "", isCut: false };
  }
}
