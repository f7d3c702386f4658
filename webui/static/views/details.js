// The task that is shown: its name and figures, what can be done to it, its way, its speed, and one
// of log, parameters, result.

import { html } from "htm/preact";
import { stageTitle } from "../detail/cells.js";
import { arrival, counted, duration, moment, speed, whole } from "../format.js";
import { policyWords } from "../policy.js";
import { ahead, calm, notice, now, state, task } from "../store.js";
import { waitingBecause } from "../rows.js";
import { stationsOf } from "../stations.js";
import { Actions } from "./actions.js";
import { Belongs } from "./belongs.js";
import { Chart } from "./chart.js";
import { Icon } from "./face.js";
import { Glyph, lookOf } from "./glyph.js";
import { PaceOf } from "./paced.js";
import { Range, Steps } from "./range.js";
import { same } from "./same.js";
import { Tabs } from "./tabs.js";

/** @import {Task, TaskType} from "../types.js" */

export function Details() {
  const of = task.value;
  const still = calm.value;
  if (!of || !still || !state.value) return null;
  const type = state.value.types.get(of.type);
  const { glyph, word, tone } = lookOf(of);
  const why = waitingBecause(of, state.value.queue, ahead.value);
  return html`<aside class="details" aria-label="The selected task">
    <h2 title=${of.title}><${Icon} of=${type?.icon} />${of.title}</h2>
    <p class="facts"><span class="chip ${tone}"><${Glyph}
        name=${glyph} />${word}</span>${factsOf(of, type, now.value).join(" · ")}</p>
    ${why || of.message ? html`<p class="why">${why || of.message}</p>` : null}
    ${of.note ? html`<p class="note"><b>Note</b> ${of.note}</p>` : null}
    <${Actions} of=${still} />
    <${Belongs} of=${still} />
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    <${Trouble} of=${still} />
    <${Line} of=${still} type=${type} />
    ${of.error_policy ? html`<p class="muted">${policyWords(of.error_policy)}</p>` : null}
    <${Range} of=${of} type=${type} />
    <${PaceOf} of=${still} />
    <${Steps} of=${of} type=${type} />
    <${Chart} key=${of.id} of=${of} />
    <${Tabs} of=${still} />
  </aside>`;
}

/**
 * What a person wants to know first, in a line.
 * @param {Task} of
 * @param {TaskType|undefined} type
 * @param {number} at
 */
function factsOf(of, type, at) {
  const { done, failed, skipped, total, unit } = of.progress;
  const seen = done + failed + skipped;
  const facts = [type?.title ?? of.type];
  facts.push(total === null ? counted(seen, unit) : `${whole(seen)} of ${counted(total, unit)}`);
  if (failed) facts.push(`${whole(failed)} failed`);
  if (of.status === "running" && of.rate) facts.push(speed(of.rate));
  if (of.eta) facts.push(`arrives ${arrival(of.eta, at)}`);
  if (of.attempts > 1 && of.status !== "completed") facts.push(`attempt ${of.attempts}`);
  if (of.finished_at && of.started_at) {
    facts.push(`took ${duration((Date.parse(of.finished_at) - Date.parse(of.started_at)) / 1000)}`);
    facts.push(moment(Date.parse(of.finished_at), at));
  }
  return facts;
}

/** What failed, and what can be done. */
const Trouble = same((/** @type {{of: Task}} */ { of: { error, status } }) => {
  if (!error || status === "completed") return null;
  return html`<div class="trouble ${status === "failed" ? "failed" : ""}">
    <p><b>${status === "failed" ? "It failed" : "The last attempt failed"}</b> ${error.message}</p>
    ${error.item ? html`<p>At: <span class="mono">${error.item}</span></p>` : null}
    ${error.hint ? html`<p>${error.hint}</p>` : null}
    ${
      error.trace_id
        ? html`<p class="muted">In the service's log: <code>${error.trace_id}</code>
        </p>`
        : null
    }
  </div>`;
});

/** Its way: a station for each stage. */
const Line = same((/** @type {{of: Task, type: TaskType|undefined}} */ { of, type }) => {
  const stations = stationsOf(of, type);
  if (stations.length < 2) return null;
  const { tone } = lookOf(of);
  const step =
    of.steps.length > 1
      ? `Step ${of.step_index + 1} of ${of.steps.length}: ${stageTitle(
          of.steps[of.step_index],
          type,
        )}`
      : "";
  return html`<div class="line ${tone}">
    <ol style=${{ "--stations": stations.length }}>
      ${stations.map(
        ({ title, state, counted }, i) => html`<li key=${i} class=${state}
          aria-current=${state === "now" ? "step" : undefined} title=${title}><span>${title}</span>
          ${counted ? html`<small>${counted}</small>` : null}</li>`,
      )}
    </ol>
    ${step ? html`<p class="muted">${step}</p>` : null}
  </div>`;
});
