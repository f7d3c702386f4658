// Where the person is in the page: the desk or the wall, and what the address says beside that.
// The only module that touches the address and the history; nothing is loaded anew.

import { signal } from "@preact/signals";
import { PATHS, changed, pageAt } from "./addresses.js";

/** @import {PageName} from "./addresses.js" */
/** @import {Key} from "./chords.js" */

/** @type {import("@preact/signals").Signal<{page: PageName}>} */
export const route = signal({ page: pageAt(location.pathname) });
/** What stands behind the question mark; replaced, never changed in place. */
export const query = signal(new URLSearchParams(location.search));

addEventListener("popstate", readAddress);

/** Show another address of the page, as a step that Back undoes. @param {string} path */
export function go(path) {
  if (path !== location.pathname + location.search) history.pushState(null, "", path);
  readAddress();
}

/**
 * Write values into the address; null takes one out. No step of its own in the history, so that
 * Back leaves a search instead of taking it back letter by letter.
 * @param {Object<string, string|null>} values
 */
export function setQuery(values) {
  const next = changed(query.peek(), values);
  if (next.toString() === query.peek().toString()) return;
  const search = next.size ? `?${next}` : "";
  history.replaceState(history.state, "", location.pathname + search);
  query.value = next;
}

/** From the desk to the wall and back; the address keeps what it says beside that. */
export function togglePage() {
  const other = route.value.page === "wall" ? "desk" : "wall";
  go(PATHS[other] + location.search);
}

function readAddress() {
  const page = pageAt(location.pathname);
  if (page !== route.peek().page) route.value = { page };
  const said = new URLSearchParams(location.search);
  if (said.toString() !== query.peek().toString()) query.value = said;
}

/** @type {Key[]} */
export const ROUTE_KEYS = [
  { keys: ["b"], shown: "B", does: "The big screen, and back", run: togglePage },
];
