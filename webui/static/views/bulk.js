// The bar of what can be done with the chosen tasks: each verb with the number it applies to.

import { html } from "htm/preact";
import { actOnChosen, offered } from "../bulk.js";
import { whole } from "../format.js";
import { raise } from "../reorder.js";
import { everything, howMany, leave } from "../selection.js";
import { DEEDS } from "../steer/verbs.js";
import { busy } from "../store.js";

/** @type {Object<string, string>} */
const KEY_OF = {
  start: "S",
  pause: "Space",
  resume: "Space",
  retry: "R",
  hold: "H",
  top: "Alt Home",
  cancel: "X",
  clear: "Del",
};

export function BulkBar() {
  const n = howMany.value;
  if (!n) return null;
  const all = offered.value;
  const hasPause = all.some(({ deed }) => deed === "pause");
  const words = everything.value ? `All ${whole(n)} matching` : `${whole(n)} selected`;
  return html`<div class="bulk" role="toolbar" aria-label=${`${words}: what to do with them`}>
    <b>${words}</b>
    ${all.map((offer) =>
      offer.deed === "priority"
        ? html`<${Priority} key="priority" count=${offer.count} />`
        : html`<${Deed} key=${offer.deed} offer=${offer}
            shown=${offer.deed === "resume" && hasPause ? "" : KEY_OF[offer.deed]} />`,
    )}
    <button class="button leave" aria-keyshortcuts="Escape" onClick=${leave}>
      <span class="unseen">Select nothing</span>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8" /></svg>
      <kbd>Esc</kbd>
    </button>
  </div>`;
}

/** @param {{offer: import("../bulk.js").Offer, shown: string}} props */
function Deed({ offer: { deed, count }, shown }) {
  const isGrave = deed === "cancel" || deed === "clear";
  return html`<button class="button ${isGrave ? "grave" : ""}" aria-disabled=${busy.value === deed}
      onClick=${() => actOnChosen(deed)}>
    ${DEEDS[deed].label} <span class="count">${whole(count)}</span>
    ${shown ? html`<kbd>${shown}</kbd>` : null}</button>`;
}

/** @param {{count: number}} props */
function Priority({ count }) {
  return html`<span class="stepper" role="group" aria-label="Priority of ${whole(count)}">
    <button class="button" aria-label="Lower the priority" onClick=${() => raise(-1)}>−</button>
    <span>Priority <span class="count">${whole(count)}</span></span>
    <button class="button" aria-label="Raise the priority" onClick=${() => raise(1)}>+</button>
  </span>`;
}
