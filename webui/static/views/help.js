// All keys by area, in a panel over the page that takes nothing away from it.

import { html } from "htm/preact";
import { areasHere } from "../keys.js";
import { isHelpOpen } from "../store.js";
import { useTakenFocus } from "./focus.js";

export function Help() {
  return html`<section class="help" role="dialog" aria-label="Keys" tabindex="-1" data-scrolls
      ref=${useTakenFocus()}>
    <h2>Keys</h2>
    <div class="areas">${areasHere().map(
      ({ name, keys }) => html`<section key=${name}><h3>${name}</h3><dl>${keys.map(
        ({ shown, does }) => html`<div key=${does}><dt><kbd>${shown}</kbd></dt><dd>${does}</dd>
          </div>`,
      )}</dl></section>`,
    )}</div>
    <button class="button" onClick=${() => (isHelpOpen.value = false)}>Close <kbd>Esc</kbd></button>
  </section>`;
}
