// A dialog over the page: the page behind waits, Escape closes it, the focus comes back after.

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * @param {{label: string, role?: string, kind?: string, onClose: () => void,
 *   children?: any}} props  the first element with `data-first` in it takes the focus
 */
export function Modal({ label, role = "dialog", kind = "", onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    const first = dialog.current?.querySelector("[data-first]");
    if (first instanceof HTMLElement) first.focus();
    if (first instanceof HTMLInputElement) first.select();
    return () => {
      const isBack =
        before instanceof HTMLElement && before.isConnected && before !== document.body;
      const to = isBack ? before : document.querySelector("[role=grid]");
      if (to instanceof HTMLElement) to.focus({ preventScroll: true });
    };
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
  };
  const press = (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog.current) onClose(); // beside the panel
  };
  return html`<dialog class="modal ${kind}" role=${role} aria-label=${label} ref=${dialog}
      onCancel=${cancel} onMouseDown=${press}>
    <div class="inside">${children}</div>
  </dialog>`;
}
