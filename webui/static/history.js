// What the service has and the page has not loaded: the rest of the waiting line, what finished
// earlier, what a filter finds among it. Pages come as somebody scrolls to them (or while the page
// has nothing else to do, for the line); what nobody looks at any more is dropped again.

import { effect, signal, untracked } from "@preact/signals";
import { read } from "./api.js";
import { filter, isFiltered } from "./filters.js";
import { statusGroup } from "./grouping.js";
import { STATUSES, queryOf } from "./matching.js";
import { withMaintenance } from "./reducer.js";
import * as store from "./store.js";

/** @import {Snapshot, Status, Task} from "./types.js" */

/** @typedef {"waiting"|"failed"|"finished"} Kind */
/**
 * One list of the service, page by page.
 * @typedef {object} Reading
 * @property {string|null} cursor  where it goes on; "" at its beginning, null at its end
 * @property {number} loaded  tasks that were read
 * @property {boolean} isReading
 */

/** `limit`: tasks of one page. @type {Record<Kind, {statuses: Status[], sort: string,
 *   limit: number}>} */
const LISTS = {
  waiting: { statuses: ["queued", "paused"], sort: "priority", limit: 500 },
  failed: { statuses: ["failed"], sort: "-finished_at", limit: 100 },
  finished: { statuses: ["completed", "cancelled"], sort: "-finished_at", limit: 100 },
};
const KINDS = /** @type {Kind[]} */ (Object.keys(LISTS));
/** Tasks of each kind that are loaded at most: more cannot be looked through by scrolling. */
const MOST = 20_000;
/** Finished tasks of each kind that are kept beyond those that were scrolled to. */
const KEPT = 2000;
/** Tasks that a filter should find before it waits for somebody to scroll. */
const ENOUGH = 60;
/** Milliseconds between two counts of what is not loaded; meanwhile events keep them. */
const RECOUNT_MS = 30_000;
/** Milliseconds of rest after which a new filter asks the service. */
const REST_MS = 200;

/** @returns {Reading} */
const start = () => ({ cursor: "", loaded: 0, isReading: false });
/** @returns {Record<Kind, Reading>} */
const begun = () => ({ waiting: start(), failed: start(), finished: start() });

/** What is read without a filter, and with the filter that is on now. */
let all = begun();
let found = begun();
/** Whether the service is being asked for what a filter finds. */
export const isSearching = signal(false);
let timer = 0;
/** Counts the filters, so that answers to an earlier one are not taken. */
let turn = 0;

const readings = () => (isFiltered.peek() ? found : all);

/** Tell the list what is not loaded. */
function tell() {
  const told = KINDS.map((kind) => {
    const { cursor, loaded } = readings()[kind];
    const isFull = loaded >= MOST;
    const text = isFull
      ? "There are more than a list can show. Search or filter to find them"
      : "Looking for more …";
    return [kind, { hasMore: cursor !== null, isWhole: all[kind].cursor === null, text }];
  });
  store.beyond.value = Object.fromEntries(told);
}

/** The service's state was read anew. @param {Snapshot} snapshot */
export function beginHistory({ next, tasks }) {
  all = begun();
  for (const kind of KINDS) all[kind].cursor = next[kind];
  for (const kind of /** @type {const} */ (["failed", "finished"])) {
    const ends = tasks.filter((task) => task.finished_at && statusGroup(task) === kind);
    store.horizon[kind] = next[kind] === null ? "" : endOf(ends);
  }
  if (filter.peek().maintenance) includeMaintenance();
  restart();
  tell();
}

/** The earliest end among some tasks. @param {Task[]} tasks */
const endOf = (tasks) =>
  tasks.reduce((least, { finished_at }) => {
    return finished_at && finished_at < least ? finished_at : least;
  }, "~");

/**
 * Read the next page of a kind, if there is one.
 * @param {Kind} kind @returns {Promise<void>}
 */
export async function readMore(kind) {
  const reading = readings()[kind];
  const { cursor } = reading;
  const query = queryOf(filter.peek(), LISTS[kind].statuses);
  if (cursor === null || !query || reading.isReading || reading.loaded >= MOST) return;
  query.set("sort", LISTS[kind].sort);
  query.set("limit", String(LISTS[kind].limit));
  if (cursor) query.set("cursor", cursor);
  reading.isReading = true;
  try {
    const page = await read(`/tasks?${query}`);
    if (reading !== readings()[kind]) return;
    reading.cursor = page.next_cursor;
    reading.loaded += page.items.length;
    store.absorb(page.items);
    if (reading === all[kind] && kind !== "waiting") {
      store.reach(kind, page.next_cursor === null ? "" : endOf(page.items));
    }
    tell();
  } finally {
    reading.isReading = false;
  }
}

