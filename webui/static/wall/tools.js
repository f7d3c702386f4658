// The wall's few controls, in the edge above the picture. They are there while the mouse moves, or
// the focus is on one of them; the rest of the time the wall is only looked at, without a pointer.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { togglePage } from "../route.js";
import { isHelpOpen, isReadOnly } from "../store.js";
import { isPanelOpen } from "./state.js";

/** Milliseconds without a movement until they are gone. */
const REST_MS = 3000;

export function Tools() {
  const isSeen = useSignal(false);
  useEffect(() => {
    let timer = 0;
    const root = document.documentElement;
    const wake = () => {
      isSeen.value = true;
      delete root.dataset.resting;
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        isSeen.value = false;
        root.dataset.resting = "";
      }, REST_MS);
    };
    wake();
    addEventListener("mousemove", wake);
    return () => {
      removeEventListener("mousemove", wake);
      clearTimeout(timer);
      delete root.dataset.resting;
    };
  }, []);
  return html`<nav class="wall-tools ${isSeen.value ? "seen" : ""}" aria-label="Big screen">
    <button class="button" aria-keyshortcuts="B" onClick=${togglePage}>Desk <kbd>B</kbd></button>
    ${
      isReadOnly.value
        ? null
        : html`<button class="button" aria-keyshortcuts="W" aria-expanded=${isPanelOpen.value}
            onClick=${() => (isPanelOpen.value = !isPanelOpen.value)}>Settings
            <kbd>W</kbd></button>`
    }
    <button class="button" aria-keyshortcuts="?" aria-expanded=${isHelpOpen.value}
        onClick=${() => (isHelpOpen.value = !isHelpOpen.value)}>Keys <kbd>?</kbd></button>
  </nav>`;
}
