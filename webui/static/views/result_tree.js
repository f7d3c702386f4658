// A JSON value as a tree that folds. A long list shows its beginning and asks for more.

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { whole } from "../format.js";

/** Members of one value that are shown at a time, and depth to which it is open at first. */
const STEP = 100;
const OPEN = 2;

/** @param {{value: unknown}} props */
export function Tree({ value }) {
  return html`<div class="tree mono" tabindex="0" data-scrolls role="group" aria-label="Result">
    <${Node} name=${null} value=${value} depth=${0} />
  </div>`;
}

/** @param {{name: string|null, value: unknown, depth: number}} props */
function Node({ name, value, depth }) {
  const [isOpen, setOpen] = useState(depth < OPEN);
  const [shown, setShown] = useState(STEP);
  const label = name === null ? null : html`<span class="key">${name}</span>`;
  if (typeof value !== "object" || value === null)
    return html`<p class="leaf">${label}<${Leaf} value=${value} /></p>`;
  const isList = Array.isArray(value);
  const names = isList ? null : Object.keys(value);
  const count = isList ? value.length : (names?.length ?? 0);
  const said = isList ? `[ ${whole(count)} ]` : `{ ${whole(count)} }`;
  const members = Array.from({ length: Math.min(shown, count) }, (_, i) => names?.[i] ?? String(i));
  return html`<div class="node">
    <button aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}
        aria-label=${`${name ?? "Result"}, ${whole(count)} ${isList ? "entries" : "members"}`}>
      <i>${isOpen ? "▾" : "▸"}</i>${label}<span class="muted">${said}</span></button>
    ${
      isOpen
        ? html`<div class="members">
          ${members.map(
            (each) => html`<${Node} key=${each} name=${each} depth=${depth + 1}
              value=${/** @type {any} */ (value)[each]} />`,
          )}
          ${
            count > shown
              ? html`<button class="more" onClick=${() => setShown(shown + 10 * STEP)}>… ${whole(
                  count - shown,
                )} more</button>`
              : null
          }
        </div>`
        : null
    }
  </div>`;
}

/** @param {{value: unknown}} props */
function Leaf({ value }) {
  const kind = value === null ? "null" : typeof value;
  return html`<span class="value ${kind}">${
    typeof value === "string" ? JSON.stringify(value) : String(value)
  }</span>`;
}
