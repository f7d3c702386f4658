// The page as a whole: what is always there, and what a first paint, an empty list or a lost
// service put in its place.

import { html } from "htm/preact";
import { isFiltered } from "../filters.js";
import { lanesView } from "../lanes.js";
import { route } from "../route.js";
import { current, isHelpOpen, isRead, link, rows, spoken } from "../store.js";
import { Conditions } from "./conditions.js";
import { Details } from "./details.js";
import { Empty } from "./empty.js";
import { Figures } from "./figures.js";
import { Help } from "./help.js";
import { Filters } from "./filters.js";
import { List } from "./list.js";
import { NewTask } from "./new_task.js";
import { Section } from "./section.js";
import { Steering } from "./steering.js";
import { Schedules } from "./schedules.js";
import { StopQuestion } from "./stop.js";
import { Toasts } from "./toasts.js";
import { Top } from "./top.js";
import { WallPanel } from "../wall/panel.js";
import { isPanelOpen } from "../wall/state.js";
import { Wall } from "../wall/wall.js";

export function Page() {
  return html`
    <${VIEWS[route.value.page] ?? Section} />
    ${isPanelOpen.value ? html`<${WallPanel} />` : null}
    ${isHelpOpen.value ? html`<${Help} />` : null}
    ${route.value.page === "desk" ? html`<${NewTask} /><${Schedules} />` : null}
    ${lanesView.value && route.value.page === "desk" ? html`<${lanesView.value} />` : null}
    <${StopQuestion} />
    <${Steering} />
    <p class="unseen" aria-live="polite">${spoken.value}</p>
  `;
}

/** @type {{[page: string]: any}} */
const VIEWS = { desk: Desk, wall: Wall };

function Desk() {
  const isStale = link.value.status !== "live" && isRead.value;
  return html`<div class="page ${isStale ? "stale" : ""}">
    <${Top} />
    ${
      isRead.value
        ? html`<${Body} />`
        : html`<p class="opening" role="status">Asking the service …</p>`
    }
    <${Toasts} />
  </div>`;
}

function Body() {
  const isEmpty = rows.value.length === 0 && !isFiltered.value;
  return html`
    ${isEmpty ? null : html`<${Figures} />`}
    <${Conditions} />
    ${
      isEmpty
        ? html`<${Empty} />`
        : html`<main class="desk"><div class="tasks"><${Filters} /><${List} /></div>${
            current.value === null ? null : html`<${Details} />`
          }</main>`
    }
  `;
}
