// The strip at the foot of the wall: what needs a person, the worst first, the others in turn.

import { html } from "htm/preact";
import { zoom } from "../zoom.js";
import { headline } from "./needs.js";
import { needs, tick, width } from "./state.js";
import { emOf } from "./widths.js";

/** @import {Need} from "./needs.js" */

const [BODY, SMALL] = [2.65, 2.15];

export function Strip() {
  const all = needs.value;
  const need = all[tick.value % all.length];
  if (!need) return null;
  const { lead, text, since } = worded(need, headline(all), width.value - 4.2 - 5.2 / zoom.value);
  return html`<section class="wall-need ${need.tone}" role="status" aria-label="Needs you">
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 2.6 22.4 21H1.6Z" stroke-width="2.4" stroke-linejoin="round" />
      <path d="M12 9.4v5" stroke-width="2.6" stroke-linecap="round" />
      <circle cx="12" cy="17.7" r="1.45" />
    </svg>
    <b>${lead}</b>
    ${text ? html`<p title=${text}>${text}</p>` : null}
    ${since ? html`<span class="since">${since}</span>` : null}
  </section>`;
}

/**
 * As many of the words as have room: the text may be shortened, but not to nothing.
 * @param {Need} need @param {string} whole what the strip begins with @param {number} room in rem
 */
function worded({ word, text, since }, whole, room) {
  const of = (/** @type {string} */ said, /** @type {number} */ size) => emOf(said) * size + 1.6;
  const least = Math.min(emOf(text), 12) * BODY;
  const leads = whole === word ? [whole] : [whole, word];
  for (const lead of leads) {
    const left = room - of(lead, BODY);
    if (since && left - of(since, SMALL) > emOf(text) * BODY) return { lead, text, since };
    if (left > least) return { lead, text, since: "" };
  }
  const lead = leads[leads.length - 1];
  return { lead, text: room - of(lead, BODY) > 4 * BODY ? text : "", since: "" };
}
