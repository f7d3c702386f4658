// The photos of the project that is shown: read once, then kept up to date by what the stream tells.
// Which of them are shown is decided here, too; what is done with them is in marks.js.

import { batch, computed, effect, signal } from "@preact/signals";
import { Refused, read } from "../api.js";
import { query, route, setQuery } from "../route.js";

/**
 * @typedef {"pending"|"ready"|"failed"|"missing"} Made
 * @typedef {object} Photo
 * @property {string} name
 * @property {string} kind
 * @property {boolean} keep
 * @property {boolean} available
 * @property {Made} thumbnail
 * @property {string|null} thumbnail_url  with its version: what it shows never changes
 * @property {string|null} preview_url
 * @property {{code: string, message: string}|null} problem
 * @property {number|null} size
 * @property {string|null} sha256
 * @property {string|null} format
 * @property {number|null} width
 * @property {number|null} height
 * @property {number|null} orientation
 * @property {string|null} make
 * @property {string|null} model
 * @property {string|null} taken_at
 * @property {string} added_at
 *
 * @typedef {object} Project
 * @property {string} name
 * @property {string} folder
 * @property {number} photos
 * @property {number} available
 * @property {number} rejected
 * @property {number} pending
 * @property {number} failed
 * @property {number} in_trash
 */

/** Photos of one request. */
const PAGE = 500;
/** More unknown photos than this are read with all the others. */
const ONE_BY_ONE = 20;

/** The ways to look at an album: what is shown of it. @type {{name: string, label: string,
 *   fits: (photo: Photo) => boolean}[]} */
export const SHOWN = [
  { name: "", label: "All", fits: ({ available }) => available },
  { name: "kept", label: "Kept", fits: ({ available, keep }) => available && keep },
  { name: "rejected", label: "To be removed", fits: ({ available, keep }) => available && !keep },
  {
    name: "trouble",
    label: "Without a picture",
    fits: ({ available, thumbnail }) => available && thumbnail === "failed",
  },
  { name: "missing", label: "Missing files", fits: ({ available }) => !available },
];

/** The project that the address names; null on the list of projects. */
export const project = computed(() =>
  route.value.page === "projects" ? (route.value.rest[0] ?? null) : null,
);
/** What of it: "" for its photos. */
export const part = computed(() => route.value.rest[1] ?? "");
/** The photo that is looked at alone. */
export const lookedAt = computed(() =>
  part.value === "photo" ? (route.value.rest[2] ?? null) : null,
);

/** All photos by name. */
export const photos = /** @type {Map<string, Photo>} */ (new Map());
/** Grows with every change of `photos`. */
export const edition = signal(0);
/** @type {import("@preact/signals").Signal<Project|null>} */
export const facts = signal(null);
/** @type {import("@preact/signals").Signal<"reading"|"whole"|"none"|"lost">} */
export const reading = signal("reading");
/** The project that `photos` are of. */
let readFor = "";
let flight = new AbortController();

/** Names in the order in which they are shown; sorted anew only when one comes or goes. */
let order = /** @type {string[]} */ ([]);
let isOrdered = true;

export const shownBy = computed(() => query.value.get("show") ?? "");
export const word = computed(() => query.value.get("q") ?? "");
export const sortBy = computed(() => (query.value.get("sort") === "taken" ? "taken" : "name"));

/** The photos that are shown, in order. @type {import("@preact/signals").ReadonlySignal<Photo[]>} */
export const shown = computed(() => {
  edition.value;
  const { fits } = SHOWN.find(({ name }) => name === shownBy.value) ?? SHOWN[0];
  const sought = word.value.toLowerCase();
  const found = [];
  for (const name of ordered()) {
    const photo = photos.get(name);
    if (photo && fits(photo) && (!sought || name.toLowerCase().includes(sought))) found.push(photo);
  }
  if (sortBy.value === "taken")
    found.sort((a, b) => compare(a.taken_at ?? "", b.taken_at ?? "") || compare(a.name, b.name));
  return found;
});

/** How many photos there are for each way of looking. */
export const counts = computed(() => {
  edition.value;
  const all = [...photos.values()];
  return new Map(SHOWN.map(({ name, fits }) => [name, all.filter(fits).length]));
});

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : Number(a > b));

function ordered() {
  if (!isOrdered) order = [...photos.keys()].sort(compare);
  isOrdered = true;
  return order;
}

/** @param {string} name  of a project */
export const at = (name) => `/projects/${encodeURIComponent(name)}`;

/** Read the project that somebody goes to, for as long as the page lives. */
export function followProject() {
  effect(() => {
    const name = project.value;
    if (name !== null && name !== readFor) readAlbum(name);
  });
}

/** Read it anew: events were missed. */
export function rereadAlbum() {
  if (readFor) readAlbum(readFor);
}

/** @param {string} name */
async function readAlbum(name) {
  flight.abort();
  const own = (flight = new AbortController());
  const isOther = name !== readFor;
  readFor = name;
  batch(() => {
    reading.value = "reading";
    if (isOther) forget();
  });
  try {
    await Promise.all([readFacts(own.signal), readPhotos(name, own.signal)]);
    reading.value = "whole";
  } catch (error) {
    if (own.signal.aborted) return;
    reading.value = error instanceof Refused && error.status === 404 ? "none" : "lost";
  }
}

function forget() {
  photos.clear();
  isOrdered = false;
  facts.value = null;
  edition.value++;
}

/** The figures of the project. @param {AbortSignal} [signal] */
export async function readFacts(signal) {
  const told = await read(at(readFor), signal);
  if (told.name === readFor) facts.value = told;
}

/** @param {string} name @param {AbortSignal} signal */
async function readPhotos(name, signal) {
  const seen = new Set();
  let cursor = "";
  do {
    const more = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page = await read(`${at(name)}/photos?limit=${PAGE}${more}`, signal);
    for (const photo of page.items) seen.add(photo.name);
    put(page.items);
    cursor = page.next_cursor;
  } while (cursor);
  const gone = [...photos.keys()].filter((known) => !seen.has(known));
  for (const known of gone) photos.delete(known);
  if (gone.length) isOrdered = false;
  edition.value++;
}

/** Photos as they are by now. @param {Photo[]} some */
export function put(some) {
  for (const photo of some) {
    if (!photos.has(photo.name)) isOrdered = false;
    photos.set(photo.name, photo);
  }
  edition.value++;
}

/** Change some that are known. @param {string[]} names @param {Partial<Photo>} change */
export function alter(names, change) {
  for (const name of names) {
    const photo = photos.get(name);
    if (photo) photos.set(name, { ...photo, ...change });
  }
  edition.value++;
}

/** Read photos whose beginning nobody told. @param {string[]} names */
export async function readNamed(names) {
  const of = readFor;
  if (names.length > ONE_BY_ONE) return readAlbum(of);
  const found = await Promise.all(
    names.map((name) => read(`${at(of)}/photos/${encodeURIComponent(name)}`).catch(() => null)),
  );
  if (of === readFor) put(found.filter((photo) => photo !== null));
}

/** Show another part of the album. @param {string} name */
export const show = (name) => setQuery({ show: name || null });

/** The next way of looking that shows something. */
export function showNext() {
  const names = SHOWN.map(({ name }) => name);
  const from = names.indexOf(shownBy.peek());
  for (let i = 1; i <= names.length; i++) {
    const name = names[(from + i) % names.length];
    if (!name || counts.peek().get(name)) return show(name);
  }
}
