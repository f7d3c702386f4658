// The margin of a row: the box that chooses it, and the grip that drags it where it can be moved.

import { html } from "htm/preact";
import { chosen, toggle } from "../selection.js";

/** @param {{id: number, title: string, canMove: boolean}} props */
export function Pick({ id, title, canMove }) {
  const isChosen = chosen.value.has(id);
  const press = (/** @type {MouseEvent} */ event) => {
    event.stopPropagation(); // the row is shown only when it is pressed itself
    toggle(id, { range: event.shiftKey });
  };
  return html`${
    canMove
      ? html`<span class="grip" aria-hidden="true"><svg viewBox="0 0 6 10">
          <path d="M1 1h1v1H1zM4 1h1v1H4zM1 4.5h1v1H1zM4 4.5h1v1H4zM1 8h1v1H1zM4 8h1v1H4z" />
        </svg></span>`
      : null
  }<span class="pick" role="checkbox" tabindex="-1" aria-checked=${isChosen}
      aria-label="Select ${title}" onClick=${press}><svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="m4 8.4 2.6 2.6L12 5.4" /></svg></span>`;
}
