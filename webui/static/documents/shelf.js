// The documents that the page shows: the list or what a search found, the chosen one with its pages,
// and the page that is read. Where the person is stands in the address: /documents/SOURCE/NUMBER?q=.

import { batch, computed, effect, signal } from "@preact/signals";
import { Refused, read } from "../api.js";
import { pathOf } from "../addresses.js";
import { go, query, route } from "../route.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {PageEntry, PageText, Source} from "./words.js" */

/** Documents of the list that are read at once. */
const PART = 50;
/** Pages of a document that are read at once. */
const SOME = 200;
/** Milliseconds between two looks at a document that is being read. */
const LOOK_MS = 700;

/** Null until it was read. @type {import("@preact/signals").Signal<Source[]|null>} */
export const sources = signal(null);
/** Where the list goes on; null: it is whole. @type {import("@preact/signals").Signal<string|null>} */
export const more = signal(null);
/** @type {import("@preact/signals").Signal<Source|null>} */
export const shown = signal(null);
/** The pages of the one that is shown. @type {import("@preact/signals").Signal<PageEntry[]>} */
export const pages = signal([]);
/** @type {import("@preact/signals").Signal<string|null>} */
export const morePages = signal(null);
/** @type {import("@preact/signals").Signal<PageText|null>} */
export const page = signal(null);
/** Why something could not be read. */
export const trouble = signal("");

const isHere = computed(() => route.value.page === "documents");
/** What is looked for. */
export const q = computed(() => (isHere.value ? (query.value.get("q") ?? "") : ""));
/** The document and the page of it in the address; 0: none. */
export const sourceId = computed(() => (isHere.value ? Number(route.value.rest[0]) || 0 : 0));
export const number = computed(() => (isHere.value ? Number(route.value.rest[1]) || 0 : 0));

/**
 * Show a document, and a page of it; the search stays. Without either: the list.
 * @param {number} [id] @param {number} [which]
 */
export function show(id, which) {
  const rest = [id, which].filter((part) => part !== undefined);
  const search = q.peek() ? `?${new URLSearchParams({ q: q.peek() })}` : "";
  go(pathOf("documents", ...rest) + search);
}

/** Keeps what was read in step with the address, for as long as the page lives. */
export function follow() {
  effect(() => {
    if (isHere.value) readList(q.value);
  });
  effect(() => {
    readSource(sourceId.value);
  });
  effect(() => {
    readPage(sourceId.value, number.value);
  });
}

/** @param {string} words */
async function readList(words) {
  const found = await trying(() => read(`/sources?limit=${PART}&q=${encodeURIComponent(words)}`));
  if (!found || q.peek() !== words) return;
  batch(() => {
    sources.value = found.items;
    more.value = found.next_cursor;
  });
}

/** The list a page further. */
export async function readMore() {
  const [words, cursor] = [q.peek(), more.peek()];
  if (!cursor) return;
  const found = await trying(() =>
    read(`/sources?limit=${PART}&q=${encodeURIComponent(words)}&cursor=${cursor}`),
  );
  if (!found || q.peek() !== words || more.peek() !== cursor) return;
  sources.value = [...(sources.peek() ?? []), ...found.items];
  more.value = found.next_cursor;
}

/** @param {number} id */
async function readSource(id) {
  if (shown.peek()?.id !== id) {
    batch(() => {
      shown.value = null;
      pages.value = [];
      morePages.value = null;
    });
  }
  if (!id) return;
  const found = await trying(() => read(`/sources/${id}`));
  if (!found || sourceId.peek() !== id) return;
  take(found);
  await readPages(id, 0);
}

/** Pages of the document behind a number. @param {number} id @param {number} after */
async function readPages(id, after) {
  const limit = after ? SOME : Math.min(500, Math.max(SOME, pages.peek().length));
  const found = await trying(() => read(`/sources/${id}/pages?limit=${limit}&after=${after}`));
  if (!found || sourceId.peek() !== id) return;
  batch(() => {
    pages.value = after ? [...pages.peek(), ...found.items] : found.items;
    morePages.value = found.next_cursor;
  });
}

/** The pages a part further. */
export async function readMorePages() {
  const after = Number(morePages.peek());
  if (after) await readPages(sourceId.peek(), after);
}

/** @param {number} id @param {number} which */
async function readPage(id, which) {
  if (page.peek()?.source_id !== id || page.peek()?.number !== which) page.value = null;
  if (!id || !which) return;
  const found = await trying(async () => {
    const { items } = await read(`/sources/${id}/pages?limit=1&after=${which - 1}`);
    if (items[0]?.number !== which) throw new Refused(404, `There is no page ${which}.`);
    return read(`/pages/${items[0].id}`);
  });
  if (found && sourceId.peek() === id && number.peek() === which) page.value = found;
}

/** A document as it is by now, wherever it is shown. @param {Source} source */
export function take(source) {
  batch(() => {
    if (sourceId.peek() === source.id) shown.value = source;
    const list = sources.peek();
    if (!list) return;
    if (list.some(({ id }) => id === source.id))
      sources.value = list.map((each) => (each.id === source.id ? { ...each, ...source } : each));
    else if (!q.peek()) sources.value = [source, ...list];
  });
}

/** A document that is gone. @param {number} id */
export function drop(id) {
  stale.delete(id);
  if (id === sourceId.peek()) show();
  sources.value = sources.peek()?.filter((each) => each.id !== id) ?? null;
}

/** Everything anew: events were missed. */
export function begin() {
  if (!isHere.peek()) return;
  readList(q.peek());
  readSource(sourceId.peek());
  readPage(sourceId.peek(), number.peek());
}

// --- live ------------------------------------------------------------------------------------------

/** @type {Set<number>} */
const stale = new Set();
let timer = 0;

/** Documents change with the tasks that work on them, and when somebody deletes something of them. @param {StreamEvent[]} events */
export function note(events) {
  for (const { kind, data } of events) {
    if (!data?.source_id) continue;
    if (kind === "queue_update" && data.removed) drop(data.source_id);
    else stale.add(data.source_id);
  }
  if (stale.size && !timer) timer = window.setTimeout(look, LOOK_MS);
}

/** Read anew what has changed, of what is shown. */
async function look() {
  timer = 0;
  const ids = [...stale];
  stale.clear();
  if (!isHere.peek()) return void (sources.value = null); // read when somebody comes back
  for (const id of ids.slice(0, 20)) await refresh(id);
  // What was read meanwhile may hold what is looked for.
  if (ids.length > 20 || (q.peek() && !isLong())) readList(q.peek());
}

/** Whether a person went further than the list's first part, which must not be taken away. */
const isLong = () => (sources.peek()?.length ?? 0) > PART;

/** @param {number} id */
export async function refresh(id) {
  try {
    take(await read(`/sources/${id}`));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) drop(id);
    return;
  }
  if (id !== sourceId.peek()) return;
  await readPages(id, 0);
  const which = number.peek();
  const isGone = which && !morePages.peek() && !pages.peek().some((each) => each.number === which);
  if (isGone && id === sourceId.peek()) return show(id);
  if (page.peek()?.status !== "completed") await readPage(id, number.peek());
}

/** @template T @param {() => Promise<T>} request @returns {Promise<T|null>} */
async function trying(request) {
  try {
    const found = await request();
    trouble.value = "";
    return found;
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
    return null;
  }
}
