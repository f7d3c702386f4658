// What the task would do, as far as it is known while the form is filled in.

import { html } from "htm/preact";
import { counted } from "../format.js";
import { type } from "./entries.js";
import { preview } from "./previewing.js";
import { tableOf } from "./sample.js";

/** One line about it, for the foot of the sheet. */
export function summary() {
  const { status, found } = preview.value;
  if (!type.value?.has_preview) return "";
  const count = found ? countOf(found) : "";
  switch (status) {
    case "counting":
      return count ? `${count} · counting …` : "Counting …";
    case "lost":
      return "The service does not answer; it is asked again.";
    case "known":
      return count;
    default:
      return "";
  }
}

/** @param {import("./previewing.js").Found} found */
function countOf({ count, at_least: least, unit }) {
  const name = unit || type.value?.unit || "records";
  if (count !== null) return count ? `${counted(count, name)} to do` : `No ${name} to do`;
  return least !== null ? `At least ${counted(least, name)} to do` : "";
}

export function PreviewOfTask() {
  const { status, found, rest } = preview.value;
  if (!type.value) return null;
  return html`<section class="preview ${status}" aria-label="What it would do" aria-busy=${status === "counting"}>
    <h3>What it would do${status === "counting" ? html`<span class="muted">counting …</span>` : null}</h3>
    ${body(status, found, rest)}
  </section>`;
}

/** @param {string} status @param {import("./previewing.js").Found|null} found @param {string[]} rest */
function body(status, found, rest) {
  if (!type.value?.has_preview) {
    return html`<p class="muted">This task type cannot say beforehand; it shows while it runs.</p>`;
  }
  if (status === "incomplete" || status === "idle") {
    return html`<p class="muted">It is counted as soon as everything needed is filled in.</p>`;
  }
  if (status === "refused") {
    return rest.length
      ? rest.map((text) => html`<p class="wrong" key=${text}>${text}</p>`)
      : html`<p class="muted">It is counted when the fields above fit.</p>`;
  }
  if (!found) return html`<p class="muted">${status === "lost" ? "The service does not answer; it is asked again." : "Looking …"}</p>`;
  return html`
    <p class="how-many">${countOf(found) || "How much it is could not be told."}</p>
    ${found.problems.map((text) => html`<p class="wrong" key=${text}>${text}</p>`)}
    ${found.sample.length ? html`<${Sample} sample=${found.sample} />` : null}
  `;
}

/** @param {{sample: Object<string, unknown>[]}} props */
function Sample({ sample }) {
  const { names, labels, rows } = tableOf(sample);
  return html`<div class="sample" tabindex="0" data-scrolls role="region" aria-label="A sample">
    <table>
      <thead><tr>${labels.map((label, i) => html`<th key=${names[i]} scope="col">${label}</th>`)}</tr></thead>
      <tbody>${rows.map(
        (cells, i) => html`<tr key=${i}>${cells.map(
          (text, j) => html`<td key=${names[j]} class=${text === "–" ? "none" : names[j]} title=${text}>${text}</td>`,
        )}</tr>`,
      )}</tbody>
    </table>
  </div>`;
}
