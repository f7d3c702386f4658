// A field for a path, which is completed while it is typed: folders and files below the roots.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { change, visit } from "./entries.js";
import { idOf } from "./ids.js";
import { isAskable, listing, taken } from "./paths.js";

/** @import {Entry} from "./paths.js" */

/** Milliseconds without typing after which it is asked. */
const PAUSE_MS = 120;
/** Entries that are offered at once. */
const OFFERED = 60;

/** @param {import("./controls.js").Props & {text: string}} props */
export function PathControl({ field, common, text }) {
  const items = useSignal(/** @type {Entry[]} */ ([]));
  const isOpen = useSignal(false);
  const at = useSignal(-1);
  const hint = useSignal("");
  const roots = useRef(/** @type {string[]} */ ([]));
  const flight = useRef(new AbortController());
  const timer = useRef(0);
  const list = `${idOf(field.pointer)}-list`;
  useEffect(() => () => leave(timer.current, flight.current), []);

  const look = async (/** @type {string} */ typed) => {
    flight.current.abort();
    const own = (flight.current = new AbortController());
    // the first question is always one that is answered: where paths may lead at all
    if (!roots.current.length) await ask("", own.signal);
    if (own.signal.aborted) return;
    const isPath = !typed.includes("://");
    const isThere = isPath && isAskable(typed, roots.current);
    hint.value = isPath && !isThere && typed.trim() ? outside(roots.current) : "";
    const found = isThere ? await ask(typed, own.signal) : [];
    if (own.signal.aborted) return;
    const fits = (/** @type {Entry} */ entry) => entry.is_folder || field.names !== "folder";
    const wanted = found.filter((entry) => fits(entry) && taken(entry) !== typed);
    items.value = wanted.slice(0, OFFERED);
    at.value = -1;
    isOpen.value = items.value.length > 0;
  };
  const ask = async (/** @type {string} */ typed, /** @type {AbortSignal} */ signal) => {
    try {
      const answer = await listing(typed, signal);
      roots.current = answer.roots;
      return answer.items;
    } catch {
      return []; // a refusal says the form itself; without an answer there is nothing to offer
    }
  };
  const plan = (/** @type {string} */ typed, pause = PAUSE_MS) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => look(typed), pause);
  };
  const close = () => {
    leave(timer.current, flight.current);
    isOpen.value = false;
  };
  const accept = (/** @type {Entry} */ entry) => {
    const next = taken(entry);
    change(field.pointer, next);
    close();
    if (entry.is_folder) plan(next, 0);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = items.value[at.value];
    if (by) {
      event.preventDefault();
      if (!isOpen.value) return plan(text, 0);
      at.value = Math.max(-1, Math.min(items.value.length - 1, at.value + by));
      document.getElementById(`${list}-${at.value}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Escape" && isOpen.value) {
      event.preventDefault();
      event.stopPropagation(); // the list closes, the form stays
      close();
    } else if (isOpen.value && chosen && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      event.stopPropagation();
      accept(chosen);
    }
  };
  const onBlur = () => {
    close();
    visit(field.pointer);
  };
  return html`<span class="pathway"><span class="box"><input ...${common} type="text" role="combobox" value=${text}
      aria-autocomplete="list" aria-expanded=${isOpen.value} aria-controls=${list}
      aria-activedescendant=${isOpen.value && at.value >= 0 ? `${list}-${at.value}` : undefined}
      autocomplete="off" spellcheck=${false} placeholder=${field.placeholder || PLACEHOLDERS[field.names]}
      onKeyDown=${onKeyDown} onBlur=${onBlur}
      onInput=${(/** @type {any} */ event) => {
        change(field.pointer, event.currentTarget.value);
        plan(event.currentTarget.value);
      }} />
    <button type="button" class="browse" tabindex="-1" aria-hidden="true"
      onMouseDown=${(/** @type {MouseEvent} */ event) => {
        event.preventDefault(); // the focus stays in the field
        document.getElementById(idOf(field.pointer))?.focus();
        if (isOpen.value) close();
        else plan(text, 0);
      }}><i></i></button></span>
    <ul id=${list} role="listbox" aria-label=${`${field.label}: what is there`} hidden=${!isOpen.value}>
      ${items.value.map(
        (entry, i) => html`<li key=${entry.path} id="${list}-${i}" role="option"
          aria-selected=${i === at.value} class=${entry.is_folder ? "folder" : ""}
          onMouseDown=${(/** @type {MouseEvent} */ event) => {
            event.preventDefault();
            accept(entry);
          }}>${entry.name}${entry.is_folder ? "/" : ""}</li>`,
      )}
    </ul>
    ${hint.value ? html`<small class="wrong">${hint.value}</small>` : null}</span>`;
}

/** @type {Object<string, string>} */
const PLACEHOLDERS = {
  any: "/path/to/it",
  file: "/path/to/the/file",
  folder: "/path/to/the/folder",
  database: "/path/to/file.sqlite, or an address",
};

/** @param {string[]} roots */
const outside = (roots) =>
  roots.length ? `Longhaul may use what lies below ${roots.join(", ")}, and nothing hidden` : "";

/** @param {number} timer @param {AbortController} flight */
function leave(timer, flight) {
  clearTimeout(timer);
  flight.abort();
}
