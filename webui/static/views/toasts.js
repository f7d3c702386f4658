// The shelf of short messages at the foot of the page. It takes room of its own, so it never lies
// over a control.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { age, areHeld, dismiss, toasts } from "../toasts.js";
import { Glyph } from "./glyph.js";

/** @import {Toast} from "../toasts.js" */

/** @type {Object<string, string>} */
const GLYPHS = { done: "completed", failed: "failed", running: "running" };

/** Milliseconds between two looks at which are over. */
const TICK_MS = 500;

export function Toasts() {
  useEffect(() => {
    const timer = setInterval(() => age(TICK_MS), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const hold = () => (areHeld.value = true);
  const letGo = () => (areHeld.value = false);
  return html`<div class="shelf" onMouseEnter=${hold} onMouseLeave=${letGo} onFocusIn=${hold}
      onFocusOut=${letGo}>
    <div role="status">${some(({ tone }) => tone !== "failed")}</div>
    <div role="alert">${some(({ tone }) => tone === "failed")}</div>
  </div>`;
}

/** @param {(toast: Toast) => boolean} wanted */
function some(wanted) {
  return toasts.value.filter(wanted).map((of) => html`<${One} key=${of.key} of=${of} />`);
}

/** @param {{of: Toast}} props */
function One({ of: { key, title, text, tone = "plain", link } }) {
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(key);
  };
  const go = () => {
    close(key);
    link?.go();
  };
  const glyph = GLYPHS[tone];
  return html`<div class="toast ${tone}" onKeyDown=${onKeyDown}>
    ${glyph ? html`<${Glyph} name=${glyph} />` : null}
    <p><b>${title}</b>${text ? html`<span>${text}</span>` : null}</p>
    ${link ? html`<button class="button" onClick=${go}>${link.label}</button>` : null}
    <button class="close" aria-label=${`Put away: ${title}`} onClick=${() => close(key)}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8M12 4l-8 8" /></svg>
    </button>
  </div>`;
}

/** It goes; the focus that was in it goes where it belongs. @param {string} key */
function close(key) {
  const hadFocus = document.activeElement?.closest(".toast");
  dismiss(key);
  areHeld.value = false;
  if (!hadFocus) return;
  const to = document.querySelector("[role=grid]");
  if (to instanceof HTMLElement) to.focus({ preventScroll: true });
}
