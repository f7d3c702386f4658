// The jobs of the tasks that a person has unfolded. Their progress has no event of its own, so they
// are read when their task tells that something moved, at most once a second.

import { effect } from "@preact/signals";
import { read } from "./api.js";
import { foldTask, unfold, unfolded } from "./folds.js";
import { state } from "./store.js";

/** Milliseconds between two readings of one task's jobs. */
const AGAIN_MS = 1000;
/** {task: the version its jobs were read at}. @type {Map<number, number>} */
const readAt = new Map();
/** @type {Set<number>} */
const waiting = new Set();

/** Show the jobs of a task, or no longer. @param {number} id */
export function toggleTask(id) {
  if (unfolded.value.has(id)) {
    foldTask(id);
    readAt.delete(id);
  } else unfold(id, null);
}

/** Follow the unfolded tasks, for as long as the page lives. */
export function followUnfolded() {
  effect(() => {
    const tasks = state.value?.tasks;
    for (const id of unfolded.value.keys()) {
      const task = tasks?.get(id);
      if (!task) foldTask(id);
      else if (task.version !== readAt.get(id)) look(id);
    }
  });
}

/** @param {number} id */
async function look(id) {
  if (waiting.has(id)) return;
  waiting.add(id);
  const task = state.peek()?.tasks.get(id);
  try {
    readAt.set(id, task?.version ?? 0);
    const { items } = await read(`/tasks/${id}/jobs`);
    const run = state.peek()?.tasks.get(id)?.run;
    const jobs = items.filter((/** @type {{run: number}} */ job) => job.run === run);
    if (unfolded.peek().has(id)) unfold(id, jobs);
  } catch {
    // its task tells when it is gone, the stream when the service is
  }
  setTimeout(() => {
    waiting.delete(id);
    const newer = state.peek()?.tasks.get(id)?.version;
    if (unfolded.peek().has(id) && newer !== undefined && newer !== readAt.get(id)) look(id);
  }, AGAIN_MS);
}
