// The focus while something is open over the page: taken when it opens, given back when it closes.

import { useLayoutEffect, useRef } from "preact/hooks";

/** A ref for the element that takes the focus. */
export function useTakenFocus() {
  const taker = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    const before = document.activeElement;
    taker.current?.focus();
    return () => {
      const isBack =
        before instanceof HTMLElement && before.isConnected && before !== document.body;
      const to = isBack ? before : document.querySelector("[role=grid]");
      if (to instanceof HTMLElement) to.focus({ preventScroll: true });
    };
  }, []);
  return taker;
}
