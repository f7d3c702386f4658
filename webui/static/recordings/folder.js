// The first thing to do: where the notes lie.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { listing } from "../form/paths.js";
import { busy, notice } from "../store.js";
import { useFolder } from "./acts.js";

export function AskFolder() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const offered = useSignal(/** @type {string[]} */ ([]));
  const look = async (/** @type {string} */ text) => {
    try {
      const { items } = await listing(text, new AbortController().signal);
      offered.value = items.filter((item) => item.is_folder).map((item) => item.path);
    } catch {
      offered.value = [];
    }
  };
  useEffect(() => void look(""), []);
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const folder = field.current?.value.trim();
    if (folder) useFolder(folder);
  };
  return html`<main class="empty ask-folder">
    <h1 class="unseen">Recordings</h1>
    <svg viewBox="0 0 220 70" aria-hidden="true"><path d="M8 35h20M192 35h20" />
      ${[18, 34, 52, 24, 44, 60, 30, 48, 20, 36, 12].map(
        (high, n) => html`<path class="wave" d="M${40 + n * 14} ${35 - high / 2}v${high}" />`,
      )}</svg>
    <h2>Where are your voice notes?</h2>
    <p>Longhaul finds audio in a folder, writes down what is said in it, and makes it findable. Everything
      stays on this machine.</p>
    <form onSubmit=${onSubmit}>
      <label for="notes-folder" class="unseen">The notes folder</label>
      <input id="notes-folder" ref=${field} list="notes-folders" required spellcheck=${false}
        autocomplete="off" placeholder="/home/you/Notes"
        onInput=${(/** @type {any} */ event) => look(event.currentTarget.value)} />
      <datalist id="notes-folders">${offered.value.map(
        (path) => html`<option key=${path} value=${path}></option>`,
      )}</datalist>
      <button class="button primary" disabled=${["folder", "scan"].includes(busy.value)}>Use this folder</button>
    </form>
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
  </main>`;
}
