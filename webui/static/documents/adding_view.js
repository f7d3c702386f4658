// How documents are added: the form with a path and a dialog, files dropped on the page, and what
// is on its way.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { busy } from "../store.js";
import { isAskable, listing } from "../form/paths.js";
import { addPath, coming, forgetRefused, isAdding, upload } from "./adding.js";
import { ENDINGS, isDocument } from "./words.js";

/** A button that opens the system's dialog for files. @param {{label: any, kind?: string, keys?: string}} props */
export function Choose({ label, kind = "", keys }) {
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  const take = () => {
    if (input.current?.files?.length) upload(input.current.files);
    if (input.current) input.current.value = "";
  };
  return html`<button class="button ${kind}" type="button" aria-keyshortcuts=${keys}
      onClick=${() => input.current?.click()}>${label}</button>
    <input class="choose" ref=${input} type="file" multiple hidden accept=${ENDINGS.join(",")}
      aria-label="Files to add" onChange=${take} />`;
}

/** The form that takes a path. */
export function PathForm() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const offers = useSignal(/** @type {string[]} */ ([]));
  const roots = useRef(/** @type {string[]} */ ([]));
  const flight = useRef(new AbortController());
  useEffect(() => field.current?.focus(), []);
  const look = async () => {
    const typed = field.current?.value ?? "";
    flight.current.abort();
    const { signal } = (flight.current = new AbortController());
    try {
      // the first question is always one that is answered: where paths may lead at all
      if (!roots.current.length) roots.current = (await listing("", signal)).roots;
      const { items } = isAskable(typed, roots.current) ? await listing(typed, signal) : { items: [] };
      const fitting = items.filter(({ is_folder, name }) => is_folder || isDocument(name));
      offers.value = fitting.slice(0, 40).map(({ path, is_folder }) => path + (is_folder ? "/" : ""));
    } catch {
      offers.value = []; // the answer to adding it will say why
    }
  };
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const path = field.current?.value ?? "";
    if (path.trim()) await addPath(path);
  };
  const leave = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    isAdding.value = false;
  };
  return html`<form class="add-path" onSubmit=${send} onKeyDown=${leave}>
    <label for="add-path">A file of this machine</label>
    <input id="add-path" ref=${field} list="add-path-offers" placeholder="/home/me/book.pdf"
      autocomplete="off" spellcheck=${false} onInput=${look} onFocus=${look} />
    <datalist id="add-path-offers">${offers.value.map(
      (path) => html`<option key=${path} value=${path}></option>`,
    )}</datalist>
    <button class="button primary" disabled=${busy.value === "add"}>Add</button>
    <${Choose} label="Choose files …" />
    <button class="button" type="button" onClick=${() => (isAdding.value = false)}>Close
      <kbd>Esc</kbd></button>
  </form>`;
}

/** Files on their way, and those that were refused. */
export function Coming() {
  const all = coming.value;
  if (!all.length) return null;
  const refused = all.filter(({ state }) => state === "refused");
  return html`<div class="coming" role="status">
    ${all
      .filter(({ state }) => state !== "refused")
      .slice(0, 5)
      .map(({ name, state }) => html`<p key=${name}>${name} <span class="muted">${
        state === "coming" ? "is being added …" : "waits"
      }</span></p>`)}
    ${all.length - refused.length > 5 ? html`<p class="muted">and ${all.length - refused.length - 5} more</p>` : null}
    ${refused.map(({ name, why }) => html`<p key=${name} class="refused"><b>${name}</b> ${why}</p>`)}
    ${refused.length ? html`<button class="button small" onClick=${forgetRefused}>Put away</button>` : null}
  </div>`;
}
