// What happened to the task that is shown, the latest first.

import { html } from "htm/preact";
import { goBack, history } from "../detail/history.js";
import { sentences } from "../detail/timeline.js";
import { clock, moment } from "../format.js";
import { now } from "../store.js";
import { Glyph } from "./glyph.js";

/** @import {Entry} from "../detail/timeline.js" */

export function Timeline() {
  const { events, before, isRead } = history.value;
  if (!isRead) return html`<p class="muted none-yet">Reading …</p>`;
  const entries = sentences(events).reverse();
  return html`<div class="timeline" tabindex="0" data-scrolls aria-label="Timeline" role="group">
    <ol>${entries.map((entry, i) => html`<${Row} key=${`${entry.id} ${entry.text}`} entry=${entry}
        after=${entries[i - 1]} />`)}</ol>
    ${entries.length ? null : html`<p class="muted">Nothing that is still kept.</p>`}
    ${before ? html`<button class="button" onClick=${goBack}>Earlier</button>` : null}
  </div>`;
}

/** @param {{entry: Entry, after?: Entry}} props */
function Row({ entry: { at, glyph, tone, text }, after }) {
  const day = new Date(at).toDateString();
  const isNewDay = after
    ? new Date(after.at).toDateString() !== day
    : new Date(now.value).toDateString() !== day;
  return html`<li class=${tone}>
    <time dateTime=${new Date(at).toISOString()} title=${new Date(at).toLocaleString("en-GB")}>${
      isNewDay ? moment(at, now.value) : clock(at)
    }</time>
    <${Glyph} name=${glyph} /><span>${text}</span>
  </li>`;
}
