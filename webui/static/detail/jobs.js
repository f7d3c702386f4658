// The jobs of the task that is shown, with their attempts: read when they are looked at, kept up to
// date by the stream. How attempts ended no event tells, so these are read again when a job changed.

import { computed, effect, signal } from "@preact/signals";
import { read } from "../api.js";
import { task } from "../store.js";
import { shownTab } from "../tabs.js";
import { latest, quietly } from "./reading.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {Job} from "./attempts.js" */

/** Milliseconds over which changes are collected before attempts are read again. */
const REST_MS = 400;

/** @typedef {{id: number|null, jobs: Job[], isRead: boolean}} Jobs */

/** @type {import("@preact/signals").Signal<Jobs>} */
export const jobs = signal({ id: null, jobs: [], isRead: false });
const shownId = signal(/** @type {number|null} */ (null));
const again = signal(0);
const changed = signal(0);
const reading = latest();
let timer = 0;

/** @param {number|null} id */
export function showJobs(id) {
  shownId.value = id;
  again.value = again.peek() + 1; // called in an effect, which must not depend on it
}

const isOnAttempts = computed(() => shownTab.value === "attempts");
/** Whether anything that is shown needs them; computed, as a task changes with every count. */
const areWanted = computed(
  () => isOnAttempts.value || (task.value?.steps.length ?? 0) > 1,
);

/** Read what is looked at, from now on. */
export function followJobs() {
  effect(() => {
    const id = shownId.value;
    again.value; // read only to be run again with it
    changed.value;
    isOnAttempts.value;
    const isWanted = areWanted.value;
    const signal = reading.begin();
    if (jobs.peek().id !== id) jobs.value = { id, jobs: [], isRead: false };
    if (id !== null && isWanted) quietly(id, signal, () => readJobs(id, signal));
  });
}

/** @param {number} id @param {AbortSignal} signal */
async function readJobs(id, signal) {
  const { items } = await read(`/tasks/${id}/jobs`, signal);
  if (!signal.aborted) jobs.value = { id, jobs: items, isRead: true };
}

/** @param {StreamEvent[]} events */
export function noteJobs(events) {
  const { id, jobs: known, isRead } = jobs.value;
  const told = events.filter(({ kind, data }) => kind === "job_update" && data.task_id === id);
  if (!told.length || !isRead) return;
  const all = new Map(known.map((job) => [job.id, job]));
  for (const { data } of told) {
    const before = all.get(data.id);
    if (before && before.version >= data.version) continue;
    all.set(data.id, { ...data, attempt_list: before?.attempt_list ?? [] });
  }
  jobs.value = { id, jobs: [...all.values()], isRead };
  if (shownTab.peek() !== "attempts") return;
  clearTimeout(timer);
  timer = window.setTimeout(() => changed.value++, REST_MS);
}
