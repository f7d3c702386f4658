// The speed of the task that is shown, from its first record on.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { Component } from "preact";
import { curvesRead, samplesOf } from "../detail/pace.js";
import { clock, clockSeconds, compact, speed } from "../format.js";
import { curve } from "../speed.js";
import { usePlot } from "./plot.js";

/** @typedef {{of: import("../types.js").Task}} Props */

/** Milliseconds between two drawings of a curve that grows: it shows minutes. */
const AGAIN_MS = 1000;

/** @extends {Component<Props>} */
export class Chart extends Component {
  drawnAt = 0;

  /** @param {Props} next */
  shouldComponentUpdate({ of: { status } }) {
    return status !== this.props.of.status || performance.now() - this.drawnAt > AGAIN_MS;
  }

  render() {
    this.drawnAt = performance.now();
    return html`<${Curve} of=${this.props.of} />`;
  }
}

/** @param {Props} props */
function Curve({ of }) {
  curvesRead.value; // earlier speeds arrive on their own
  const data = curve(samplesOf(of.id));
  const isDrawn = data[1].filter((value) => value !== null).length > 1;
  const at = useSignal(/** @type {number|null} */ (null));
  const box = usePlot(data, options, (place) => (at.value = place), isDrawn);
  if (!isDrawn) return null;
  const last = data[1].findLast((value) => value !== null) ?? 0;
  const said = `Speed over time, last ${compact(Math.round(last))} ${of.progress.unit} a second`;
  return html`<div class="chart">
    <p>${spoken(of.progress.unit)} a second<${Readout} data=${data} at=${at} /></p>
    <div ref=${box} role="img" aria-label=${said}></div>
  </div>`;
}

/**
 * What stands under the pointer: the time, and how fast it was. A component of its own, so that the
 * curve is not drawn again with every move.
 * @param {{data: [number[], (number|null)[]],
 *   at: import("@preact/signals").Signal<number|null>}} props
 */
function Readout({ data: [times, speeds], at }) {
  const place = at.value;
  if (place === null || times[place] === undefined) return null;
  const value = speeds[place];
  return html`<span>${clockSeconds(times[place] * 1000)} · ${
    value === null ? "stood still" : speed(value) || "0/s"
  }</span>`;
}

/** @param {string} unit */
const spoken = (unit) => unit.charAt(0).toUpperCase() + unit.slice(1);

/** @type {(look: import("./plot.js").Look) => Partial<import("uplot").Options>} */
const options = ({ colour, rem, axis }) => ({
  padding: [0.5 * rem, null, 0, 0], // to the right as much as the last time needs
  scales: { y: { range: (_, __, high) => [0, Math.max(1, high * 1.15)] } },
  axes: [
    { ...axis, grid: { show: false }, size: 1.5 * rem, space: 5 * rem, values: times },
    {
      ...axis,
      grid: { stroke: colour("--line"), width: 1 },
      size: 2.6 * rem,
      space: 2.2 * rem,
      values: (_, ticks) => ticks.map((tick) => compact(tick)),
    },
  ],
  series: [
    {},
    {
      stroke: colour("--run"),
      width: 0.1 * rem,
      fill: colour("--run-wash"),
      points: { show: false },
      spanGaps: false,
    },
  ],
});

/**
 * Times of day; with seconds where the ticks are closer than a minute.
 * @param {import("uplot")} _
 * @param {number[]} ticks
 */
function times(_, ticks) {
  const isFine = ticks.length > 1 && ticks[1] - ticks[0] < 60;
  const said = ticks.map((tick) => (isFine ? clockSeconds : clock)(tick * 1000));
  return said.map((time, i) => (time === said[i - 1] ? "" : time)); // closer than a second
}