/** Follow the filter, for as long as the page lives. */
export function followFilter() {
  setInterval(() => {
    if (!document.hidden && store.totals.value) recount(turn).catch(() => undefined);
  }, RECOUNT_MS);
  let wasMaintenance = filter.peek().maintenance;
  effect(() => {
    const { maintenance } = filter.value;
    untracked(() => {
      if (!store.state.value) return;
      if (maintenance !== wasMaintenance) switchMaintenance(maintenance);
      wasMaintenance = maintenance;
      restart();
      tell();
    });
  });
}

/** @param {boolean} isOn */
function switchMaintenance(isOn) {
  const { value } = store.state;
  if (!value) return;
  if (isOn) includeMaintenance();
  else store.change(withMaintenance(value, false));
}

/** Take in what is not the person's own, too; all lists are read again with it. */
function includeMaintenance() {
  const { value } = store.state;
  if (value) store.change(withMaintenance(value, true));
  all = begun();
  store.reach("failed", "~");
  store.reach("finished", "~");
}

/** Begin to look for what the filter finds that is not loaded. */
function restart() {
  turn++;
  found = begun();
  store.totals.value = null;
  isSearching.value = isFiltered.peek();
  clearTimeout(timer);
  if (!isFiltered.peek()) dropStrays();
  const mine = turn;
  timer = window.setTimeout(() => {
    look(mine).catch(() => undefined); // the stream tells when the service is gone
  }, REST_MS);
}

/** @param {number} mine */
async function look(mine) {
  try {
    if (isFiltered.peek()) {
      // the line is loaded by itself, if it is not too long
      if (all.waiting.cursor === null) found.waiting.cursor = null;
      await Promise.all(KINDS.map((kind) => seek(kind, mine)));
    } else {
      for (const kind of KINDS) if (all[kind].cursor === "") await readMore(kind);
    }
    await recount(mine);
  } finally {
    if (mine === turn) isSearching.value = false;
  }
  if (!isFiltered.peek()) await readLine(mine);
}

/** Ask how many tasks there are of each status, whichever are wanted. @param {number} mine */
async function recount(mine) {
  const query = queryOf({ ...filter.peek(), statuses: [] }, STATUSES);
  query?.set("status", "all");
  const { by_status } = await read(`/queue/counts?${query}`);
  if (mine === turn) store.totals.value = byGroup(by_status);
}

/**
 * Read until enough was found to fill the screen: a page may find little, as the service looks
 * through a part of what it has at a time.
 * @param {Kind} kind @param {number} mine
 */
async function seek(kind, mine) {
  if (!queryOf(filter.peek(), LISTS[kind].statuses)) found[kind].cursor = null;
  while (mine === turn && found[kind].cursor !== null && found[kind].loaded < ENOUGH) {
    await readMore(kind);
  }
}

/** The rest of the waiting line, a page whenever the page has nothing else to do. */
async function readLine(/** @type {number} */ mine) {
  while (mine === turn && all.waiting.cursor !== null && all.waiting.loaded < MOST / 2) {
    await new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
    await readMore("waiting");
  }
}

/** @param {Object<string, number>} byStatus */
function byGroup(byStatus) {
  /** @type {Object<string, number>} */
  const groups = {};
  for (const [status, n] of Object.entries(byStatus)) {
    const group = statusGroup(/** @type {Task} */ ({ status }));
    groups[group] = (groups[group] ?? 0) + n;
  }
  return groups;
}

/** Finished tasks that only a filter had brought; without it they would leave gaps. */
function dropStrays() {
  const ended = Object.entries(store.arrangement.peek().ended);
  const strays = ended.flatMap(([kind, { members }]) =>
    members.filter((task) => {
      return (task.finished_at ?? "") < store.horizon[/** @type {"failed"} */ (kind)];
    }),
  );
  store.drop(strays.map(({ id }) => id).filter((id) => id !== store.selected.peek()));
}

/** Let go of what finished long ago and nobody scrolled to, so that memory stays flat. */
export function trim() {
  if (isFiltered.peek()) return;
  for (const kind of /** @type {const} */ (["failed", "finished"])) {
    const { members } = store.arrangement.peek().ended[kind];
    const most = KEPT + all[kind].loaded;
    if (members.length <= most + KEPT / 4) continue;
    const last = members[most - 1];
    const gone = members.slice(most).map(({ id }) => id);
    store.drop(gone.filter((id) => id !== store.selected.peek()));
    store.horizon[kind] = last.finished_at ?? "";
    store.reach(kind, store.horizon[kind]);
    all[kind] = start(); // read from the beginning, should somebody scroll there
    tell();
  }
}
