// The ways from page to page in the line at the top. Where they have no room, the page that is shown
// keeps its name there and the others are in the menu (entriesOfNav).

import { html } from "htm/preact";
import { runningIn } from "../badges.js";
import { SECTIONS, hrefOf, isPlain } from "../pages.js";
import { goTo, route } from "../route.js";
import { isReadOnly } from "../store.js";

/** @import {Item} from "./menu.js" */

/** A second screen has one page beside the wall. */
const sections = () => (isReadOnly.value ? SECTIONS.slice(0, 1) : SECTIONS);

export function Nav() {
  if (sections().length < 2) return null;
  return html`<nav class="nav" aria-label="Pages">${sections().map(
    ({ page, label, key }) => {
      const n = runningIn.value[page] ?? 0;
      const go = (/** @type {MouseEvent} */ event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        goTo(page);
      };
      return html`<a key=${page} href=${hrefOf(page)} aria-keyshortcuts=${key} onClick=${go}
          aria-current=${route.value.page === page ? "page" : null}>${label}${
            n ? html` <span class="badge">${n}<span class="unseen"> running</span></span>` : null
          }</a>`;
    },
  )}</nav>`;
}

/** The same for the menu, without the page that is shown. @returns {Item[]} */
export const entriesOfNav = () =>
  sections()
    .filter(({ page }) => page !== route.value.page)
    .map(({ page, label, shown }) => ({
      label,
      shown,
      run: () => goTo(page),
      kind: "for-folded-nav",
    }));
