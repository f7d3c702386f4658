// The line at the top: whose page it is, whether it is live, the time, the ways to the keys and out.

import { html } from "htm/preact";
import { clock, clockSeconds, counted, whole } from "../format.js";
import { askNewTask } from "../new_task.js";
import { haul, isHelpOpen, link, now, state } from "../store.js";
import { stopping } from "../stopping.js";
import { Search } from "./search.js";
import { StopButton } from "./stop.js";

export function Top() {
  return html`<header class="top">
    <svg class="mark" viewBox="0 0 34 26" aria-hidden="true">
      <path d="M4 22 H20 A7 7 0 0 0 27 15 V8" /><circle class="end" cx="27" cy="5.5" r="4.5" />
          <circle cx="4" cy="22" r="4" />
    </svg>
    <b>Longhaul</b>
    <h1>${subtitle()}</h1>
    <div class="right">
      <${Link} />
      <${Search} />
      <button class="button primary" aria-keyshortcuts="N" aria-haspopup="dialog"
          onClick=${() => askNewTask()}>
        New task <kbd>N</kbd>
      </button>
      <button class="button" aria-expanded=${isHelpOpen.value}
          onClick=${() => (isHelpOpen.value = !isHelpOpen.value)}>
        Keys <kbd>?</kbd>
      </button>
      <${StopButton} />
      <time class="clock">${clock(now.value)}</time>
    </div>
  </header>`;
}

function subtitle() {
  const { tasks, running, open } = haul.value;
  if (!state.value || !tasks) return "Background tasks";
  if (!open) return "Nothing is waiting or running";
  return `${whole(running)} of ${counted(tasks, "tasks")} moving`;
}

/** Whether what is shown is now, or since when it is not. */
function Link() {
  const { status, since } = link.value;
  if (status === "live") return html`<span class="link live"><i></i>Live</span>`;
  if (status === "opening") return html`<span class="link"><i></i>Connecting</span>`;
  if (stopping.value === "stopped") return html`<span class="link"><i></i>Stopped</span>`;
  const at = clockSeconds(since);
  return html`<span class="link lost" role="alert"><i></i>${
    status === "signed-out"
      ? "This window is signed out, for the service was restarted. Open it again from Longhaul"
      : `No connection since ${at}. Trying again; nothing is lost`
  }</span>`;
}
