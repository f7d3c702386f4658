// The wall: the state of the work as it is seen from across the room. One hero figure, one curve,
// one arrival, one road, the running tasks as routes, and one strip for what needs a person.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { link, now, state } from "../store.js";
import { readPaces } from "./beat.js";
import { Header } from "./header.js";
import { Hero } from "./hero.js";
import { Idle } from "./idle.js";
import { isDimmed, shiftAt } from "./rest.js";
import { Road } from "./road.js";
import { Routes } from "./routes.js";
import { wallSettings } from "./settings.js";
import { idlePlan, plan, running } from "./state.js";
import { Strip } from "./strip.js";
import { Tools } from "./tools.js";

export function Wall() {
  const isKnown = state.value !== null;
  useEffect(() => {
    if (isKnown) readPaces();
  }, [isKnown]);
  const { dim, shift } = wallSettings.value;
  const [x, y] = shift ? shiftAt(now.value) : [0, 0];
  const isStale = isKnown && link.value.status !== "live";
  return html`
    <main class="wall ${isStale ? "stale" : ""}" style=${{ "--dx": `${x}px`, "--dy": `${y}px` }}>
      ${isKnown ? html`<${Picture} />` : html`<${Opening} />`}
    </main>
    ${isDimmed(dim, now.value) ? html`<div class="dimmed" aria-hidden="true"></div>` : null}
    <${Tools} />
  `;
}

function Picture() {
  const isIdle = running.value.length === 0;
  const { header, road, strip } = isIdle ? idlePlan.value : plan.value;
  return html`
    ${header ? html`<${Header} />` : html`<h1 class="unseen">Background tasks</h1>`}
    ${isIdle ? html`<${Idle} />` : html`<${Hero} />`}
    ${road ? html`<${Road} />` : null}
    ${!isIdle && plan.value.running ? html`<${Routes} />` : null}
    ${!isIdle && !plan.value.running ? html`<i class="wall-rest"></i>` : null}
    ${strip ? html`<${Strip} />` : null}
  `;
}

function Opening() {
  const { status } = link.value;
  return html`<h1 class="unseen">Background tasks</h1>
    <p class="wall-opening" role="status">${
      status === "lost" || status === "signed-out"
        ? "No connection to the service. Trying again"
        : "Asking the service …"
    }</p>`;
}
