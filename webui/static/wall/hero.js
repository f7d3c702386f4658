// The figure that is read at one glance, the speed, and the arrival.

import { html } from "htm/preact";
import { compact, percent, whole } from "../format.js";
import { headlineOf } from "../haul.js";
import { now } from "../store.js";
import { zoom } from "../zoom.js";
import { arrivalOf } from "./arriving.js";
import { beats } from "./beat.js";
import { curveOf } from "./pulse.js";
import { plan, seen, wallHaul, width } from "./state.js";
import { emOf, fitting } from "./widths.js";

const LABEL = 2.15;
/** The size of the hero at zoom 1, in rem. */
const HERO = 9.4;

export function Hero() {
  const { done, rate } = wallHaul.value;
  const { isCount, share: part, labels } = headlineOf(wallHaul.value);
  const share = isCount ? compact(done) : percent(part);
  const arrival = arrivalOf(wallHaul.value, now.value, seen.value?.queue.is_paused ?? false);
  const doneLabel = fitting(labels, width.value / 6.4);
  const figure = Math.max((emOf(share) + 0.55) * (HERO / zoom.value), emOf(doneLabel) * LABEL);
  const big = (emOf(arrival.time) + emOf(arrival.day) * 0.4) * (HERO / zoom.value);
  // the arrival's label may reach over the curve's end, never over another label
  const curve = plan.value.curve ? 21 : 0;
  const room = width.value - figure - curve - 3 - 4 / zoom.value;
  const label = fitting(arrival.labels, Math.max(room, big) / LABEL);
  return html`<dl class="wall-hero">
    <div><dt>${doneLabel}</dt><dd class="huge">${share}${
      isCount ? null : html`<small>%</small>`
    }</dd></div>
    ${plan.value.curve ? html`<${Speed} rate=${rate} />` : html`<i></i>`}
    <div class="arrive"><dt>${label}</dt>${
      arrival.time
        ? html`<dd class="huge">${arrival.isAbout ? html`<small class="about">≈</small>` : null}${
            arrival.day ? html`<small class="day">${arrival.day}</small>` : null
          }<${Colon} time=${arrival.time} /></dd>`
        : html`<dd class="words">${arrival.words}</dd>`
    }</div>
  </dl>`;
}

/** A time with its colon where the digits are, which stand higher. @param {{time: string}} props */
export function Colon({ time }) {
  const [hour, minute] = time.split(":");
  return html`<time>${hour}<span class="colon">:</span>${minute}</time>`;
}

/** @param {{rate: number|null}} props */
function Speed({ rate }) {
  const shown = rate === null ? "" : rate < 10 ? rate.toFixed(1) : whole(Math.round(rate));
  const { line, area } = curveOf(beats.value);
  return html`<div class="speed">
    <dt>${shown ? html`<b>${shown}</b> items a second` : "Speed not yet known"}</dt>
    <dd><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img"
        aria-label=${`Speed over the last minutes, now ${shown || "unknown"} items a second`}>
      <defs><linearGradient id="wall-fade" x1="0" x2="0" y1="0" y2="1">
        <stop class="from" /><stop class="to" offset="1" /></linearGradient></defs>
      <path class="area" d=${area} /><path class="line" d=${line} />
    </svg></dd>
  </div>`;
}
