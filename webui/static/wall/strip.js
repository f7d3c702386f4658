// The strip at the foot of the wall: what needs a person, the worst first, the others in turn; and
// for a moment what has just ended.

import { html } from "htm/preact";
import { zoom } from "../zoom.js";
import { headline } from "./needs.js";
import { needs, told, width } from "./state.js";
import { emOf } from "./widths.js";

/** @import {Need} from "./needs.js" */

const [BODY, SMALL] = [2.65, 2.15];

export function Strip() {
  const need = told.value;
  if (!need) return null;
  const hasEnded = need.tone === "completed" || !needs.value.includes(need);
  const lead = need.isLoss || hasEnded ? need.word : headline(needs.value);
  const room = width.value - 4.2 - 5.2 / zoom.value;
  const { lead: said, text, since } = worded(need, lead, room);
  const mark = need.tone === "completed" ? CHECK : TRIANGLE;
  return html`<section class="wall-need ${need.tone}" role="status"
      aria-label=${hasEnded ? "Just ended" : "Needs you"}>
    ${emOf(said) * BODY < room ? mark : null}
    <b>${said}</b>
    ${text ? html`<p title=${need.text}>${text}</p>` : null}
    ${since ? html`<span class="since">${since}</span>` : null}
  </section>`;
}

const TRIANGLE = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M12 2.6 22.4 21H1.6Z" stroke-width="2.4" stroke-linejoin="round" />
  <path d="M12 9.4v5" stroke-width="2.6" stroke-linecap="round" />
  <circle cx="12" cy="17.7" r="1.45" />
</svg>`;
const CHECK = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="m4 12.6 5.4 5.4L20.4 6.4" stroke-width="3.2" stroke-linecap="round"
    stroke-linejoin="round" />
</svg>`;

/**
 * As many of the words as have room: why before since when. The text may be shortened, but not to
 * nothing.
 * @param {Need} need @param {string} whole what the strip begins with @param {number} room in rem
 */
function worded({ word, text, brief = text, since }, whole, room) {
  const of = (/** @type {string} */ said, /** @type {number} */ size) => emOf(said) * size + 1.6;
  const least = Math.min(emOf(text), 12) * BODY;
  const leads = whole === word ? [whole] : [whole, word];
  for (const lead of leads) {
    const left = room - of(lead, BODY);
    const said = [text, brief].find((words) => left > emOf(words) * BODY);
    if (said) {
      const hasSince = since && left - of(since, SMALL) > emOf(said) * BODY;
      return { lead, text: said, since: hasSince ? since : "" };
    }
    if (left > least) return { lead, text: brief, since: "" };
  }
  const lead = leads[leads.length - 1];
  return { lead, text: room - of(lead, BODY) > 4 * BODY ? brief : "", since: "" };
}
