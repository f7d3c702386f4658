// The items of the task that is shown: by default those that failed, a page at a time.

import { computed, effect, signal } from "@preact/signals";
import { read } from "../api.js";
import { task } from "../store.js";
import { shownTab } from "../tabs.js";
import { latest, quietly } from "./reading.js";

/**
 * @typedef {"failed"|"skipped"|"completed"|"queued"|""} ItemStatus  "" = all
 * @typedef {object} Item
 * @property {number} id
 * @property {string} key
 * @property {string} status
 * @property {number} attempts
 * @property {string} message
 * @property {string} trace
 * @typedef {{id: number|null, items: Item[], next: string|null, isRead: boolean}} Items
 */

const PAGE = 100;
/** Milliseconds over which new ones are collected before they are read. */
const REST_MS = 500;

/** @type {import("@preact/signals").Signal<Items>} */
export const items = signal({ id: null, items: [], next: null, isRead: false });
/** Which are shown. @type {import("@preact/signals").Signal<ItemStatus>} */
export const itemStatus = signal("failed");
const shownId = signal(/** @type {number|null} */ (null));
const again = signal(0);
const reading = latest();
let ended = reading.begin();

/** @param {number|null} id */
export function showItems(id) {
  shownId.value = id;
  again.value = again.peek() + 1; // called in an effect, which must not depend on it
}

/** Changes when there may be other items than those that were read. */
const state = computed(() => {
  const { status, run, progress } = task.value ?? { status: "", run: 0, progress: null };
  return `${status} ${run} ${progress?.failed} ${progress?.skipped}`;
});

/** Read what is looked at, from now on. */
export function followItems() {
  let timer = 0;
  effect(() => {
    const id = shownId.value;
    itemStatus.value; // these are read only to be run again with them
    again.value;
    const isWanted = shownTab.value === "items";
    ended = reading.begin();
    items.value = { id, items: [], next: null, isRead: false };
    if (isWanted && id !== null) quietly(id, ended, () => readItems());
  });
  effect(() => {
    state.value; // read only to be run again with it
    const { id, isRead } = items.peek();
    if (id === null || !isRead || timer) return;
    timer = window.setTimeout(() => {
      timer = 0;
      if (items.peek().id === id && shownTab.peek() === "items") quietly(id, ended, () => readItems(true));
    }, REST_MS);
  });
}

/** One page more. */
export const readMore = () => quietly(items.value.id ?? 0, ended, () => readItems());

/** The next page; or, of a list whose end is known, what came since. @param {boolean} [isNews] */
async function readItems(isNews = false) {
  const signal = ended;
  const { id, items: known, next } = items.peek();
  if (isNews && next !== null) return;
  const status = itemStatus.peek();
  // what changed its status since is no longer among those with it
  const after = isNews && known.length <= PAGE ? 0 : (known.at(-1)?.id ?? 0);
  const asked = `after=${after}&limit=${PAGE}${status ? `&status=${status}` : ""}`;
  const page = await read(`/tasks/${id}/items?${asked}`, signal);
  if (signal.aborted) return;
  const all = after ? [...known, ...page.items] : page.items;
  items.value = { id, items: all, next: page.next_cursor, isRead: true };
}
