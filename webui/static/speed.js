// The speed of a task over time, from its first record on: counts and the times they were told.
// Pure; drawn by views/chart.js, kept by detail/pace.js.

/** @import {Task} from "./types.js" */

/**
 * @typedef {object} Sample
 * @property {number} at  seconds since 1970
 * @property {number} seen  records
 * @property {boolean} [isStill]  from then on nothing moved: it was paused, waited or had ended
 */

/** Samples kept of a task; beyond that every second one of the older half is left out. */
export const MOST = 1200;
/** Seconds between two samples. */
const SPACING = 0.5;
/** Seconds over which a speed is taken: long enough that batches do not show as spikes. */
const SPAN = 4;
/** Seconds under which a speed says nothing: the first batch of an attempt, told twice at once. */
const LEAST = 0.25;
/** Of the whole time, the part that a speed is taken over at least, so that a day is no comb. */
const SHARE = 1 / 150;

/** @param {Task} task @returns {Sample} */
export function sampleOf({ status, updated_at, progress: { done, failed, skipped } }) {
  const sample = { at: Date.parse(updated_at) / 1000, seen: done + failed + skipped };
  return status === "running" ? sample : { ...sample, isStill: true };
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
  else if (last && canGo(samples, last, sample)) samples.pop();
  samples.push(sample);
  if (samples.length > MOST) thin(samples);
  return samples;
}

/**
 * Whether the last sample says nothing beside a new one.
 * @param {Sample[]} samples @param {Sample} last @param {Sample} sample
 */
function canGo(samples, last, sample) {
  const before = samples.at(-2);
  if (last.isStill) return Boolean(before?.isStill && sample.isStill);
  return Boolean(before && !before.isStill && sample.at - before.at < SPACING);
}

/** @param {Sample[]} samples */
function thin(samples) {
  const half = samples.length >> 1;
  const older = samples.slice(0, half).filter((each, i, all) => {
    return i % 2 === 0 || each.isStill || all[i - 1].isStill;
  });
  samples.splice(0, half, ...older);
  // nothing but changes of state in it: then the oldest of them go
  if (samples.length > MOST) samples.splice(0, samples.length - MOST);
}

/**
 * [times, records a second]; null where the task stood still.
 * @param {Sample[]} samples @returns {[number[], (number|null)[]]}
 */
export function curve(samples) {
  /** @type {number[]} */ const times = [];
  /** @type {(number|null)[]} */ const speeds = [];
  const span = Math.max(SPAN, SHARE * ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)));
  let from = 0;
  for (let i = 1; i < samples.length; i++) {
    const { at, seen } = samples[i];
    if (samples[i - 1].isStill) {
      if (times.length && speeds.at(-1) !== null) {
        times.push(Math.max(samples[i - 1].at, times[times.length - 1]) + 0.001);
        speeds.push(null);
      }
      from = i;
      continue;
    }
    while (from < i - 1 && samples[from + 1].at <= at - span) from++;
    const seconds = at - samples[from].at;
    if (seconds < LEAST || at <= (times.at(-1) ?? 0)) continue;
    times.push(at);
    speeds.push((seen - samples[from].seen) / seconds);
  }
  return [times, speeds];
}
