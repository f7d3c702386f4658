// What of a long list is on screen, as it is scrolled, resized and zoomed.

import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { remInPixels, zoom } from "../zoom.js";

/**
 * A signal of what `look` sees of the scroller; set only when one of its figures is another, so
 * `look` rounds to what changes what is drawn.
 * @template {Object<string, number>} Seen
 * @param {{current: HTMLElement|null}} scroller @param {Seen} before  until it is there
 * @param {(element: HTMLElement, rem: number) => Seen} look  `rem`: one in pixels
 */
export function useScrolled(scroller, before, look) {
  const seen = useSignal(before);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const rem = remInPixels();
    const measure = () => {
      const next = look(element, rem);
      if (Object.keys(next).some((key) => next[key] !== seen.value[key])) seen.value = next;
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [zoom.value]);
  return seen;
}
