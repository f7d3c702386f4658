// Log, parameters and result of the task that is shown.

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { log, result } from "../following.js";
import { clockSeconds, plain, spaced } from "../format.js";
import { shownTab, tab, tabs } from "../tabs.js";

/** @import {LogLine, Task} from "../types.js" */

/** @param {{of: Task}} props */
export function Tabs({ of }) {
  const shown = shownTab.value;
  return html`<div class="tabs">
    <div role="tablist" aria-label="Details" onKeyDown=${turn}>
      ${tabs.value.map((of) => html`<${Handle} of=${of} isShown=${of.id === shown} />`)}
    </div>
    <div class="panel" id="panel" role="tabpanel" aria-labelledby="tab-${shown}">
      ${
        shown === "log"
          ? html`<${Log} />`
          : shown === "params"
            ? html`<${Params} of=${of} />`
            : html`<${Result} />`
      }
    </div>
  </div>`;
}

/** @param {{of: import("../tabs.js").Handle, isShown: boolean}} props */
function Handle({ of: { id, label, key }, isShown }) {
  return html`<button role="tab" id="tab-${id}" aria-controls="panel" aria-selected=${isShown}
      aria-keyshortcuts=${key} tabindex=${isShown ? 0 : -1} onClick=${() => (tab.value = id)}>
    ${label} <kbd>${key}</kbd></button>`;
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

/** Its lines as they come; it stays at the end unless the person scrolled up. */
function Log() {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const isAtEnd = useRef(true);
  const { id, lines, isWhole } = log.value;
  useLayoutEffect(() => {
    isAtEnd.current = true;
  }, [id]);
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  const note = () => {
    if (!box.current) return;
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
  };
  if (!lines.length) {
    const why = isWhole ? "It has written nothing so far." : "Reading …";
    return html`<p class="muted nothing">${why}</p>`;
  }
  return html`<div class="log mono" ref=${box} role="log" tabindex="0" data-scrolls
      aria-label="Log" onScroll=${note}>
    ${lines.map((line) => html`<${Line} key=${line.id} line=${line} />`)}
  </div>`;
}

/** @param {{line: LogLine}} props */
function Line({ line: { at, level, message } }) {
  const isLoud = level === "warning" || level === "error";
  return html`<p class=${level}><time>${clockSeconds(at)}</time>${
    isLoud ? html`<b>${level} </b>` : null
  }${message}</p>`;
}

/** @param {{of: Task}} props */
function Params({ of: { params } }) {
  const names = Object.keys(params);
  if (!names.length) return html`<p class="muted nothing">It takes none.</p>`;
  return html`<dl class="params" tabindex="0" data-scrolls aria-label="Parameters">
    ${names.map(
      (name) => html`<div key=${name}><dt>${spaced(name)}</dt><dd
        class="mono">${plain(params[name])}</dd></div>`,
    )}
  </dl>`;
}

function Result() {
  const { text, isCut } = result.value ?? { text: "", isCut: false };
  return html`<pre class="mono" tabindex="0" data-scrolls
      aria-label="Result">${text}${isCut ? "\n… longer than is shown here" : ""}</pre>`;
}
