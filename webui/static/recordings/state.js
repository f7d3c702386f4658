// What the page of recordings has read: the list as far as somebody scrolled, the one that is shown,
// and how their queue does. Tasks that the stream tells of keep it true.

import { computed, effect, signal } from "@preact/signals";
import { Refused, read } from "../api.js";
import { reasonOf } from "../requesting.js";
import { query, route } from "../route.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {Entry, Recording, Summary} from "./types.js" */

const PAGE = 60;
/** Milliseconds in which several reasons to read become one. */
const REST_MS = 300;

/** @type {import("@preact/signals").Signal<Entry[]|null>} */
export const entries = signal(null);
/** Whether there are more behind the last. */
export const next = signal(/** @type {string|null} */ (null));
/** @type {import("@preact/signals").Signal<Summary|null>} */
export const summary = signal(null);
/** @type {import("@preact/signals").Signal<Recording|null>} */
export const recording = signal(null);
/** Why what was asked for is not there. */
export const trouble = signal("");

/** The number in the address. */
export const chosen = computed(() => {
  const { page, rest } = route.value;
  return page === "recordings" && /^\d{1,15}$/.test(rest[0] ?? "") ? Number(rest[0]) : null;
});
export const areSettingsShown = computed(
  () => route.value.page === "recordings" && route.value.rest[0] === "settings",
);
/** What is searched for, and which status is shown. */
export const wanted = computed(() => {
  if (route.value.page === "recordings") {
    last = { q: query.value.get("q") ?? "", status: query.value.get("status") ?? "" };
  }
  return last;
});
let last = { q: "", status: "" };
let turn = 0;

/** Read the list from its head. */
export async function readList() {
  const mine = ++turn;
  try {
    const page = await read(addressOf(null, Math.max(PAGE, Math.min(entries.peek()?.length ?? 0, 500))));
    if (mine !== turn) return;
    entries.value = page.items;
    next.value = page.next_cursor;
    trouble.value = "";
  } catch (error) {
    if (mine === turn) trouble.value = reasonOf(error);
  }
}

/** Read on, when somebody has come to the end. */
export async function readMore() {
  const [mine, from] = [turn, next.peek()];
  if (from === null) return;
  next.value = null;
  try {
    const page = await read(addressOf(from, PAGE));
    if (mine !== turn) return;
    entries.value = [...(entries.peek() ?? []), ...page.items];
    next.value = page.next_cursor;
  } catch {
    if (mine === turn) next.value = from;
  }
}

/** @param {string|null} cursor @param {number} limit */
function addressOf(cursor, limit) {
  const { q, status } = wanted.peek();
  const asked = new URLSearchParams({ limit: String(limit) });
  if (q) asked.set("q", q);
  if (status) asked.set("status", status);
  if (cursor) asked.set("cursor", cursor);
  return `/recordings?${asked}`;
}

export async function readSummary() {
  try {
    summary.value = await read("/recordings/summary");
  } catch {
    // the line at the top says that the service does not answer
  }
}

/** Read one, and show it in the list as it is by now. @param {number} id */
export async function readOne(id) {
  try {
    take(await read(`/recordings/${id}`));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) drop(id);
    else if (chosen.peek() === id) trouble.value = reasonOf(error);
  }
}

/** @param {Recording} found */
export function take(found) {
  if (chosen.peek() === found.id) recording.value = found;
  entries.value =
    entries.peek()?.map((entry) =>
      entry.id === found.id ? { ...entry, ...found, snippet: entry.snippet } : entry,
    ) ?? null;
}

/** It is gone. @param {number} id */
export function drop(id) {
  entries.value = entries.peek()?.filter((entry) => entry.id !== id) ?? null;
  if (recording.peek()?.id === id) recording.value = null;
}

let timer = 0;
/** @type {Set<number>} */
const stale = new Set();
let isListStale = false;

/** Read soon what may have changed. @param {number|null} [id] null: the list */
export function readSoon(id = null) {
  if (id === null) isListStale = true;
  else stale.add(id);
  timer ||= window.setTimeout(() => {
    timer = 0;
    for (const one of stale) readOne(one);
    if (isListStale) readList();
    stale.clear();
    isListStale = false;
    readSummary();
  }, REST_MS);
}

/** What the stream told of tasks that transcribe. @param {StreamEvent[]} events */
export function note(events) {
  for (const { kind, data } of events) {
    if (data?.related?.type !== "recording") {
      if (data?.removed) readSummarySoon();
      continue;
    }
    const id = Number(data.related.id);
    const isKnown = entries.peek()?.some((entry) => entry.id === id) || chosen.peek() === id;
    if (kind === "task_progress") follow(id, data);
    else if (kind === "task_created" && !isKnown) readSoon();
    else if (isKnown) readSoon(id);
    else readSummarySoon();
  }
}

const readSummarySoon = () => {
  timer ||= window.setTimeout(() => {
    timer = 0;
    readSummary();
  }, REST_MS);
};

/** How far it is, without asking. @param {number} id @param {any} task */
function follow(id, task) {
  const told = {
    id: task.id,
    status: task.status,
    control: task.control,
    done: task.progress.done,
    total: task.progress.total,
  };
  entries.value =
    entries.peek()?.map((entry) => (entry.id === id ? { ...entry, task: told } : entry)) ?? null;
  const shown = recording.peek();
  if (shown?.id === id) recording.value = { ...shown, task: told };
  const { value } = summary;
  if (value && told.total)
    summary.value = { ...value, queue: { ...value.queue, share: told.done / told.total } };
}

/** Everything anew. */
export function begin() {
  readList();
  readSummary();
  const id = chosen.peek();
  if (id !== null) readOne(id);
}

let isFollowing = false;
/** Follow the address, from the first visit on. */
export function followAddress() {
  if (isFollowing) return;
  isFollowing = true;
  readSummary();
  effect(() => {
    void wanted.value.q;
    void wanted.value.status;
    if (route.value.page === "recordings") readList();
  });
  effect(() => {
    const id = chosen.value;
    if (id === null || recording.peek()?.id === id) return;
    recording.value = null;
    trouble.value = "";
    readOne(id);
  });
}
