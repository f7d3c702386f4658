// A result as a curve of two of its columns, as its task type wants it.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { number } from "../detail/cells.js";
import { pointsOf } from "../detail/shape.js";
import { compact, moment, spaced } from "../format.js";
import { now } from "../store.js";
import { usePlot } from "./plot.js";

/** @import {Row} from "../detail/shape.js" */

/** @param {{x: string, y: string, rows: Row[]}} props */
export function Plot({ x, y, rows }) {
  const { xs, ys, along, names } = useMemo(() => pointsOf(rows, x, y), [rows, x, y]);
  const at = useSignal(/** @type {number|null} */ (null));
  const named = (/** @type {number} */ value) =>
    along === "name"
      ? (names[Math.round(value)] ?? "")
      : along === "time"
        ? moment(value * 1000, now.peek())
        : compact(value);
  const box = usePlot(
    [xs, ys],
    ({ colour, rem, axis }) => ({
      padding: [0.6 * rem, 1.2 * rem, 0, 0],
      scales: { x: { time: false } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 1.6 * rem,
          space: 5 * rem,
          incrs: along === "name" ? [1, 2, 5, 10, 20, 50, 100, 1000, 10_000] : undefined,
          values: (_, ticks) => ticks.map(named),
        },
        {
          ...axis,
          grid: { stroke: colour("--line"), width: 1 },
          size: 3 * rem,
          space: 2.2 * rem,
          values: (_, ticks) => ticks.map((tick) => number(tick)),
        },
      ],
      series: [
        {},
        {
          stroke: colour("--run"),
          width: 0.1 * rem,
          fill: colour("--run-wash"),
          points: { show: xs.length < 60, size: 0.35 * rem, fill: colour("--run") },
        },
      ],
    }),
    (place) => (at.value = place),
  );
  const said = (/** @type {number} */ place) => `${named(xs[place])}: ${number(ys[place] ?? 0)}`;
  return html`<div class="plot">
    <p><b>${spaced(y)}</b> by ${spaced(x).toLowerCase()}<${Readout} at=${at}
        said=${said} /></p>
    <div ref=${box} role="img" aria-label="${spaced(y)} by ${spaced(x)}, ${rows.length} points"></div>
  </div>`;
}

/** @param {{at: import("@preact/signals").Signal<number|null>, said: (place: number) => string}}
 * props */
function Readout({ at, said }) {
  return at.value === null ? null : html`<span>${said(at.value)}</span>`;
}
