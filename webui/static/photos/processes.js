// The tasks of the project that is shown, with their jobs; and what their items tell of photos.

import { computed, effect, signal } from "@preact/signals";
import { read } from "../api.js";
import { keep, kept } from "../kept.js";
import { alter, at, photos, project, put, readFacts, readNamed, rereadAlbum } from "./album.js";

/** @import {Job, StreamEvent, Task} from "../types.js" */
/** @import {Photo} from "./album.js" */

/** Finished tasks that stay in the list. */
const MOST = 40;
/** Tasks whose items the stream brings. */
const WANTED = 20;
/** Types whose ends change photos that no item told of. */
const LOOKS = new Set(["folder_scan", "maintenance", "change_commit"]);

/** By number. @type {import("@preact/signals").Signal<Map<number, Task>>} */
export const tasks = signal(new Map());
/** Jobs by task. @type {import("@preact/signals").Signal<Map<number, Map<number, Job>>>} */
export const jobs = signal(new Map());
/** Tasks whose jobs are shown. @type {import("@preact/signals").Signal<Set<number>>} */
export const unfolded = signal(new Set());
export const isPanelShown = signal(kept("photo-panel", true));
/** Maintenance is shown, too. */
export const isAllShown = signal(kept("photo-maintenance", false));
/** @type {Map<number, (task: Task) => void>} */
const awaited = new Map();

export const isOpen = (/** @type {Task} */ { status }) =>
  status === "queued" || status === "running" || status === "paused";

/** What the panel lists: what is open first, then the latest ends. */
export const listed = computed(() =>
  [...tasks.value.values()]
    .filter((task) => isAllShown.value || task.user_relevant)
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.id - a.id)
    .slice(0, MOST),
);
export const openCount = computed(() => listed.value.filter(isOpen).length);

/** Read the tasks of each project that is gone to. */
export function followTasks() {
  effect(() => {
    const name = project.value;
    if (name !== null) readTasks(name);
  });
}

/** @param {string} name */
async function readTasks(name) {
  tasks.value = new Map();
  const path = `${at(name)}/tasks?show_maintenance=true&limit=${MOST}`;
  const answers = await Promise.all([
    read(`${path}&status=completed,failed,cancelled&sort=-finished_at`),
    read(`${path}&status=queued,running,paused`),
  ]).catch(() => []);
  if (project.peek() !== name) return;
  const next = /** @type {Map<number, Task>} */ (new Map());
  for (const { items } of answers) for (const task of items) next.set(task.id, task);
  for (const [id, task] of tasks.peek()) next.set(id, task); // told meanwhile
  tasks.value = next;
}

export const rereadTasks = () => {
  const name = project.peek();
  if (name !== null) readTasks(name);
};

/** The tasks whose jobs and items the stream shall bring. @returns {number[]} */
export function wanted() {
  const open = [...tasks.value.values()].filter(isOpen).map(({ id }) => id);
  return [...new Set([...open.slice(-WANTED), ...unfolded.value])];
}

/** Take what the stream told. @param {StreamEvent[]} events */
export function note(events) {
  const name = project.peek();
  if (name === null) return;
  const next = new Map(tasks.peek());
  /** @type {Set<string>} */ const unknown = new Set();
  let isOther = false;
  for (const { kind, data } of events) {
    if (kind === "item_update") noteItem(data, unknown);
    else if (kind === "job_update") noteJob(data);
    else if (kind.startsWith("task_") && data.removed) isOther = next.delete(data.id) || isOther;
    else if (kind.startsWith("task_") && data.project === name) {
      isOther = true;
      next.set(data.id, data);
      if (kind === "task_finished") noteEnd(data);
    }
  }
  if (isOther) tasks.value = next;
  if (unknown.size) readNamed([...unknown]);
}

/** @param {any} item @param {Set<string>} unknown */
function noteItem({ task_id, key, status, data }, unknown) {
  const task = tasks.peek().get(task_id);
  if (!task) return;
  const isRemoval = task.type === "change_commit";
  if (isRemoval && status === "completed") alter([key], REMOVED);
  else if (data?.thumbnail && !photos.has(key)) unknown.add(key);
  else if (data?.thumbnail === "failed") unknown.add(key); // why, only its record says
  else if (data?.thumbnail) alter([key], picturesOf(/** @type {string} */ (project.peek()), key, data));
}

/** @type {Partial<Photo>} */
const REMOVED = {
  available: false,
  thumbnail: "missing",
  thumbnail_url: null,
  preview_url: null,
};

/**
 * The pictures that an item told of; their address is new with their content, so no old one is shown.
 * @param {string} name  of the project @param {string} photo
 * @param {{thumbnail: string, derived: string}} told @returns {Partial<Photo>}
 */
export function picturesOf(name, photo, { derived }) {
  const path = `/api/v1${at(name)}/photos/${encodeURIComponent(photo)}`;
  return {
    thumbnail: "ready",
    thumbnail_url: `${path}/thumbnail?v=${derived}`,
    preview_url: `${path}/preview?v=${derived}`,
    problem: null,
  };
}

/** @param {Job & {task_id: number}} job */
function noteJob(job) {
  if (!unfolded.peek().has(job.task_id)) return;
  const of = new Map(jobs.peek().get(job.task_id));
  jobs.value = new Map(jobs.peek()).set(job.task_id, of.set(job.id, job));
}

/** @param {Task} task */
function noteEnd(task) {
  awaited.get(task.id)?.(task);
  awaited.delete(task.id);
  if (LOOKS.has(task.type)) rereadAlbum();
  else readFacts().catch(() => undefined);
}

/** The task once it has ended. @param {number} id @returns {Promise<Task>} */
export function ended(id) {
  const task = tasks.peek().get(id);
  if (task && !isOpen(task)) return Promise.resolve(task);
  return new Promise((resolve) => awaited.set(id, resolve));
}

/** A task that was just begun here. @param {Task|null} task */
export function begun(task) {
  if (task && task.project === project.peek() && !tasks.peek().has(task.id))
    tasks.value = new Map(tasks.peek()).set(task.id, task);
}

/** Show the jobs of a task, or not. @param {number} id */
export async function toggleJobs(id) {
  const next = new Set(unfolded.peek());
  if (next.delete(id)) {
    unfolded.value = next;
    return;
  }
  unfolded.value = next.add(id);
  const { items } = await read(`/tasks/${id}/jobs`).catch(() => ({ items: [] }));
  const known = jobs.peek().get(id) ?? new Map();
  const all = new Map([...items.map((/** @type {Job} */ job) => [job.id, job]), ...known]);
  jobs.value = new Map(jobs.peek()).set(id, all);
}

export function togglePanel() {
  isPanelShown.value = !isPanelShown.value;
  keep("photo-panel", isPanelShown.value);
}

export function toggleMaintenance() {
  isAllShown.value = !isAllShown.value;
  keep("photo-maintenance", isAllShown.value);
}

/** Photos that an upload has taken, before anybody made pictures of them. @param {string[]} names */
export function expect(names) {
  const fresh = names.filter((name) => !photos.has(name));
  put(fresh.map(blank));
}

/** @param {string} name @returns {Photo} */
const blank = (name) => ({
  name,
  kind: "",
  keep: true,
  available: true,
  thumbnail: "pending",
  thumbnail_url: null,
  preview_url: null,
  problem: null,
  size: null,
  sha256: null,
  format: null,
  width: null,
  height: null,
  orientation: null,
  make: null,
  model: null,
  taken_at: null,
  added_at: "",
});
