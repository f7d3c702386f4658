// A page of its own module (pages.js): the line at the top, what is wrong, the page, the messages.

import { html } from "htm/preact";
import { modules } from "../pages.js";
import { route } from "../route.js";
import { isRead, isReadOnly, link } from "../store.js";
import { Conditions } from "./conditions.js";
import { Toasts } from "./toasts.js";
import { Top } from "./top.js";

export function Section() {
  const isStale = link.value.status !== "live" && isRead.value;
  return html`<div class="page ${isStale ? "stale" : ""}">
    <${Top} />
    <${Conditions} />
    <${Shown} />
    <${Toasts} />
  </div>`;
}

function Shown() {
  const module = modules.value[route.value.page];
  if (module === null)
    return html`<main class="empty">
      <div role="alert"><h2>This page did not come</h2>
        <p>Its files could not be fetched from the service. What runs goes on.</p></div>
      <button class="button primary" onClick=${() => location.reload()}>Try again</button>
    </main>`;
  if (isReadOnly.value)
    return html`<main class="empty"><h2>Not on this screen</h2>
      <p>A second screen shows the tasks, and nothing of what they work on.</p></main>`;
  if (!module || !isRead.value)
    return html`<p class="opening" role="status">Asking the service …</p>`;
  return html`<${module.View} key=${route.value.page} />`;
}
