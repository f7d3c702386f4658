// What was just done, told in a bar with the way back. Drawn by views/undo.js.

import { signal } from "@preact/signals";
import { UNDO_MS, added, living } from "./steer/undoing.js";

/** @import {Key} from "./chords.js" */
/** @import {Undoable} from "./steer/undoing.js" */

/** How long something without a way back is told, in milliseconds. */
const TOLD_MS = 6000;

/** @type {import("@preact/signals").Signal<Undoable[]>} */
export const undoables = signal([]);
/** What the bar says; the newest undoable belongs to it when `isUndoable`.
 * @type {import("@preact/signals").Signal<{text: string, isUndoable: boolean}|null>} */
export const told = signal(null);
let timer = 0;
let ends = 0;
let isHeld = false;

/**
 * Tell what was done.
 * @param {string} text
 * @param {{key: string, undo: () => unknown}} [back]  the way back; two with one key become one
 */
export function tell(text, back) {
  const now = Date.now();
  undoables.value = back ? added(undoables.value, { text, ...back }, now) : undoables.value;
  told.value = { text, isUndoable: Boolean(back) };
  end(back ? UNDO_MS : TOLD_MS);
}

/** @param {number} ms */
function end(ms) {
  clearTimeout(timer);
  ends = Date.now() + ms;
  if (!isHeld) timer = window.setTimeout(untell, ms);
}

/** The bar goes, and with it what could be taken back. */
export function untell() {
  const was = told.value !== null;
  isHeld = false;
  clearTimeout(timer);
  told.value = null;
  undoables.value = [];
  return was;
}

/** While somebody is about to press it, the bar stays. @param {boolean} held */
export function holdBar(held) {
  if (held === isHeld || !told.value) return;
  isHeld = held;
  clearTimeout(timer);
  if (held) undoables.value = undoables.value.map((one) => ({ ...one, until: Infinity }));
  else {
    const until = Math.max(ends, Date.now() + 2000);
    undoables.value = undoables.value.map((one) => ({ ...one, until }));
    timer = window.setTimeout(untell, until - Date.now());
  }
}

/** Whether something can be taken back now. */
export const canUndo = () => living(undoables.value, Date.now()).length > 0;

/** Take the last thing back. */
export async function undo() {
  const alive = living(undoables.value, Date.now());
  const last = alive.at(-1);
  undoables.value = alive.slice(0, -1);
  if (!last) return;
  isHeld = false;
  const isBack = await last.undo();
  if (isBack === false) return; // why not was told
  told.value = { text: `Taken back: ${last.text}`, isUndoable: canUndo() };
  end(TOLD_MS);
}

/** @type {Key[]} */
export const UNDO_KEYS = [
  {
    keys: ["Ctrl+z"],
    shown: "Ctrl Z",
    does: "Take the last thing back",
    when: canUndo,
    run: undo,
    isChange: true,
  },
];
