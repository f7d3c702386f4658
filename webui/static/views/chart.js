// The speed of the task that is shown, over the last minutes.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import uPlot from "uplot";
import { curvesRead, samplesOf } from "../following.js";
import { clock, clockSeconds, compact } from "../format.js";
import { curve } from "../speed.js";
import { zoom } from "../zoom.js";

/** @param {{of: import("../types.js").Task}} props */
export function Chart({ of }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const plot = useRef(/** @type {uPlot|null} */ (null));
  const looks = useSignal(0);
  curvesRead.value; // earlier speeds arrive on their own
  const data = curve(samplesOf(of.id));
  const isDrawn = data[0].length > 1;

  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const change = () => looks.value++;
    dark.addEventListener("change", change);
    return () => dark.removeEventListener("change", change);
  }, []);
  useEffect(() => {
    if (!box.current) return undefined;
    const element = box.current;
    const made = (plot.current = new uPlot(options(element), data, element));
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [isDrawn, zoom.value, looks.value, document.documentElement.dataset.theme]);
  useEffect(() => plot.current?.setData(data));

  if (!isDrawn) return null;
  const last = data[1].findLast((value) => value !== null) ?? 0;
  const said = `Speed over time, last ${compact(Math.round(last))} ${of.progress.unit} a second`;
  return html`<div class="chart" role="img" aria-label=${said}>
    <p>${spoken(of.progress.unit)} a second</p><div ref=${box}></div>
  </div>`;
}

/** @param {string} unit */
const spoken = (unit) => unit.charAt(0).toUpperCase() + unit.slice(1);

/** @param {HTMLElement} element */
const sizeOf = (element) => ({ width: element.clientWidth, height: element.clientHeight });

/**
 * How it looks now, from the page's own colours and sizes.
 * @param {HTMLElement} element
 * @returns {uPlot.Options}
 */
function options(element) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const axis = {
    stroke: colour("--muted"),
    font: `${0.72 * rem}px Inter, sans-serif`,
    ticks: { show: false },
    gap: 0.35 * rem,
  };
  return {
    ...sizeOf(element),
    legend: { show: false },
    cursor: { show: false },
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
  };
}

/**
 * Times of day; with seconds where the ticks are closer than a minute.
 * @param {uPlot} _
 * @param {number[]} ticks
 */
function times(_, ticks) {
  const isFine = ticks.length > 1 && ticks[1] - ticks[0] < 60;
  return ticks.map((tick) => (isFine ? clockSeconds : clock)(tick * 1000));
}
