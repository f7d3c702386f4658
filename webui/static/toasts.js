// Short messages that come and go: which are shown, for how long, and that each is shown once.
// Drawn by views/toasts.js; what completions become is in arrivals.js.

import { signal } from "@preact/signals";
import { alone, keep, kept } from "./kept.js";

/** @import {Key} from "./chords.js" */

/**
 * @typedef {object} Toast
 * @property {string} key  the same key is shown once in this browser, reloads included
 * @property {string} title
 * @property {string} [text]
 * @property {"done"|"failed"|"running"|"plain"} [tone]
 * @property {{label: string, go: () => void}} [link]  where it leads; it is gone afterwards
 * @property {boolean} [stays]  until somebody dismisses it
 * @property {boolean} [again]  may be shown another time under its key
 */

/** Shown at a time; the oldest makes room. */
export const MOST = 4;
/** Milliseconds for which one is shown; longer when there is more to read or to repair. */
const SHOWN_MS = { plain: 7000, running: 9000, done: 9000, failed: 20_000 };
/** Keys that are remembered. */
const REMEMBERED = 600;

/** Those that are shown, oldest first. @type {import("@preact/signals").Signal<Toast[]>} */
export const toasts = signal([]);
/** Somebody reads or is about to press one: none goes meanwhile. */
export const areHeld = signal(false);
/** {key: milliseconds left}. @type {Map<string, number>} */
const left = new Map();

/** Show a toast, unless it was shown before. @param {Toast} toast */
export async function toast(toast) {
  if (toast.again || (await claimed([toast.key])).length) show(toast);
}

/**
 * Those of `keys` that no tab of this browser has claimed before; they are ours now.
 * @param {string[]} keys @returns {Promise<string[]>}
 */
export async function claimed(keys) {
  /** @type {string[]} */ let ours = [];
  await alone("told", () => {
    /** @type {string[]} */ const told = kept("told", []);
    ours = keys.filter((key, i) => !told.includes(key) && keys.indexOf(key) === i);
    if (ours.length) keep("told", [...told, ...ours].slice(-REMEMBERED));
  });
  return ours;
}

/** @param {Toast} toast */
function show(toast) {
  const others = toasts.value.filter(({ key }) => key !== toast.key);
  const all = [...others, toast];
  for (const { key } of all.slice(0, -MOST)) left.delete(key);
  toasts.value = all.slice(-MOST);
  if (!toast.stays) left.set(toast.key, SHOWN_MS[toast.tone ?? "plain"]);
}

/** @param {string} key */
export function dismiss(key) {
  left.delete(key);
  toasts.value = toasts.value.filter((each) => each.key !== key);
}

/** The newest one goes; whether there was one. */
export function dismissLast() {
  const last = toasts.value.at(-1);
  if (last) dismiss(last.key);
  return Boolean(last);
}

/** Let time pass for those that are seen. @param {number} ms */
export function age(ms) {
  if (areHeld.value || document.hidden) return;
  for (const [key, rest] of left) {
    if (rest > ms) left.set(key, rest - ms);
    else dismiss(key);
  }
}

/** The first control of the newest toast takes the focus. */
function focusLast() {
  const all = document.querySelectorAll(".toast");
  const control = all[all.length - 1]?.querySelector("button");
  if (control) control.focus();
}

/** @type {Key[]} */
export const TOAST_KEYS = [
  {
    keys: ["t"],
    shown: "T",
    does: "To the newest message; Esc puts it away",
    when: () => toasts.value.length > 0,
    run: focusLast,
  },
];
