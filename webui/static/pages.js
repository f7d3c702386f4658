// The pages beside the desk and the wall. Each is a module of its own, `page.js` in a folder of its
// own, which is fetched with its style sheets when somebody first goes there; so the desk's first
// paint costs the same however many pages there are. Drawn by views/section.js.

import { effect, signal } from "@preact/signals";
import { PATHS } from "./addresses.js";
import { goTo, route } from "./route.js";

/** @import {PageName} from "./addresses.js" */
/** @import {Area, Key} from "./chords.js" */
/** @import {StreamEvent, Task} from "./types.js" */

/**
 * What such a module exports as `page`. Its parts import what they need from here, as all others
 * do: `route.value.rest` (route.js) is the path below the page's own, `goTo` leads elsewhere, `read`
 * and `send` (api.js) ask the service, `asking` (requesting.js) tells what was refused, `toast`
 * (toasts.js) and `tell` (undo.js: with the way back) tell what was done.
 *
 * @typedef {object} PageModule
 * @property {any} View  a component without properties that draws the `<main>`; it is there while
 *   the page is shown and `state.value` is known
 * @property {string[]} [sheets]  style sheets, by their names beside page.js; they have come before
 *   the first drawing, and stay
 * @property {Area[]} [areas]  keys and commands, obeyed while the page is shown: `?` lists them, the
 *   palette finds them. Digits with Alt, B, Q, W, T, ?, Ctrl K, Ctrl Z and zoom are the page's
 *   already
 * @property {(events: StreamEvent[]) => void} [note]  takes what the stream told, some events at a
 *   time and each once, in order; from the first visit on, whichever page is shown
 * @property {() => void} [begin]  what was read is not gone on with (events were missed for good):
 *   read it anew; not called for the first time
 * @property {() => number[]} [wants]  the tasks whose logs, jobs and items the stream shall bring
 *   while the page is shown; it is asked again whenever a signal that it reads changes
 */

/**
 * Where the line at the top leads to. `mine`: whether a task belongs there, for the count beside it.
 * @type {{page: PageName, label: string, shown: string, key: string, mine: (task: Task) => boolean}[]}
 */
export const SECTIONS = [
  section(1, "desk", "Tasks", () => true),
  section(2, "projects", "Photos", ({ project, params }) => !!project && params.project === project),
  section(3, "recordings", "Recordings", ({ related }) => related?.type === "recording"),
  section(4, "documents", "Documents", ({ source_id }) => source_id !== null),
];

/**
 * @param {number} digit @param {PageName} page @param {string} label
 * @param {(task: Task) => boolean} mine
 */
function section(digit, page, label, mine) {
  return { page, label, mine, shown: `Alt ${digit}`, key: `Alt+${digit}` };
}

/** @type {{[page in PageName]?: {folder: string, load: () => Promise<{page: PageModule}>}}} */
const MODULES = {
  projects: { folder: "photos", load: () => import("./photos/page.js") },
  recordings: { folder: "recordings", load: () => import("./recordings/page.js") },
  documents: { folder: "documents", load: () => import("./documents/page.js") },
};

/** Those that have come; null for one that could not be had.
 * @type {import("@preact/signals").Signal<{[page in PageName]?: PageModule|null}>} */
export const modules = signal({});
/** @type {Set<PageName>} */
const asked = new Set();

/** Fetch the page that somebody goes to, for as long as the page lives. */
export function followPages() {
  effect(() => {
    const { page } = route.value;
    if (!(page in MODULES) || modules.peek()[page]) return;
    if (!asked.has(page)) fetchPage(page);
  });
}

/** @param {PageName} page */
async function fetchPage(page) {
  const { folder, load } = MODULES[page] ?? {};
  if (!load) return;
  asked.add(page);
  try {
    const { page: module } = await load();
    await Promise.all((module.sheets ?? []).map((name) => addSheet(`./${folder}/${name}`)));
    modules.value = { ...modules.peek(), [page]: module };
  } catch (error) {
    console.warn(`The page of ${page} could not be fetched`, error);
    modules.value = { ...modules.peek(), [page]: null };
  }
  asked.delete(page);
}

/** A style sheet by its kept address; fulfilled once it holds. @param {string} name */
function addSheet(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = import.meta.resolve(name);
    link.onload = resolve;
    link.onerror = () => reject(new Error(`${name} does not come`));
    document.head.append(link);
  });
}

/** The areas of keys of the page that is shown. @returns {Area[]} */
export function areasOfPage() {
  const { page } = route.value;
  return (modules.value[page]?.areas ?? []).map((area) => ({ ...area, on: page }));
}

/** Hand events on. @param {StreamEvent[]} events */
export function notePages(events) {
  for (const module of Object.values(modules.peek())) module?.note?.(events);
}

/** The service's state was read anew, and what the pages have may be old. */
export function beginPages() {
  for (const module of Object.values(modules.peek())) module?.begin?.();
}

/** The tasks of which the page that is shown wants everything. @returns {number[]} */
export const wantedHere = () => modules.value[route.value.page]?.wants?.() ?? [];

/** @type {Key[]} */
export const SECTION_KEYS = SECTIONS.map(({ page, label, shown, key }) => ({
  keys: [key],
  shown,
  does: `Go to ${label}`,
  run: () => goTo(page),
  isChange: page !== "desk", // a second screen has no way there
}));

/** Whether a click on a link is one that the page answers by itself. @param {MouseEvent} event */
export const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }) =>
  button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;

/** The plain address of a section. @param {PageName} page */
export const hrefOf = (page) => PATHS[page];
