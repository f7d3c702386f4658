// The command palette: every command that is possible now and every task, found by a few letters.
// What fits best is found in steer/ranking.js; drawn by views/palette.js.

import { computed, signal } from "@preact/signals";
import { goTo, route } from "./route.js";
import { best, used } from "./steer/ranking.js";
import { select, selected, state } from "./store.js";

/** @import {Area, Key} from "./chords.js" */
/** @import {Task} from "./types.js" */

/** @typedef {{id: string, text: string, area: string, shown: string, task?: Task, run: () => unknown}}
 *   Entry */

/** Entries that are offered at a time. */
const MOST = 50;
const KEPT = "longhaul.palette";

export const isPaletteOpen = signal(false);
export const typed = signal("");
/** The entry at hand. */
export const at = signal(0);
/** The areas of keys, given by keys.js, which this module cannot import. @type {() => Area[]} */
let areas = () => [];
/** Ids of what was used last. @type {string[]} */
let recent = remembered();

/** @param {() => Area[]} given */
export const offerCommands = (given) => (areas = given);

/** What is possible now, made when the palette opens and when the tasks change. */
const commands = computed(() => {
  if (!isPaletteOpen.value) return [];
  state.value; // read only to be made again with it
  return areas().flatMap(({ name, keys }) =>
    keys.filter(isPossible).map((key) => ({
      id: key.does,
      text: key.does,
      area: name,
      shown: key.shown,
      run: key.run,
    })),
  );
});

/** @param {Key} key */
const isPossible = (key) => !key.isMotion && key.does !== OPEN && (key.when?.() ?? true);

/** What fits what was typed, best first. @returns {Entry[]} */
export const entries = computed(() => {
  const text = typed.value;
  const found = best(text, commands.value, recent, MOST);
  if (!text.trim()) return found;
  return [...found, ...best(text, tasks(), recent, MOST)].slice(0, MOST);
});

/** @returns {Entry[]} */
function tasks() {
  return [...(state.value?.tasks.values() ?? [])].map((task) => ({
    id: `task ${task.id}`,
    text: `${task.title} #${task.id}`,
    area: "Task",
    shown: task.shown_status,
    task,
    run: () => {
      if (route.peek().page !== "desk") goTo("desk");
      select(task.id);
      focusList();
    },
  }));
}

function focusList() {
  const list = document.querySelector("[role=grid]");
  if (list instanceof HTMLElement) list.focus({ preventScroll: true });
}

export function openPalette() {
  if (isPaletteOpen.value) return closePalette();
  typed.value = "";
  at.value = 0;
  isPaletteOpen.value = true;
  return undefined;
}

export function closePalette() {
  isPaletteOpen.value = false;
}

/** @param {string} text */
export function type(text) {
  typed.value = text;
  at.value = 0;
}

/** Go through the entries, round at the ends. @param {number} by */
export function step(by) {
  const n = entries.value.length;
  if (n) at.value = (at.value + by + n) % n;
}

/** Do one of them: the palette is gone before, so that the focus is where it was. @param {Entry} entry */
export function choose(entry) {
  recent = used(recent, entry.id);
  try {
    localStorage.setItem(KEPT, JSON.stringify(recent));
  } catch {
    // it is remembered for as long as the page lives
  }
  closePalette();
  const before = selected.value;
  setTimeout(() => {
    if (selected.value === before || entry.task) entry.run();
  });
}

/** @returns {string[]} */
function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

const OPEN = "Find a command or a task";
/** @type {Key[]} */
export const PALETTE_KEYS = [
  {
    keys: ["Ctrl+k", "Ctrl+Shift+p"],
    shown: "Ctrl K",
    does: OPEN,
    run: openPalette,
    everywhere: true,
  },
];
