// The keys of the page: one table that the handler obeys and the help shows.

import { act, askCancel, toggleOf } from "./actions.js";
import { confirming, isHelpOpen, move, notice, select, task, rows } from "./store.js";
import { idsOf } from "./rows.js";
import { askStop, keepRunning } from "./stopping.js";
import { tab } from "./tabs.js";
import { zoomBy, zoomTo } from "./zoom.js";

/** @typedef {{keys: string[], shown: string, does: string, run: () => void}} Key */

const PAGE = 10;

/** @type {Key[]} */
export const KEYS = [
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
  {
    keys: ["?"],
    shown: "?",
    does: "These keys",
    run: () => (isHelpOpen.value = !isHelpOpen.value),
  },
  { keys: ["q"], shown: "Q", does: "Stop Longhaul, after a question", run: askStop },
  { keys: ["Escape"], shown: "Esc", does: "Close what is open", run: close },
];
/** With Ctrl (or ⌘). @type {Key[]} */
export const ZOOM_KEYS = [
  { keys: ["+", "="], shown: "Ctrl +", does: "Larger", run: () => zoomBy(1) },
  { keys: ["-"], shown: "Ctrl −", does: "Smaller", run: () => zoomBy(-1) },
  { keys: ["0"], shown: "Ctrl 0", does: "As it was", run: () => zoomTo(1) },
];

function close() {
  isHelpOpen.value = false;
  confirming.value = null;
  keepRunning();
  notice.value = "";
}

/** Obey keys from now on, wherever the focus is. */
export function listen() {
  document.addEventListener("keydown", (event) => {
    const isZoom = event.ctrlKey || event.metaKey;
    if (event.altKey || event.defaultPrevented || (!isZoom && keepsItsKeys(event))) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const key = (isZoom ? ZOOM_KEYS : KEYS).find(({ keys }) => keys.includes(name));
    if (!key) return;
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
  if (!(target instanceof HTMLElement) || key === "Escape") return false;
  if (target.closest("input, select, textarea, [contenteditable]")) return true;
  if (key === " " || key === "Enter") return Boolean(target.closest("button, summary, a"));
  const scrolls = /^(Arrow|Page|Home|End)/.test(key);
  return scrolls && Boolean(target.closest("[data-scrolls], [role=tab]"));
}
