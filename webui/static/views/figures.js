// The figures of the whole haul: how far, how fast, when done.

import { html } from "htm/preact";
import { arrival, compact, counted, durationRange, moment, percent, whole } from "../format.js";
import { haul, now } from "../store.js";

export function Figures() {
  const { total, done, failed, moving, toGo, uncounted, rate } = haul.value;
  const share = total ? done / total : 0;
  const more = uncounted ? `, ${counted(uncounted, "tasks")} not counted yet` : "";
  return html`<section class="figures" aria-label="All tasks">
    <dl><dt>${uncounted ? "Done of what is counted" : "Done"}</dt>
      <dd>${percent(share)}<small>%</small></dd></dl>
    <div>
      <div class="road" role="progressbar" aria-label="Done" aria-valuemin="0" aria-valuemax="100"
          aria-valuenow=${percent(share)}>
        <${Stretch} of=${done} as="done" /><${Stretch} of=${moving} as="moving" />
        <${Stretch} of=${failed} as="failed" /><${Stretch} of=${total ? toGo - moving : 1}
            as="waiting" />
      </div>
      <p class="legend">
        <${Count} of=${done} as="done" /><${Count} of=${moving} as="moving" /><${Count}
            of=${failed} as="failed" />
        ${
          rate === null
            ? null
            : html`<span>
            <b>${rate < 10 ? rate.toFixed(1) : whole(Math.round(rate))}</b> items a second</span>`
        }
        <span class="to-go"><b>${compact(toGo)}</b> to go${more}</span>
      </p>
    </div>
    <${Arrival} />
  </section>`;
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
        class="unknown">${running ? "not known yet" : "nothing moves"}</dd></dl>`;
  }
  const orLater = uncounted ? " or later" : ""; // what is not counted yet comes on top
  return html`<dl class="end"><dt>Arrives in ${durationRange(eta)}${orLater}</dt>
      <dd>${arrival(eta, now.value)}</dd></dl>`;
}
