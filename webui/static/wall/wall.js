// The wall: the state of the work as it is seen from across the room.

import { html } from "htm/preact";
import { arrival, clock, percent } from "../format.js";
import { haul, link, now, state } from "../store.js";

export function Wall() {
  const { total, done, eta } = haul.value;
  const isStale = link.value.status !== "live" && state.value !== null;
  return html`<main class="wall ${isStale ? "stale" : ""}">
    <h1>Background tasks</h1>
    <p>${percent(total ? done / total : 0)} % done</p>
    <p>${eta ? `Arrives ${arrival(eta, now.value)}` : ""}</p>
    <time>${clock(now.value)}</time>
  </main>`;
}
