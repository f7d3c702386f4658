// What our curves have in common: a uPlot that takes its colours and sizes from the page, follows
// them, and tells the point under the pointer.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { zoom } from "../zoom.js";

/** @typedef {{colour: (name: string) => string, rem: number, axis: uPlot.Axis}} Look */

/**
 * A curve in the element that gets the returned ref.
 * @param {uPlot.AlignedData} data
 * @param {(look: Look) => Partial<uPlot.Options>} options
 * @param {(at: number|null) => void} [hovered]  the place in `data` under the pointer
 * @param {unknown} [isDrawn]  changes when the element comes or goes
 */
export function usePlot(data, options, hovered, isDrawn = true) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const plot = useRef(/** @type {uPlot|null} */ (null));
  const looks = useSignal(0);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const change = () => looks.value++;
    dark.addEventListener("change", change);
    const themes = new MutationObserver(change);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      dark.removeEventListener("change", change);
      themes.disconnect();
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = lookOf(element);
    const made = new uPlot(
      {
        ...sizeOf(element),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 0.5 * look.rem } },
        hooks: { setCursor: [(of) => hovered?.(of.cursor.idx ?? null)] },
        ...options(look),
        series: options(look).series ?? [{}],
      },
      data,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [isDrawn, zoom.value, looks.value]);
  useEffect(() => plot.current?.setData(data));
  return box;
}

/** @param {HTMLElement} element */
const sizeOf = (element) => ({ width: element.clientWidth, height: element.clientHeight });

/** @param {HTMLElement} element @returns {Look} */
function lookOf(element) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const axis = {
    stroke: colour("--muted"),
    font: `${0.72 * rem}px Inter, sans-serif`,
    ticks: { show: false },
    gap: 0.35 * rem,
  };
  return { colour, rem, axis };
}
