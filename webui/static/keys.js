// The keys of the page: one table of areas that the handler obeys, `?` shows and the palette finds.
// A feature exports its own list of keys; one line here adds it to an area.

import { canRetry, retry } from "./actions.js";
import { TASK_KEYS } from "./bulk.js";
import { CHANGE_KEYS } from "./changing.js";
import { chordOf, keyOf, lookingOnly } from "./chords.js";
import { DETAIL_KEYS } from "./detail/keys.js";
import { PALETTE_KEYS, offerCommands } from "./palette.js";
import { LANES_KEYS } from "./lanes.js";
import { QUEUE_KEYS } from "./queue.js";
import { LINE_KEYS } from "./reorder.js";
import { SELECTION_KEYS, leave } from "./selection.js";
import { UNDO_KEYS, untell } from "./undo.js";
import { isHelpOpen, move, notice, select, rows, state } from "./store.js";
import { NEW_TASK_KEYS } from "./new_task.js";
import { FILTER_KEYS } from "./filters.js";
import { SECTION_KEYS, areasOfPage } from "./pages.js";
import { ROUTE_KEYS, route } from "./route.js";
import { idsOf } from "./rows.js";
import { SCHEDULE_KEYS } from "./schedules.js";
import { askStop, keepRunning, stopping } from "./stopping.js";
import { WALL_KEYS, WALL_SETTINGS_KEYS, leaveWall } from "./wall/keys.js";
import { WALKING_KEYS } from "./walking.js";
import { TOAST_KEYS } from "./toasts.js";
import { zoomBy, zoomTo } from "./zoom.js";

/** @import {PageName} from "./addresses.js" */
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
const MORE_TASK_KEYS = [
  {
    keys: ["Shift+r"],
    shown: "Shift R",
    does: "Retry it from the start",
    when: () => canRetry("start"),
    run: () => retry("start"),
  },
  {
    keys: ["Alt+r"],
    shown: "Alt R",
    does: "Retry only what failed of it",
    when: () => canRetry("items"),
    run: () => retry("items"),
  },
];

/** @type {Key[]} */
const WINDOW_KEYS = [
  {
    keys: ["?"],
    shown: "?",
    does: "These keys",
    run: () => (isHelpOpen.value = !isHelpOpen.value),
  },
  {
    keys: ["q"],
    shown: "Q",
    does: "Stop Longhaul, after a question",
    run: askStop,
    isChange: true,
  },
  { keys: ["Escape"], shown: "Esc", does: "Close what is open", run: close, isMotion: true },
];

/** @type {Key[]} */
const ZOOM_KEYS = [
  { keys: ["Ctrl++", "Ctrl+="], shown: "Ctrl +", does: "Larger", run: () => zoomBy(1) },
  { keys: ["Ctrl+-"], shown: "Ctrl −", does: "Smaller", run: () => zoomBy(-1) },
  { keys: ["Ctrl+0"], shown: "Ctrl 0", does: "As it was", run: () => zoomTo(1) },
].map((key) => ({ ...key, everywhere: true }));

/** Where the line at the top is. @type {PageName[]} */
const SEATED = ["desk", "projects", "recordings", "documents"];

/** All of them; what a page brings stands before. A chord that stands twice means the first one that is possible. @type {Area[]} */
export const AREAS = [
  { name: "The big screen", on: "wall", keys: WALL_KEYS },
  {
    name: "Start something",
    on: "desk",
    isChange: true,
    keys: [...NEW_TASK_KEYS, ...SCHEDULE_KEYS],
  },
  { name: "Go through the tasks", on: "desk", keys: MOTIONS },
  { name: "What the list shows", on: "desk", keys: [...WALKING_KEYS, ...FILTER_KEYS] },
  { name: "Do something", on: SEATED, keys: [...PALETTE_KEYS, ...UNDO_KEYS] },
  {
    name: "The task that is shown, or all that are selected",
    on: "desk",
    isChange: true,
    keys: [...TASK_KEYS, ...CHANGE_KEYS, ...MORE_TASK_KEYS],
  },
  {
    name: "Its details",
    on: "desk",
    keys: DETAIL_KEYS,
  },
  { name: "The waiting line", on: "desk", isChange: true, keys: LINE_KEYS },
  { name: "Select several", on: "desk", isChange: true, keys: SELECTION_KEYS },
  { name: "The queue", on: "desk", isChange: true, keys: [...QUEUE_KEYS, ...LANES_KEYS] },
  { name: "The pages", keys: [...SECTION_KEYS, ...ROUTE_KEYS] },
  {
    name: "The window",
    keys: [...WALL_SETTINGS_KEYS, ...WINDOW_KEYS, ...TOAST_KEYS, ...ZOOM_KEYS],
  },
];
/** Those of the page that is shown, as far as it may do what they do. */
export function areasHere() {
  const { page } = route.value;
  const common = AREAS.filter(({ on = page }) => (Array.isArray(on) ? on.includes(page) : on === page));
  const here = [...areasOfPage(), ...common];
  return state.value?.isReadOnly ? lookingOnly(here) : here;
}

offerCommands(areasHere);

/** What is open over the page goes; when nothing was, the selection is left. */
function close() {
  const wasOpen = isHelpOpen.value || notice.value !== "" || stopping.value === "asking";
  leaveWall();
  isHelpOpen.value = false;
  keepRunning();
  notice.value = "";
  if (!wasOpen && !leave()) untell();
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
