// The keys of the page: one table of areas that the handler obeys, `?` shows and the palette finds.
// A feature exports its own list of keys; one line here adds it to an area.

import { act, askCancel, toggleOf } from "./actions.js";
import { chordOf, keyOf } from "./chords.js";
import { confirming, isHelpOpen, move, notice, select, task, rows } from "./store.js";
import { NEW_TASK_KEYS } from "./new_task.js";
import { ROUTE_KEYS, route } from "./route.js";
import { idsOf } from "./rows.js";
import { askStop, keepRunning } from "./stopping.js";
import { tab } from "./tabs.js";
import { WALL_KEYS, leaveWall } from "./wall/keys.js";
import { TOAST_KEYS } from "./toasts.js";
import { zoomBy, zoomTo } from "./zoom.js";

/** @import {Area} from "./chords.js" */
/** @typedef {import("./chords.js").Key} Key */

const PAGE = 10;

/** @type {Key[]} */
const MOTIONS = [
  { keys: ["ArrowUp", "k"], shown: "↑", does: "The task above", run: () => move(-1) },
  { keys: ["ArrowDown", "j"], shown: "↓", does: "The task below", run: () => move(1) },
  { keys: ["PageUp"], shown: "Page ↑", does: "Ten tasks up", run: () => move(-PAGE) },
  { keys: ["PageDown"], shown: "Page ↓", does: "Ten tasks down", run: () => move(PAGE) },
  {
    keys: ["Home"],
    shown: "Home",
    does: "The first task",
    run: () => select(idsOf(rows.value)[0] ?? null),
  },
  {
    keys: ["End"],
    shown: "End",
    does: "The last task",
    run: () => select(idsOf(rows.value).at(-1) ?? null),
  },
].map((key) => ({ ...key, isMotion: true }));

/** @type {Key[]} */
const TASK_KEYS = [
  {
    keys: [" "],
    shown: "Space",
    does: "Pause or resume it",
    run: () => act(task.value && toggleOf(task.value)),
  },
  { keys: ["s"], shown: "S", does: "Start it, when it is held", run: () => act("start") },
  { keys: ["r"], shown: "R", does: "Retry it, or run it again", run: () => act("retry") },
  { keys: ["x"], shown: "X", does: "Cancel it, after a question", run: askCancel },
  { keys: ["1"], shown: "1", does: "Its log", run: () => (tab.value = "log") },
  { keys: ["2"], shown: "2", does: "Its parameters", run: () => (tab.value = "params") },
  { keys: ["3"], shown: "3", does: "Its result", run: () => (tab.value = "result") },
];

/** @type {Key[]} */
const WINDOW_KEYS = [
  {
    keys: ["?"],
    shown: "?",
    does: "These keys",
    run: () => (isHelpOpen.value = !isHelpOpen.value),
  },
  { keys: ["q"], shown: "Q", does: "Stop Longhaul, after a question", run: askStop },
  { keys: ["Escape"], shown: "Esc", does: "Close what is open", run: close, isMotion: true },
];

/** @type {Key[]} */
const ZOOM_KEYS = [
  { keys: ["Ctrl++", "Ctrl+="], shown: "Ctrl +", does: "Larger", run: () => zoomBy(1) },
  { keys: ["Ctrl+-"], shown: "Ctrl −", does: "Smaller", run: () => zoomBy(-1) },
  { keys: ["Ctrl+0"], shown: "Ctrl 0", does: "As it was", run: () => zoomTo(1) },
].map((key) => ({ ...key, everywhere: true }));

/** All of them. A chord that stands twice means the first one that is possible. @type {Area[]} */
export const AREAS = [
  { name: "The big screen", on: "wall", keys: WALL_KEYS },
  { name: "Start something", on: "desk", keys: NEW_TASK_KEYS },
  { name: "Go through the tasks", on: "desk", keys: MOTIONS },
  { name: "The task that is shown", on: "desk", keys: TASK_KEYS },
  { name: "The window", keys: [...ROUTE_KEYS, ...WINDOW_KEYS, ...TOAST_KEYS, ...ZOOM_KEYS] },
];
/** Those of the page that is shown. */
export const areasHere = () => AREAS.filter(({ on = route.value.page }) => on === route.value.page);

function close() {
  leaveWall();
  isHelpOpen.value = false;
  confirming.value = null;
  keepRunning();
  notice.value = "";
}

/** Obey keys from now on, wherever the focus is. */
export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyOf(areasHere(), chordOf(event));
    if (!key || (!key.everywhere && keepsItsKeys(event))) return;
    event.preventDefault();
    key.run();
  });
  document.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      if (event.deltaY) zoomBy(event.deltaY < 0 ? 1 : -1);
    },
    { passive: false },
  );
}

/**
 * Whether the focus is on something that this key means something else to.
 * @param {KeyboardEvent} event
 */
function keepsItsKeys({ target, key }) {
  // a dialog over the page has its own keys, Escape too
  if (document.querySelector("dialog[open]")) return true;
  if (!(target instanceof HTMLElement) || key === "Escape") return false;
  if (target.closest("input, select, textarea, [contenteditable]")) return true;
  if (key === " " || key === "Enter") return Boolean(target.closest("button, summary, a"));
  const scrolls = /^(Arrow|Page|Home|End)/.test(key);
  return scrolls && Boolean(target.closest("[data-scrolls], [role=tab]"));
}
