// All keys, in a panel over the page that takes nothing away from it.

import { html } from "htm/preact";
import { KEYS, ZOOM_KEYS } from "../keys.js";
import { isHelpOpen } from "../store.js";
import { useTakenFocus } from "./focus.js";

export function Help() {
  return html`<section class="help" role="dialog" aria-label="Keys" tabindex="-1"
      ref=${useTakenFocus()}>
    <h2>Keys</h2>
    <dl>${[...KEYS, ...ZOOM_KEYS].map(
      ({ shown, does }) => html`<div key=${shown}><dt>
        <kbd>${shown}</kbd></dt><dd>${does}</dd></div>`,
    )}</dl>
    <button class="button" onClick=${() => (isHelpOpen.value = false)}>Close <kbd>Esc</kbd></button>
  </section>`;
}
