// Keep marks: shown at once, sent in turn, taken back when they are refused. Every one has a way
// back for a while.

import { send } from "../api.js";
import { counted } from "../format.js";
import { inTurn, reasonOf } from "../requesting.js";
import { notice } from "../store.js";
import { tell } from "../undo.js";
import { alter, at, photos, project } from "./album.js";
import { meant } from "./picking.js";

/**
 * Mark photos to be kept or not.
 * @param {string[]} names @param {boolean} keep @param {boolean} [isBack]  it takes something back
 * @returns {Promise<boolean>} false when it was refused
 */
export async function mark(names, keep, isBack = false) {
  const of = project.peek();
  const changed = names.filter((name) => photos.get(name)?.keep === !keep);
  if (of === null || !changed.length) return true;
  alter(changed, { keep });
  if (!isBack) told(changed, keep);
  try {
    await inTurn(() => send("PATCH", `${at(of)}/photos`, { keep, names: changed }));
    return true;
  } catch (error) {
    if (project.peek() === of) alter(changed, { keep: !keep });
    notice.value = reasonOf(error);
    return false;
  }
}

/** @param {string[]} names @param {boolean} keep */
function told(names, keep) {
  const what = names.length === 1 ? names[0] : counted(names.length, "photos");
  const text = keep ? `${what}: kept` : `${what}: removed at the next commit`;
  tell(text, { key: `keep ${names.join("/").slice(0, 200)}`, undo: () => mark(names, !keep, true) });
}

/** Turn the marks of what is meant: all are kept then only if none was. */
export function toggle(names = meant()) {
  const isAnyKept = names.some((name) => photos.get(name)?.keep);
  return mark(names, !isAnyKept);
}
