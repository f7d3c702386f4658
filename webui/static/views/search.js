// The field that finds tasks as one types.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { filter, setWord } from "../filters.js";

/** Milliseconds of rest after which what was typed is looked for. */
const REST_MS = 120;

export function Search() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const timer = useRef(0);
  const { q } = filter.value;
  useEffect(() => {
    // the address was changed by something else: the field follows, unless one types into it
    const { current } = field;
    if (current && current.value.trim() !== q && current !== document.activeElement)
      current.value = q;
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []); // another page has its own address
  const find = (/** @type {number} */ rest) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setWord("q", field.current?.value.trim() ?? ""), rest);
  };
  const leave = () => {
    const grid = document.querySelector("[role=grid]");
    if (grid instanceof HTMLElement) grid.focus({ preventScroll: true });
    else field.current?.blur();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      find(0);
    } else if (event.key === "Escape" && field.current) {
      field.current.value = "";
      find(0);
    } else return;
    event.preventDefault(); // nothing else closes with the same key
    leave();
  };
  return html`<search class="search"><input id="find" ref=${field} type="search" maxlength="200"
      placeholder="Find a task" aria-label="Find a task" aria-keyshortcuts="/" autocomplete="off"
      spellcheck=${false} value=${q} onInput=${() => find(REST_MS)} onKeyDown=${onKeyDown} />
    <kbd aria-hidden="true">/</kbd></search>`;
}
