// The parts of the details of the task that is shown: one of them at a time.

import { html } from "htm/preact";
import { useLayoutEffect } from "preact/hooks";
import { shownTab, tab, tabs } from "../tabs.js";
import { Attempts } from "./attempts.js";
import { Items } from "./items.js";
import { Log } from "./log.js";
import { Params } from "./params.js";
import { Result } from "./result.js";
import { Timeline } from "./timeline.js";

/** @import {Task} from "../types.js" */

/** @type {Object<import("../tabs.js").Tab, any>} */
const PANELS = {
  log: Log,
  timeline: Timeline,
  attempts: Attempts,
  params: Params,
  result: Result,
  items: Items,
};

/** @param {{of: Task}} props */
export function Tabs({ of }) {
  const shown = shownTab.value;
  useLayoutEffect(() => {
    document.getElementById(`tab-${shown}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [shown]);
  return html`<div class="tabs">
    <div role="tablist" aria-label="Details" onKeyDown=${turn}>
      ${tabs.value.map((handle) => html`<${Handle} key=${handle.id} of=${handle}
          isShown=${handle.id === shown} count=${handle.id === "items" ? of.progress.failed : 0} />`)}
    </div>
    <div class="panel" id="panel" role="tabpanel" aria-labelledby="tab-${shown}">
      <${PANELS[shown]} key=${`${shown} ${of.id}`} of=${of} />
    </div>
  </div>`;
}

/** @param {{of: import("../tabs.js").Handle, isShown: boolean, count: number}} props */
function Handle({ of: { id, label, key }, isShown, count }) {
  return html`<button role="tab" id="tab-${id}" aria-controls="panel" aria-selected=${isShown}
      aria-keyshortcuts=${key} tabindex=${isShown ? 0 : -1} onClick=${() => (tab.value = id)}>
    ${label}${count ? html` <span class="count">${count > 999 ? "999+" : count}</span>` : null}
    <kbd>${key}</kbd></button>`;
}

/** ← and → go through the tabs. @param {KeyboardEvent} event */
function turn(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const ids = tabs.value.map(({ id }) => id);
  tab.value = ids[(ids.indexOf(shownTab.value) + by + ids.length) % ids.length];
  document.getElementById(`tab-${tab.value}`)?.focus();
}
