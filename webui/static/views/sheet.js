// A sheet over the right side of the page. It holds the focus of the keyboard while it is open; the
// page beside it goes on, sharp and within reach of the mouse. Esc closes it.

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Keys that are the page's, whatever is open: its zoom. */
const PAGE_KEYS = new Set(["+", "=", "-", "0"]);
const FOCUSABLE =
  "a[href], button:not([tabindex='-1']), input, select, textarea, [tabindex='0']";

/**
 * @param {{title: string, close: () => void, icon?: any, beside?: any, isWide?: boolean, children: any,
 *   onKeyDown?: (event: KeyboardEvent) => void}} props
 */
export function Sheet({ title, close, icon, beside, isWide, children, onKeyDown }) {
  const own = useRef(/** @type {HTMLElement|null} */ (null));
  // Before anything is painted, so that what is typed at once goes into the sheet.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const first =
      own.current?.querySelector("[data-first]") ??
      own.current?.querySelector(".sheet-body :is(input, select, textarea)") ??
      own.current?.querySelector("button");
    if (first instanceof HTMLElement) first.focus();
    return () => {
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
      const to = isThere ? before : document.querySelector("[role=grid]");
      if (to instanceof HTMLElement) to.focus({ preventScroll: true });
    };
  }, []);
  const obey = (/** @type {KeyboardEvent} */ event) => {
    onKeyDown?.(event);
    if (event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") turn(event, own.current);
    const isZoom = (event.ctrlKey || event.metaKey) && PAGE_KEYS.has(event.key);
    if (!isZoom) event.stopPropagation(); // letters are text here, not commands of the page
  };
  return html`<section class=${isWide ? "sheet wide" : "sheet"} role="dialog" aria-labelledby="sheet-title" ref=${own}
      onKeyDown=${obey}>
    <div class="sheet-head">
      ${icon}<h2 id="sheet-title">${title}</h2>
      ${beside}
      <button type="button" class="button" aria-keyshortcuts="Escape" onClick=${close}>
        Close <kbd>Esc</kbd></button>
    </div>
    ${children}
  </section>`;
}

/** Tab goes round in the sheet. @param {KeyboardEvent} event @param {HTMLElement|null} own */
function turn(event, own) {
  const all = [...(own?.querySelectorAll(FOCUSABLE) ?? [])].filter(
    (element) => element instanceof HTMLElement && element.offsetParent !== null,
  );
  const [first, last] = [all[0], all.at(-1)];
  const from = event.shiftKey ? first : last;
  const to = event.shiftKey ? last : first;
  const isOut = !all.includes(/** @type {Element} */ (document.activeElement));
  if (document.activeElement !== from && !(isOut && event.shiftKey)) return;
  event.preventDefault();
  if (to instanceof HTMLElement) to.focus();
}
