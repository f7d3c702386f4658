// The page of photos, fetched when somebody first goes there (pages.js says what it exports).

import { html } from "htm/preact";

/** @import {PageModule} from "../pages.js" */

function View() {
  return html`<main class="empty">
    <h1 class="unseen">Photos</h1>
    <h2>No projects yet</h2>
    <p>Photo projects come here: folders of pictures whose thumbnails, checks and clean-ups Longhaul does in the background.</p>
  </main>`;
}

/** @type {PageModule} */
export const page = { View };
