// Where the person is in the page: on the desk, the wall or a page of its own module, and what the
// address says beside that. The only module that touches the address and the history; nothing is
// loaded anew.

import { batch, computed, signal } from "@preact/signals";
import { PATHS, changed, pathOf, placeAt } from "./addresses.js";

/** @import {PageName, Place} from "./addresses.js" */
/** @import {Key} from "./chords.js" */

/** @type {import("@preact/signals").Signal<Place>} */
export const route = signal(placeAt(location.pathname));
/** What stands behind the question mark; replaced, never changed in place. */
export const query = signal(new URLSearchParams(location.search));
/** The same of the desk and the wall, which share their filters; other pages do not change it. */
export const taskQuery = computed(() => {
  if (["desk", "wall"].includes(route.value.page)) ofTasks = query.value;
  return ofTasks;
});
let ofTasks = new URLSearchParams();
/** Where each page was left. @type {Map<PageName, string>} */
const left = new Map();
/** Where the big screen was come to from. */
let beforeWall = "";

addEventListener("popstate", readAddress);

/** Show another address of the page, as a step that Back undoes. @param {string} path */
export function go(path) {
  const here = location.pathname + location.search;
  left.set(route.peek().page, here);
  if (path !== here) history.pushState(null, "", path);
  readAddress();
}

/**
 * Go to a page, to something of it (`goTo("projects", "Summer 2024")`), or back to where it was
 * left; from where it is shown already, to its beginning.
 * @param {PageName} page @param {(string|number)[]} rest
 */
export function goTo(page, ...rest) {
  const isHere = route.peek().page === page;
  go(rest.length || isHere ? pathOf(page, ...rest) : (left.get(page) ?? PATHS[page]));
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

/** To the wall, and back to where one came from; the desk and the wall share what is filtered. */
export function togglePage() {
  const { page } = route.value;
  if (page === "wall") return go(beforeWall || PATHS.desk + location.search);
  beforeWall = page === "desk" ? "" : location.pathname + location.search;
  const { size } = taskQuery.peek();
  return go(PATHS.wall + (size ? `?${taskQuery.peek()}` : ""));
}

function readAddress() {
  const there = placeAt(location.pathname);
  const said = new URLSearchParams(location.search);
  batch(() => {
    if (pathOf(there.page, ...there.rest) !== pathOf(route.peek().page, ...route.peek().rest))
      route.value = there;
    if (said.toString() !== query.peek().toString()) query.value = said;
  });
}

/** @type {Key[]} */
export const ROUTE_KEYS = [
  { keys: ["b"], shown: "B", does: "The big screen, and back", run: togglePage },
];
