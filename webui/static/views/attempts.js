// The attempts of the task that is shown: how each ended, where, how long it took, and what can be
// done where one failed.

import { html } from "htm/preact";
import { attemptRows } from "../detail/attempts.js";
import { jobs } from "../detail/jobs.js";
import { clockSeconds, duration, moment, plain } from "../format.js";
import { now } from "../store.js";
import { Copy } from "./copy.js";
import { Glyph } from "./glyph.js";

/** @import {AttemptRow} from "../detail/attempts.js" */
/** @import {Task} from "../types.js" */

/** @param {{of: Task}} props */
export function Attempts({ of }) {
  const { id, jobs: known, isRead } = jobs.value;
  if (!isRead || id !== of.id) return html`<p class="muted none-yet">Reading …</p>`;
  const rows = attemptRows(of, known);
  if (!rows.length) return html`<p class="muted none-yet">None so far.</p>`;
  return html`<div class="attempts" tabindex="0" data-scrolls role="group" aria-label="Attempts">
    ${rows.map((row) => html`<${Row} key=${row.key} row=${row} />`)}
  </div>`;
}

/** @param {{row: AttemptRow}} props */
function Row({ row: { title, step, word, glyph, attempt } }) {
  const { error, cursor_from, cursor_to, pid, started_at, finished_at } = attempt;
  const from = Date.parse(started_at);
  const to = finished_at ? Date.parse(finished_at) : now.value;
  const isMoved = plain(cursor_from) !== plain(cursor_to) && cursor_to !== null;
  return html`<section class=${glyph}>
    <h3><${Glyph} name=${glyph} />${title}${step ? html` <span>${step}</span>` : null}
      <b>${word}</b></h3>
    <p class="muted">${[
      `${moment(from, now.value)} – ${finished_at ? clockSeconds(to) : "now"}`,
      duration((to - from) / 1000),
      `process ${pid}`,
    ].join(" · ")}</p>
    ${
      cursor_from !== null || isMoved
        ? html`<p class="muted">Cursor <code>${plain(cursor_from)}</code> → <code>${plain(
            cursor_to,
          )}</code></p>`
        : null
    }
    ${error ? html`<p class="message">${error.message}</p>` : null}
    ${error?.item ? html`<p>At: <code>${error.item}</code></p>` : null}
    ${error?.hint ? html`<p><b>What to do:</b> ${error.hint}</p>` : null}
    ${error?.trace ? html`<${Trace} text=${error.trace} />` : null}
  </section>`;
}

/** Folded, as few want to read it. @param {{text: string}} props */
export function Trace({ text }) {
  return html`<details class="trace">
    <summary>Trace</summary>
    <${Copy} text=${text} label="Copy the trace" />
    <pre class="mono" tabindex="0" data-scrolls>${text}</pre>
  </details>`;
}
