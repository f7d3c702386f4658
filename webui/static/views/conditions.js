// What is wrong with the service right now, and that the queue is paused: one line each.

import { html } from "htm/preact";
import { resumeQueue } from "../queue.js";
import { moment } from "../format.js";
import { busy, conditions, isPaused, now } from "../store.js";

export function Conditions() {
  if (!conditions.value.length && !isPaused.value) return null;
  return html`<div class="conditions" role="status">
    ${conditions.value.map(
      ({ code, message, since }) => html`<p key=${code}><${Warning} /><b>${message}</b>
      ${
        since
          ? html`<span class="muted">since ${moment(Date.parse(since), now.value)}</span>`
          : null
      }</p>`,
    )}
    ${
      isPaused.value
        ? html`<p key="paused"><${Warning} /><b>The queue is paused</b>
            <span>Nothing new starts; what runs goes on.</span>
      <button class="button" disabled=${busy.value === "resume-queue"}
          onClick=${resumeQueue}>Resume the queue</button></p>`
        : null
    }
  </div>`;
}

function Warning() {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 2.6 22.4 21H1.6Z"
      fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round" /><path
      d="M12 9.4v5" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" /><circle
      cx="12" cy="17.7" r="1.4" fill="currentColor" /></svg>`;
}
