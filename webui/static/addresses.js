// Which address shows which page, and values in the part behind the question mark. Pure.

/** @typedef {"desk"|"wall"|"projects"|"recordings"|"documents"} PageName */
/** @typedef {{page: PageName, rest: string[]}} Place  `rest`: the parts of the path below the
 *   page's own, decoded: ["Summer 2024"] of /projects/Summer%202024 */

/** The address that a page is gone to by. @type {Record<PageName, string>} */
export const PATHS = {
  desk: "/tasks",
  wall: "/background-tasks",
  projects: "/projects",
  recordings: "/recordings",
  documents: "/documents",
};
/** Pages that have addresses below their own. */
const DEEP = /** @type {PageName[]} */ (["projects", "recordings", "documents"]);

/** What a path shows; one that is not known is the desk's. @param {string} path @returns {Place} */
export function placeAt(path) {
  const plain = path.replace(/\/+$/, "");
  if (plain === PATHS.wall) return { page: "wall", rest: [] };
  for (const page of DEEP) {
    const root = PATHS[page];
    if (plain !== root && !plain.startsWith(`${root}/`)) continue;
    return { page, rest: plain.slice(root.length + 1).split("/").filter(Boolean).map(decoded) };
  }
  return { page: "desk", rest: [] };
}

/**
 * The path of a page, or of something below it; `placeAt` takes it apart again.
 * @param {PageName} page @param {(string|number)[]} rest
 */
export const pathOf = (page, ...rest) =>
  [PATHS[page], ...rest.map((part) => encodeURIComponent(part))].join("/");

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that somebody typed
  }
}

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
