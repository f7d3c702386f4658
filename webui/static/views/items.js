// The items of the task that is shown: which failed, and why.

import { html } from "htm/preact";
import { canRetry, retry } from "../actions.js";
import { items, itemStatus, readMore } from "../detail/items.js";
import { counted } from "../format.js";
import { Trace } from "./attempts.js";
import { Glyph } from "./glyph.js";

/** @import {Item, ItemStatus} from "../detail/items.js" */
/** @import {Task} from "../types.js" */

/** @type {[ItemStatus, string][]} */
const CHOICES = [
  ["failed", "Failed"],
  ["skipped", "Skipped"],
  ["completed", "Completed"],
  ["queued", "Waiting"],
  ["", "All"],
];

/** @param {{of: Task}} props */
export function Items({ of }) {
  const { id, items: known, next, isRead } = items.value;
  return html`<div class="items-panel">
    <div class="tools">
      <label><span class="unseen">Which items</span>
        <select id="which-items" value=${itemStatus.value}
            onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) =>
              (itemStatus.value = /** @type {ItemStatus} */ (event.currentTarget.value))}>
          ${CHOICES.map(([value, label]) => html`<option value=${value}>${label}</option>`)}
        </select></label>
      ${
        canRetry("items")
          ? html`<button class="button small" aria-keyshortcuts="Alt+R"
            onClick=${() => retry("items")}>Retry only what failed <kbd>Alt R</kbd></button>`
          : null
      }
    </div>
    ${
      !isRead || id !== of.id
        ? html`<p class="muted none-yet">Reading …</p>`
        : known.length
          ? html`<${List} known=${known} next=${next} />`
          : html`<p class="muted none-yet">${nothing(of)}</p>`
    }
  </div>`;
}

/** @param {Task} of */
function nothing({ progress: { failed, unit } }) {
  if (itemStatus.value !== "failed") return "None.";
  return failed
    ? `${counted(failed, unit)} failed, but are not listed one by one.`
    : "Nothing failed.";
}

/** @param {{known: Item[], next: string|null}} props */
function List({ known, next }) {
  return html`<div class="items-list" tabindex="0" data-scrolls role="group" aria-label="Items">
    <ul>${known.map((item) => html`<${Row} key=${item.id} item=${item} />`)}</ul>
    ${
      next
        ? html`<button class="button" onClick=${readMore}>More</button>`
        : null
    }
  </div>`;
}

/** @param {{item: Item}} props */
function Row({ item: { key, status, attempts, message, trace } }) {
  const tone = status === "skipped" ? "cancelled" : status;
  return html`<li class=${tone}>
    <p><${Glyph} name=${tone} /><code>${key}</code><b>${status}</b>${
      attempts > 1 ? html`<span class="muted">${attempts} times tried</span>` : null
    }</p>
    ${message ? html`<p class="message">${message}</p>` : null}
    ${trace ? html`<${Trace} text=${trace} />` : null}
  </li>`;
}
