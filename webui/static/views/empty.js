// A list without tasks says what to do first.

import { html } from "htm/preact";
import { canRehearse, rehearse } from "../actions.js";
import { busy, notice } from "../store.js";

export function Empty() {
  return html`<main class="empty">
    <svg viewBox="0 0 220 70" aria-hidden="true"><path
        d="M14 52H120a26 26 0 0 0 26-26v0a14 14 0 0 1 14-14h46" /><circle cx="14" cy="52" r="7" />
        <circle class="open" cx="68" cy="52" r="6" /><circle class="open" cx="122" cy="52"
        r="6" /><circle class="end" cx="206" cy="12" r="7" /></svg>
    <h2>Nothing to haul yet</h2>
    <p>Long jobs that you start show here, while they run and after. They go
      on when this window is closed.</p>
    ${
      canRehearse()
        ? html`<button class="button primary" disabled=${busy.value === "rehearse"}
        onClick=${rehearse}>Start a rehearsal: count to 1,000</button>`
        : null
    }
    <p class="muted">Or in a terminal: <code>longhaul demo</code> fills in dates of a
      sample archive, <code>longhaul types</code> lists what can be done.</p>
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
  </main>`;
}
