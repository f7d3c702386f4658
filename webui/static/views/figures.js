// The figures of the whole haul: how far, how fast, when done.

import { html } from "htm/preact";
import { arrival, compact, counted, durationRange, moment, percent, whole } from "../format.js";
import { headlineOf } from "../haul.js";
import { haul, now } from "../store.js";

export function Figures() {
  const { done, failed, moving, toGo, uncounted, rate } = haul.value;
  const { isCount, share, labels } = headlineOf(haul.value);
  return html`<section class="figures" aria-label="All tasks">
    <dl><dt>${labels[0]}</dt>
      <dd>${isCount ? compact(done) : html`${percent(share)}<small>%</small>`}</dd></dl>
    <div>
      ${isCount ? html`<${OpenRoad} />` : html`<${Road} />`}
      <p class="legend">
        <${Count} of=${done} as="done" /><${Count} of=${moving} as="moving" /><${Count}
            of=${failed} as="failed" />
        ${
          rate === null
            ? null
            : html`<span>
            <b>${rate < 10 ? rate.toFixed(1) : whole(Math.round(rate))}</b> items a second</span>`
        }
        <span class="to-go">${
          toGo || !uncounted ? html`<b>${compact(toGo)}</b> to go${uncounted ? ", " : ""}` : null
        }${uncounted ? `${counted(uncounted, "tasks")} not counted yet` : ""}</span>
      </p>
    </div>
    <${Arrival} />
  </section>`;
}

function Road() {
  const { total, done, failed, moving, toGo } = haul.value;
  return html`<div class="road" role="progressbar" aria-label="Done" aria-valuemin="0"
      aria-valuemax="100" aria-valuenow=${percent(headlineOf(haul.value).share)}>
    <${Stretch} of=${done} as="done" /><${Stretch} of=${moving} as="moving" />
    <${Stretch} of=${failed} as="failed" /><${Stretch} of=${total ? toGo - moving : 1}
        as="waiting" />
  </div>`;
}

/** How far there is to go is not known. */
function OpenRoad() {
  return html`<div class="road" role="progressbar" aria-label="Done">
    <span class="open-end"></span></div>`;
}

/** @param {{of: number, as: string}} props */
function Stretch({ of, as }) {
  return of > 0 ? html`<span class="is-${as}" style=${{ flexGrow: of }}></span>` : null;
}

/** @param {{of: number, as: string}} props */
function Count({ of, as }) {
  if (!of && as !== "done") return null;
  return html`<span><i class="is-${as}"></i><b>${compact(of)}</b> ${as}</span>`;
}

function Arrival() {
  const { open, running, eta, uncounted, finishedAt } = haul.value;
  if (!open && finishedAt) {
    return html`<dl class="end"><dt>Finished</dt>
        <dd>${moment(Date.parse(finishedAt), now.value)}</dd></dl>`;
  }
  if (!eta) {
    return html`<dl class="end"><dt>Arrives</dt><dd
        class="unknown">${running ? "not yet known" : "nothing moves"}</dd></dl>`;
  }
  const orLater = uncounted ? " or later" : ""; // what is not counted yet comes on top
  return html`<dl class="end"><dt>Arrives in ${durationRange(eta)}${orLater}</dt>
      <dd>${arrival(eta, now.value)}</dd></dl>`;
}
