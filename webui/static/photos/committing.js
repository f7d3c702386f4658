// Carrying out the marks: what would happen, asked before, and brought back from the trash for as
// long as it can be taken back at once. Also the trash itself.

import { signal } from "@preact/signals";
import { read, send } from "../api.js";
import { counted } from "../format.js";
import { asking, reasonOf } from "../requesting.js";
import { notice } from "../store.js";
import { tell } from "../undo.js";
import { at, photos, project, put, readFacts } from "./album.js";
import { begun, ended, isOpen, tasks } from "./processes.js";

/** @import {Photo} from "./album.js" */
/**
 * @typedef {{remove: number, bytes: number, names: string[], keep: number}} Summary
 * @typedef {{id: number, name: string, trash_name: string, reason: string, size: number|null,
 *   moved_at: string}} Trashed
 */

/** What a commit would do, while it is asked. @type {import("@preact/signals").Signal<Summary|null>} */
export const summary = signal(null);

/** Ask, with what would happen. */
export async function askCommit() {
  const of = project.peek();
  if (of === null) return;
  const told = await asking("commit", () => read(`${at(of)}/commit-changes`));
  if (!told) return;
  if (told.remove) summary.value = told;
  else tell("Nothing is marked to be removed. K marks a photo.");
}

export const dropCommit = () => (summary.value = null);

/** Do it: exactly what was shown, or nothing. */
export async function commit() {
  const of = project.peek();
  const told = summary.peek();
  if (of === null || !told) return;
  const rejected = [...photos.values()].filter(({ available, keep }) => available && !keep);
  const made = await asking("commit", () =>
    send("POST", `${at(of)}/commit-changes`, { expected: told.remove }),
  );
  summary.value = null;
  if (!made) return;
  begun(made.task);
  const { id } = made.task;
  tell(`${counted(made.summary.remove, "photos")} are moved into the trash`, {
    key: `commit ${id}`,
    undo: () => takeBack(of, id, rejected),
  });
}

/** @param {string} of @param {number} id  of the task @param {Photo[]} rejected */
async function takeBack(of, id, rejected) {
  try {
    const task = tasks.peek().get(id);
    if (!task || isOpen(task)) await send("POST", `/tasks/${id}/cancel`).catch(() => undefined);
    await ended(id);
    const names = new Set(rejected.map(({ name }) => name));
    const lying = (await trashOf(of, rejected.length)).filter(({ name }) => names.has(name));
    if (lying.length) await restore(of, lying.map((entry) => entry.id));
    await send("PATCH", `${at(of)}/photos`, { keep: true, names: [...names] }).catch(() => undefined);
    return true;
  } catch (error) {
    notice.value = reasonOf(error);
    return false;
  }
}

/** What lies in the trash, the latest first. @param {string} of @param {number} most
 * @returns {Promise<Trashed[]>} */
export async function trashOf(of, most) {
  /** @type {Trashed[]} */ const found = [];
  let cursor = "";
  do {
    const more = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page = await read(`${at(of)}/trash?limit=${Math.min(500, most)}${more}`);
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && found.length < most);
  return found;
}

/** Bring files back. @param {string} of @param {number[]} ids */
export async function restore(of, ids) {
  const told = await send("POST", `${at(of)}/trash/restore`, { ids });
  begun(told.task);
  const names = told.restored
    .filter((/** @type {any} */ one) => one.is_photo)
    .map((/** @type {any} */ one) => one.name);
  if (of === project.peek()) {
    const found = names.slice(0, 20).map((/** @type {string} */ name) =>
      read(`${at(of)}/photos/${encodeURIComponent(name)}`).catch(() => null),
    );
    put((await Promise.all(found)).filter((photo) => photo !== null));
    readFacts().catch(() => undefined);
  }
  return told;
}
