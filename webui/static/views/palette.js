// The command palette: a field, and the list of what it finds. All by keys.

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { at, choose, closePalette, entries, isPaletteOpen, step, type, typed } from "../palette.js";
import { Glyph, lookOf } from "./glyph.js";
import { Modal } from "./modal.js";

/** @import {Entry} from "../palette.js" */

export function Palette() {
  return isPaletteOpen.value ? html`<${Open} />` : null;
}

function Open() {
  const list = useRef(/** @type {HTMLElement|null} */ (null));
  const found = entries.value;
  const current = Math.min(at.value, found.length - 1);
  useLayoutEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: "nearest" });
  }, [current, found]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (by) step(by);
    else if (event.key === "Enter" && found[current]) choose(found[current]);
    else return;
    event.preventDefault();
  };
  return html`<${Modal} label="Find a command or a task" kind="palette" onClose=${closePalette}>
    <div class="ask">
      <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.6" /><path
          d="m10.6 10.6 3.6 3.6" /></svg>
      <input data-first role="combobox" aria-expanded="true" aria-controls="palette-list"
        aria-autocomplete="list" aria-label="Find a command or a task" autocomplete="off"
        spellcheck="false" placeholder="What would you like to do?" value=${typed.value}
        aria-activedescendant=${found.length ? `palette-${current}` : undefined}
        onKeyDown=${onKeyDown}
        onInput=${(/** @type {InputEvent} */ { target }) =>
          type(/** @type {HTMLInputElement} */ (target).value)} />
      <kbd>Esc</kbd>
    </div>
    <div class="found" id="palette-list" role="listbox" aria-label="Commands and tasks" ref=${list}>
      ${found.map((entry, i) => html`<${Found} key=${entry.id} entry=${entry} i=${i} isAt=${i === current} />`)}
    </div>
    ${found.length ? null : html`<p class="nothing" role="status">Nothing fits these letters.</p>`}
  </${Modal}>`;
}

/** @param {{entry: Entry, i: number, isAt: boolean}} props */
function Found({ entry, i, isAt }) {
  const { task } = entry;
  const look = task && lookOf(task);
  return html`<div class="entry ${look?.tone ?? ""}" id="palette-${i}" role="option"
      aria-selected=${isAt} onClick=${() => choose(entry)} onPointerMove=${() => (at.value = i)}>
    ${look ? html`<${Glyph} name=${look.glyph} />` : null}
    <span class="what">${task ? task.title : entry.text}</span>
    <span class="where">${task ? `${look?.word} · #${task.id}` : entry.area}</span>
    ${task ? null : html`<kbd>${entry.shown}</kbd>`}
  </div>`;
}
