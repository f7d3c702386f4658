// A button that opens a short menu. Arrows go through it, Enter chooses, Escape closes it; the focus
// comes back to the button.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * @typedef {{label: string, run: () => unknown, shown?: string, isOff?: boolean, kind?: string}}
 *   Item  `kind`: a class that style sheets know
 */

/** @param {{label: any, name?: string, kind?: string, items: Item[], keys?: string}} props */
export function Menu({ label, name = label, kind = "", items, keys }) {
  const isOpen = useSignal(false);
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const button = () => box.current?.querySelector("button");
  const entries = () =>
    /** @type {HTMLElement[]} */ ([...(box.current?.querySelectorAll("[role=menuitem]") ?? [])]).filter(
      (entry) => entry.offsetParent !== null,
    );
  const close = () => {
    if (!isOpen.value) return;
    isOpen.value = false;
    button()?.focus();
  };
  useLayoutEffect(() => {
    if (!isOpen.value) return undefined;
    entries()[0]?.focus();
    const outside = (/** @type {Event} */ { target }) => {
      if (target instanceof Node && !box.current?.contains(target)) isOpen.value = false;
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [isOpen.value]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (!isOpen.value) return;
    const all = entries();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const above = at < 0 ? -1 : at - 1;
    const to = { ArrowDown: at + 1, ArrowUp: above, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") isOpen.value = false;
    else if (event.key !== "Enter" && event.key !== " ") {
      event.stopPropagation(); // a letter is no command while the menu is open
      return;
    }
    event.stopPropagation();
    if (!["Enter", " ", "Tab"].includes(event.key)) event.preventDefault();
  };
  return html`<span class="menu ${kind}" ref=${box} onKeyDown=${onKeyDown}>
    <button class="button" aria-haspopup="menu" aria-expanded=${isOpen.value} aria-label=${name}
        aria-keyshortcuts=${keys} onClick=${() => (isOpen.value = !isOpen.value)}>
      ${label}
      <svg class="caret" viewBox="0 0 10 6" aria-hidden="true"><path d="m1 1 4 4 4-4" /></svg>
    </button>
    ${
      isOpen.value
        ? html`<span class="items-of" role="menu" aria-label=${name}>
            ${items.map(
              (item) => html`<button key=${item.label} role="menuitem" tabindex="-1"
                class=${item.kind ?? ""} aria-disabled=${item.isOff ?? false}
                onClick=${() => {
                  if (item.isOff) return;
                  close();
                  item.run();
                }}><span>${item.label}</span>${item.shown ? html`<kbd>${item.shown}</kbd>` : null}
              </button>`,
            )}
          </span>`
        : null
    }
  </span>`;
}
