// How the backfill goes that is shown: its heat strip, how large its batches are and why, records that
// were slow, and how it compares with the run before.

import { html } from "htm/preact";
import { compared, cellsOf, spoken } from "../detail/heat.js";
import { paced } from "../detail/paced.js";
import { counted, duration, moment, spaced, whole } from "../format.js";
import { now } from "../store.js";
import { same } from "./same.js";

/** @import {Cell, Range} from "../detail/heat.js" */
/** @import {Paced} from "../detail/paced.js" */
/** @import {Task} from "../types.js" */

/** Slow records that are named; the log has more. */
const NAMED = 3;

/** @param {{of: Task}} props */
export function PaceOf({ of }) {
  const pace = paced.value.get(of.id);
  if (!pace || !pace.ranges.length) return null;
  return html`<section class="paced" aria-label="How it goes">
    <${Heat} ranges=${pace.ranges} unit=${of.progress.unit} toGo=${toGo(of)} />
    <p class="heat-key"><span>Speed by ${of.progress.unit}</span><span class="slow-to-fast"
        aria-hidden="true">slow <i class="l1"></i><i class="l2"></i><i class="l3"></i><i
        class="l4"></i><i class="l5"></i> fast</span></p>
    <dl>
      ${of.status === "running" ? html`<div><dt>Batches</dt><dd>${batchWords(pace, of)}</dd></div>` : null}
      ${
        pace.slow.length
          ? html`<div class="slow"><dt>Slow</dt><dd>${pace.slow
              .slice(0, NAMED)
              .map(({ key, seconds }) => `record ${keyed(key)}: ${seconds < 10 ? seconds : whole(seconds)} s`)
              .join(", ")}${pace.slow.length > NAMED ? ", …" : ""}</dd></div>`
          : null
      }
      ${heldWords(pace) ? html`<div><dt>Held back</dt><dd>${heldWords(pace)}</dd></div>` : null}
      ${beforeWords(pace) ? html`<div><dt>Before</dt><dd>${beforeWords(pace)}</dd></div>` : null}
    </dl>
  </section>`;
}

/** @param {unknown} key */
const keyed = (key) => (typeof key === "object" ? JSON.stringify(key) : String(key));

/** @param {Task} of */
function toGo({ progress: { done, failed, skipped, total } }) {
  return total === null ? 0 : Math.max(0, total - done - failed - skipped);
}

/** @param {Paced} pace @param {Task} of */
function batchWords({ batch }, { progress: { unit } }) {
  return `${counted(batch.size, unit)}, ${batch.reason}`;
}

/** @type {Object<string, string>} */
const HELD = {
  battery: "on battery",
  disk: "by a full disk",
  load: "by other programs",
  activity: "while you were busy",
  "quiet-hours": "in quiet hours",
  own: "by its own reason",
};

/** @param {Paced} pace */
const heldWords = ({ held }) =>
  Object.entries(held)
    .filter(([, seconds]) => seconds >= 1)
    .map(([name, seconds]) => `${duration(seconds)} ${HELD[name] ?? name}`)
    .join(", ");

/** @param {Paced} pace */
function beforeWords({ stages, before }) {
  if (!before) return "";
  const when = moment(Date.parse(before.finished_at), now.value);
  const found = stages.flatMap((stage) => {
    const then = before.stages.find(({ name }) => name === stage.name);
    const said = then ? compared(stage, then) : "";
    return said ? [`${spaced(stage.name)} ${said}`] : [];
  });
  const took = `task ${before.task_id}, ${when}: ${duration(before.seconds)}`;
  return [took, ...found].join(" · ");
}

/** The strip itself; drawn again only when there is more of it. */
export const Heat = same(
  (/** @type {{ranges: Range[], unit: string, toGo: number}} */ { ranges, unit, toGo }) => {
    const cells = cellsOf(ranges, unit);
    return html`<div class="heat" role="img" aria-label=${spoken(cells, unit)}>
      ${cells.map(cellOf)}${toGo ? html`<i class="to-go" style=${{ flexGrow: toGo }}></i>` : null}
    </div>`;
  },
);

/** @param {Cell} cell @param {number} i */
const cellOf = ({ records, level, failed, text }, i) =>
  html`<i key=${i} class="l${level} ${failed ? "has-failed" : ""}" title=${text}
      style=${{ flexGrow: records }}></i>`;
