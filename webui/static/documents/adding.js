// Adding documents: files that are dropped or chosen are uploaded one after the other, a path is
// named to the service. And what else a person does to documents.

import { computed, signal } from "@preact/signals";
import { ask, send } from "../api.js";
import { askPerson } from "../asking.js";
import { asking, reasonOf } from "../requesting.js";
import { tell } from "../undo.js";
import { drop, page, pages, q, refresh, show, shown, take } from "./shelf.js";
import { ENDINGS, isDocument, nameOf, pagesOf } from "./words.js";

/** @import {Source} from "./words.js" */
/** @typedef {{name: string, state: "waiting"|"coming"|"refused", why: string}} Coming */

/** Files on their way, and those that were refused. @type {import("@preact/signals").Signal<Coming[]>} */
export const coming = signal([]);
export const areComing = computed(() => coming.value.some(({ state }) => state !== "refused"));
/** Whether the form that takes a path is open. */
export const isAdding = signal(false);
/** Whether something that is dragged is above the page. */
export const isDragged = signal(false);

/** Upload files, each for itself: one that is refused keeps none of the others away.
 * @param {Iterable<File>} files */
export async function upload(files) {
  const chosen = [...files];
  const entries = chosen.map(({ name }) =>
    isDocument(name) ? entry(name, "waiting") : entry(name, "refused", `Not one of ${ENDINGS.join(" ")}`),
  );
  coming.value = [...coming.value.filter(({ state }) => state !== "refused"), ...entries];
  let added = 0;
  for (const [i, file] of chosen.entries()) {
    if (entries[i].state === "refused") continue;
    change(entries[i], { state: "coming" });
    try {
      const form = new FormData();
      form.append("file", file);
      take(await (await ask("/sources", { method: "POST", body: form })).json());
      added++;
      coming.value = coming.value.filter(({ name }) => name !== entries[i].name);
    } catch (error) {
      change(entries[i], { state: "refused", why: reasonOf(error) });
    }
  }
  if (added) tell(added === 1 ? "One document added" : `${added} documents added`);
  isAdding.value = false;
}

/** @param {string} name @param {Coming["state"]} state @returns {Coming} */
const entry = (name, state, why = "") => ({ name, state, why });

/** @param {Coming} one @param {Partial<Coming>} values */
function change(one, values) {
  coming.value = coming.value.map((each) => (each.name === one.name ? { ...each, ...values } : each));
}

export const forgetRefused = () => (coming.value = coming.value.filter(({ state }) => state !== "refused"));

/** Add the file at a path; whether it was taken. @param {string} path */
export async function addPath(path) {
  const found = await asking("add", () => send("POST", "/sources", { path: path.trim() }));
  if (!found) return false;
  take(found);
  isAdding.value = false;
  show(found.id);
  return true;
}

/** Ask, then remove a document with its pages. @param {Source|null} source */
export function deleteSource(source = shown.peek()) {
  if (!source) return;
  const { id, title, pages: counts, is_copy, kind } = source;
  const file = is_copy ? "Longhaul's copy of the file goes, too." : "The file itself stays where it is.";
  askPerson({
    title: `Delete ${title}?`,
    text: `Its text goes (${pagesOf(counts.total, kind)}) and cannot be searched any more. ${file}`,
    yes: "Delete it",
    run: async () => {
      const done = await asking("delete", () => ask(`/sources/${id}`, { method: "DELETE" }));
      if (!done) return;
      drop(id);
      tell(`${title} deleted`);
    },
  });
}

/** Ask, then remove the page that is read. */
export function deletePage() {
  const [of, source] = [page.peek(), shown.peek()];
  if (!of || !source) return;
  const name = nameOf(of, of.kind);
  askPerson({
    title: `Delete ${name} of ${of.title}?`,
    text: "Its text goes and does not come back when the document is read again.",
    yes: "Delete it",
    run: async () => {
      const done = await asking("delete", () => ask(`/pages/${of.id}`, { method: "DELETE" }));
      if (!done) return;
      const at = pages.peek().findIndex(({ id }) => id === of.id);
      const next = pages.peek()[at + 1] ?? pages.peek()[at - 1];
      pages.value = pages.peek().filter(({ id }) => id !== of.id);
      show(of.source_id, next?.number);
      tell(`${name} deleted`);
      await refresh(of.source_id);
    },
  });
}

/** Read what failed or was left once more: the task that did so is retried, else a new one begins.
 * @param {number} [only]  this page alone */
export async function readAgain(only) {
  const source = shown.peek();
  if (!source) return;
  const params = { file: source.path, ...(only ? { page: only } : {}) };
  const request = only
    ? () => send("POST", "/tasks", { type: "extract-text", params })
    : () => send("POST", "/sources", { path: source.path });
  if (await asking("read again", request)) {
    tell(only ? "This page is read again" : "It is read again");
    await refresh(source.id);
  }
}

/** Another page of the document that is shown. @param {-1|1} by */
export function turn(by) {
  const [of, all] = [page.peek(), pages.peek()];
  const source = shown.peek();
  if (!source || !all.length) return;
  const at = of ? all.findIndex(({ id }) => id === of.id) : by < 0 ? all.length : -1;
  const next = all[at + by];
  if (next) show(source.id, next.number);
}

/** To the search, wherever the focus is. */
export const find = () => document.getElementById("find-text")?.focus();

/** Whether words are looked for. */
export const isSearching = computed(() => q.value.trim() !== "");
