// The speed of a task over time, from the counts its events told. Pure; drawn by views/chart.js.

/** @import {Task} from "./types.js" */

/** @typedef {{at: number, seen: number}} Sample  `at` in seconds since 1970 */

/** Samples kept of a task: at two a second, ten minutes. */
export const MOST = 1200;
/** Seconds between two samples. */
const SPACING = 0.5;
/** Seconds over which a speed is taken: long enough that batches do not show as spikes. */
const SPAN = 4;
/** Seconds without a sample after which the line is broken: it was paused, or waited. */
const GAP = 12;

/** @param {Task} task @returns {Sample} */
export function sampleOf({ updated_at, progress: { done, failed, skipped } }) {
  return { at: Date.parse(updated_at) / 1000, seen: done + failed + skipped };
}

/**
 * The samples with one more; changes and returns `samples`. Counts that went back (a retry from
 * the start) begin a new curve; a sample from before the last one is left out.
 * @param {Sample[]} samples @param {Sample} sample
 */
export function addSample(samples, sample) {
  const last = samples.at(-1);
  if (last && sample.at < last.at) return samples;
  if (last && sample.seen < last.seen) samples.length = 0;
  else if (samples.length > 1 && sample.at - samples[samples.length - 2].at < SPACING)
    samples.pop();
  samples.push(sample);
  if (samples.length > MOST) samples.splice(0, samples.length - MOST);
  return samples;
}

/**
 * [times, records a second]; null where the task stood still.
 * @param {Sample[]} samples @returns {[number[], (number|null)[]]}
 */
export function curve(samples) {
  /** @type {number[]} */ const times = [];
  /** @type {(number|null)[]} */ const speeds = [];
  let from = 0;
  for (let i = 1; i < samples.length; i++) {
    const { at, seen } = samples[i];
    if (at - samples[i - 1].at > GAP) {
      if (times.length) {
        times.push(samples[i - 1].at + 0.001);
        speeds.push(null);
      }
      from = i;
      continue;
    }
    while (from < i - 1 && samples[from + 1].at <= at - SPAN) from++;
    const seconds = at - samples[from].at;
    if (seconds <= 0) continue;
    times.push(at);
    speeds.push((seen - samples[from].seen) / seconds);
  }
  return [times, speeds];
}
