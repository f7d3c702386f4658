// Completion of paths: when there is something to ask, and asking.

import { read } from "../api.js";

/** @typedef {{path: string, name: string, is_folder: boolean}} Entry */
/** @typedef {{roots: string[], folder: string|null, items: Entry[], is_cut: boolean}} Listing */

/**
 * Whether the service can say how a text goes on: it is the beginning of a path below the roots,
 * or leads to one, and to nothing hidden.
 * @param {string} text @param {string[]} roots
 */
export function isAskable(text, roots) {
  const path = text.trim();
  if (path === "" || path.startsWith("~/")) return true;
  if (!path.startsWith("/") && !/^[A-Za-z]:[\\/]/.test(path)) return false;
  if (roots.some((root) => root.startsWith(path))) return true;
  return roots.some((root) => {
    const top = root.endsWith("/") ? root : `${root}/`;
    const parts = path.slice(top.length).split("/");
    return path.startsWith(top) && !parts.some((part) => part.startsWith("."));
  });
}

/** @param {Entry} entry  what the field becomes when it is taken */
export const taken = ({ path, is_folder: isFolder }) =>
  isFolder && !path.endsWith("/") ? `${path}/` : path;

/** What may follow `text`. @param {string} text @param {AbortSignal} signal
 * @returns {Promise<Listing>} */
export const listing = (text, signal) => read(`/paths?under=${encodeURIComponent(text)}`, signal);
