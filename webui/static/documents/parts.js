// Small things that several views of documents draw.

import { html } from "htm/preact";

/** @import {Piece} from "./words.js" */

/** What a kind looks like: its letters on a sheet. @param {{of: string}} props */
export function Kind({ of }) {
  return html`<span class="kind" aria-hidden="true"><svg viewBox="0 0 24 30"><path
      d="M2 2h13l7 7v19H2zM15 2v7h7" /></svg><b>${of}</b></span>`;
}

/** What was found, marked. @param {{pieces: Piece[]}} props */
export function Marked({ pieces }) {
  return html`<span>${pieces.map(({ text, is_match }, i) =>
    is_match ? html`<mark key=${i}>${text}</mark>` : text,
  )}</span>`;
}
