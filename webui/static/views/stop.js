// The way to end Longhaul: its button in the line at the top, the question, and what is said after.

import { html } from "htm/preact";
import { counted } from "../format.js";
import { haul } from "../store.js";
import { askStop, keepRunning, refusal, stop, stopping } from "../stopping.js";
import { useTakenFocus } from "./focus.js";

export function StopButton() {
  return html`<button class="button stop" aria-label="Stop Longhaul" aria-haspopup="dialog"
      aria-keyshortcuts="Q" aria-disabled=${stopping.value !== "no"} onClick=${askStop}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 1.8v6M4.3 3.9a5.6 5.6 0 1 0 7.4 0" />
    </svg>
    <span>Stop Longhaul</span>
  </button>`;
}

export function StopQuestion() {
  if (stopping.value === "no") return null;
  return stopping.value === "asking" ? html`<${Question} />` : html`<${Ended} />`;
}

function Question() {
  return html`<section class="ending" role="alertdialog" aria-labelledby="stop-title"
      aria-describedby="stop-text">
    <h2 id="stop-title">Stop Longhaul?</h2>
    <div id="stop-text">${happens(haul.value.running)}</div>
    ${refusal.value ? html`<p class="notice" role="alert">${refusal.value}</p>` : null}
    <p class="answers">
      <button class="button danger" onClick=${stop}>Stop Longhaul</button>
      <button class="button" ref=${useTakenFocus()} onClick=${keepRunning}>
        Keep it running <kbd>Esc</kbd>
      </button>
    </p>
  </section>`;
}

/** What becomes of the work. @param {number} running */
function happens(running) {
  return html`
    <p>${running ? handedBack(running) : "Nothing is running now."} What waits, waits until then.</p>
    <p class="muted">To leave the work running, just close this window.</p>
  `;
}

/** @param {number} running */
function handedBack(running) {
  const [is, goes] = running === 1 ? ["is", "goes"] : ["are", "go"];
  return `${counted(running, "running tasks")} ${is} brought to the next checkpoint, and ${goes} on
    from there when Longhaul is started again.`;
}

function Ended() {
  const isGone = stopping.value === "stopped";
  return html`<section class="ending" role="status">
    <h2>${isGone ? "Longhaul has stopped" : "Stopping …"}</h2>
    <p>${
      isGone
        ? "All work is kept, and goes on when Longhaul is started again. You can close this window."
        : "What runs is brought to its next checkpoint; that takes up to ten seconds."
    }</p>
  </section>`;
}
