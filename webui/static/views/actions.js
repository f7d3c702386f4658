// What can be done with the task that is shown: the usual as buttons, the rest in a menu.

import { html } from "htm/preact";
import { act, askCancel, askClear, isOffered, retry, toggleOf } from "../actions.js";
import { askChange } from "../changing.js";
import { moveBy, raise } from "../reorder.js";
import { retriesOf } from "../steer/verbs.js";
import { busy, types } from "../store.js";
import { Menu } from "./menu.js";

/** @import {Task} from "../types.js" */
/** @import {Item} from "./menu.js" */

/**
 * Pausing and resuming share a place, so that the focus stays on it.
 * @param {{of: Task}} props
 */
export function Actions({ of }) {
  const toggle = toggleOf(of);
  const retries = retriesOf(of, types.value.get(of.type));
  const [usual] = retries;
  const isOpen = ["queued", "running", "paused"].includes(of.status);
  return html`<div class="actions">
    ${isOffered(of, "start") && button("start", "Start", "S", "s", () => act("start"))}
    ${
      toggle &&
      button("toggle", toggleLabel(of, toggle), "Space", "Space", () => act(toggle))
    }
    ${usual && button("retry", usual.label, "R", "r", () => retry())}
    ${isOffered(of, "cancel") && button("cancel", "Cancel", "X", "x", askCancel)}
    ${isOffered(of, "clear") && button("clear", "Clear", "Del", "Delete", askClear)}
    <${Menu} key="more" label="More" name="More to do with this task" items=${more(of, retries)} />
    ${isOpen ? html`<${Priority} key="priority" of=${of} />` : null}
  </div>`;
}

/** @param {Task} of @param {"pause"|"resume"} toggle */
function toggleLabel({ canary }, toggle) {
  if (toggle === "pause") return "Pause";
  return canary?.state === "waiting" ? "Looks good, go on" : "Resume";
}

/** @param {string} key @param {string} label @param {string} shown @param {string} keys
 * @param {() => unknown} run */
function button(key, label, shown, keys, run) {
  return html`<button key=${key} class="button" aria-keyshortcuts=${keys}
      aria-disabled=${busy.value !== "" && busy.value === key} onClick=${run}>
    ${label} <kbd>${shown}</kbd></button>`;
}

/** @param {{of: Task}} props */
function Priority({ of }) {
  return html`<span class="stepper" role="group" aria-label="Priority">
    <button class="button" aria-label="Lower the priority" aria-keyshortcuts="-"
        onClick=${() => raise(-1)}>−</button>
    <button class="button value" title="Change the priority"
        onClick=${() => askChange("priority")}><span class="muted">Priority</span>${` ${of.priority}`}</button>
    <button class="button" aria-label="Raise the priority" aria-keyshortcuts="Plus"
        onClick=${() => raise(1)}>+</button>
  </span>`;
}

/** @param {Task} of @param {ReturnType<typeof retriesOf>} retries @returns {Item[]} */
function more(of, retries) {
  const canRetry = (/** @type {string} */ way) => retries.some(({ id }) => id === way);
  /** @type {Item[]} */
  const items = [{ label: "Change …", shown: "E", run: () => askChange() }];
  if (isOffered(of, "hold")) items.push({ label: "Hold", shown: "H", run: () => act("hold") });
  if (of.status !== "completed" && canRetry("start"))
    items.push({ label: "Retry from the start", shown: "Shift R", run: () => retry("start") });
  if (canRetry("items"))
    items.push({ label: "Retry only what failed", shown: "Alt R", run: () => retry("items") });
  if (of.allowed.includes("move"))
    items.push(
      { label: "To the top", shown: "Alt Home", run: () => moveBy(-Infinity) },
      { label: "Up", shown: "Alt ↑", run: () => moveBy(-1) },
      { label: "Down", shown: "Alt ↓", run: () => moveBy(1) },
      { label: "To the bottom", shown: "Alt End", run: () => moveBy(Infinity) },
    );
  return items;
}
