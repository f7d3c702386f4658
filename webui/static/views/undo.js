// The bar that tells what was just done, with the way back.

import { html } from "htm/preact";
import { holdBar, told, undo, untell } from "../undo.js";

export function UndoBar() {
  const { text, isUndoable } = told.value ?? { text: "", isUndoable: false };
  return html`<div class="told-place" role="status">${
    told.value
      ? html`<div class="told" onPointerEnter=${() => holdBar(true)}
          onPointerLeave=${() => holdBar(false)} onFocusIn=${() => holdBar(true)}
          onFocusOut=${() => holdBar(false)}>
        <span>${text}</span>
        ${
          isUndoable
            ? html`<button class="undo" aria-keyshortcuts="Control+z" onClick=${undo}>
                Undo <kbd>Ctrl Z</kbd></button>`
            : null
        }
        <button class="close" aria-label="Dismiss" onClick=${untell}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8" /></svg>
        </button>
      </div>`
      : null
  }</div>`;
}
