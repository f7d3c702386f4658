// The page of recordings, fetched when somebody first goes there (pages.js says what it exports).

import { html } from "htm/preact";

/** @import {PageModule} from "../pages.js" */

function View() {
  return html`<main class="empty">
    <h1 class="unseen">Recordings</h1>
    <h2>No recordings yet</h2>
    <p>Recordings come here, with what was said in them.</p>
  </main>`;
}

/** @type {PageModule} */
export const page = { View };
