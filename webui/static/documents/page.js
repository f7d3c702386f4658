// The page of documents, fetched when somebody first goes there (pages.js says what it exports).

import { html } from "htm/preact";

/** @import {PageModule} from "../pages.js" */

function View() {
  return html`<main class="empty">
    <h1 class="unseen">Documents</h1>
    <h2>No documents yet</h2>
    <p>Documents come here, with the text of each of their pages.</p>
  </main>`;
}

/** @type {PageModule} */
export const page = { View };
