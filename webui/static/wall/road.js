// The road: all records as one line, done, moving, failed, to go.

import { html } from "htm/preact";
import { compact, percent } from "../format.js";
import { zoom } from "../zoom.js";
import { idlePlan, plan, running, wallHaul, width } from "./state.js";
import { emOf } from "./widths.js";

const SMALL = 2.15;
/** Which counts are kept when there is no room for all, first to last; the hero tells what is
 * done. */
const WORTH = ["to go", "failed", "done", "moving"];

export function Road() {
  const { total, done, failed, moving, toGo } = wallHaul.value;
  const parts = [
    { name: "done", of: done },
    { name: "moving", of: moving },
    { name: "failed", of: failed },
    { name: "to go", of: toGo - moving, shown: toGo },
  ];
  const hasLegend = (running.value.length ? plan : idlePlan).value.legend;
  const share = percent(total ? done / total : 0);
  return html`<section class="wall-road" aria-label="All records">
    <div class="road" role="progressbar" aria-label="Done" aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${share}>${parts.map(({ name, of }) =>
          of > 0
            ? html`<span key=${name} class=${classOf(name)}
                style=${{ flexGrow: of / total }}></span>`
            : null,
        )}</div>
    ${hasLegend ? html`<${Legend} parts=${parts} />` : null}
  </section>`;
}

/** @param {{parts: {name: string, of: number, shown?: number}[]}} props */
function Legend({ parts }) {
  const counts = parts
    .map(({ name, of, shown = of }) => ({ name, text: compact(shown), of: shown }))
    .filter(({ name, of }) => of > 0 || name === "done" || name === "to go");
  let left = width.value;
  /** @type {Set<string>} */
  const kept = new Set();
  for (const name of WORTH) {
    const count = counts.find((each) => each.name === name);
    if (!count) continue;
    left -= emOf(`${count.text} ${name}`) * SMALL + 2 + (kept.size ? 3.2 / zoom.value : 0);
    if (left < 0) break;
    kept.add(name);
  }
  return html`<p class="wall-legend">${counts
    .filter(({ name }) => kept.has(name))
    .map(
      ({ name, text }) => html`<span key=${name} class=${name === "to go" ? "rest" : ""}><i
          class=${classOf(name)}></i><span><b>${text}</b> ${name}</span></span>`,
    )}</p>`;
}

/** @param {string} name */
const classOf = (name) => (name === "to go" ? "is-waiting" : `is-${name}`);
