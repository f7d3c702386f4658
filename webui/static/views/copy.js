// A button that copies a text, and says that it did.

import { html } from "htm/preact";
import { toast } from "../toasts.js";

/** @param {string} text @param {string} what  "The parameters" */
export async function copy(text, what) {
  const isDone = await written(text);
  toast({
    key: "copied",
    again: true,
    title: isDone ? `${what} copied` : "The browser did not allow copying",
    tone: isDone ? "plain" : "failed",
  });
}

/** @param {string} text */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

/** The older way, for windows without the right to the clipboard. @param {string} text */
function copiedBySelection(text) {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return isDone;
}

/** @param {{text: string, label: string, what?: string, shown?: string}} props */
export function Copy({ text, label, what = "It is", shown = "" }) {
  return html`<button class="button small" aria-keyshortcuts=${shown || undefined}
      onClick=${() => copy(text, what)}>${label}${shown ? html` <kbd>${shown}</kbd>` : null}</button>`;
}
