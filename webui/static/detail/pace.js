// The speeds of tasks: from the stored events of the one that is shown, and from the events of all.

import { signal } from "@preact/signals";
import { read } from "../api.js";
import { addSample, sampleOf } from "../speed.js";
import { takePaced } from "./paced.js";
import { latest, quietly } from "./reading.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {Sample} from "../speed.js" */

/** Tasks whose speeds are kept. */
const CURVES = 200;
const KINDS = new Set(["task_progress", "task_update", "task_finished"]);

/** Changes when speeds from before the page was opened have arrived. */
export const curvesRead = signal(0);
/** {task: its samples}; read when the task's record changes. @type {Map<number, Sample[]>} */
const curves = new Map();
/** Those whose stored events have been read. @type {Set<number>} */
const whole = new Set();
const reading = latest();

/** The samples of a task's curve. @param {number} id @returns {Sample[]} */
export const samplesOf = (id) => curves.get(id) ?? [];

/** Something may have been missed: stored events are read again. */
export const forgetPaces = () => whole.clear();

/** @param {StreamEvent[]} events */
export function notePace(events) {
  for (const { kind, data } of events) {
    if (KINDS.has(kind) && !data.removed && data.started_at) note(data.id, sampleOf(data));
  }
}

/** @param {number} id @param {Sample} sample */
function note(id, sample) {
  const samples = curves.get(id);
  if (samples) addSample(samples, sample);
  else curves.set(id, [sample]);
  if (curves.size <= CURVES) return;
  const oldest = curves.keys().next().value ?? id;
  curves.delete(oldest);
  whole.delete(oldest);
}

/** The speeds from before the page was opened. @param {number|null} id */
export function showPace(id) {
  const signal = reading.begin();
  if (id !== null && !whole.has(id)) quietly(id, signal, () => readPace(id, signal));
}

/** @param {number} id @param {AbortSignal} signal */
async function readPace(id, signal) {
  const answer = await read(`/tasks/${id}/pace`, signal);
  if (signal.aborted) return;
  takePaced(id, answer);
  const told = answer.samples;
  /** @type {Sample[]} */
  const samples = [];
  const run = told.at(-1)?.run;
  for (const each of told) {
    if (each.run !== run) continue;
    const at = Date.parse(each.at) / 1000;
    addSample(samples, { at, seen: each.seen, isStill: each.status !== "running" });
  }
  for (const sample of curves.get(id) ?? []) addSample(samples, sample);
  curves.set(id, samples);
  whole.add(id);
  curvesRead.value++;
}
