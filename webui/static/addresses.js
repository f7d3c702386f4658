// Which address shows which page, and values in the part behind the question mark. Pure.

/** @typedef {"desk"|"wall"} PageName */

/** The address that a page is gone to by. @type {Object<PageName, string>} */
export const PATHS = { desk: "/tasks", wall: "/background-tasks" };

/** @param {string} path @returns {PageName} */
export const pageAt = (path) => (path.replace(/\/+$/, "") === PATHS.wall ? "wall" : "desk");

/**
 * The values of an address with some of them changed; null and "" take one out.
 * @param {URLSearchParams} query @param {Object<string, string|null>} values
 */
export function changed(query, values) {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}
