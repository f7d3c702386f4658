// The rows of the list that are no tasks: headings of groups, jobs of an unfolded task, and the
// place where what is not loaded begins.

import { html } from "htm/preact";
import { counted, whole } from "../format.js";
import { select, types } from "../store.js";
import { toggleGroup } from "../walking.js";
import { Bar } from "./bar.js";
import { Glyph } from "./glyph.js";
import { Stations, itemsOf } from "./row.js";

/** @import {HeadingRow, JobRow as JobRowOf, MoreRow} from "../rows.js" */
/** @import {Job, Task} from "../types.js" */

/** @typedef {{place: {transform: string}, index: number, isActive: boolean}} At */

/** @param {{row: HeadingRow} & At} props */
export function Heading({ row, place, index, isActive }) {
  const { key, heading, count, isAtLeast, isFolded } = row;
  const many = isAtLeast ? `${whole(count)}+ tasks` : counted(count, "tasks");
  return html`<div class="row heading ${isActive ? "active" : ""}" id="group-${key}" role="row"
      aria-rowindex=${index} style=${place} onClick=${() => toggleGroup(row)}>
    <span role="gridcell"><button class="fold" tabindex="-1" aria-expanded=${!isFolded}
        aria-label="${heading}, ${many}"><${Triangle} /></button></span>
    <span role="rowheader">${heading}</span>
    <span role="gridcell" class=${isFolded ? "badge" : ""}>${isFolded ? many.split(" ")[0] : many}
      ${isFolded ? html`<span class="unseen">tasks</span>` : null}</span>
  </div>`;
}

/** Points right, or down where its button says that it is open. */
export function Triangle() {
  return html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M5.5 3.5 11 8l-5.5 4.5Z"
      fill="currentColor" /></svg>`;
}

/** @type {Object<string, string>} */
const BLOCKED = {
  held: "held",
  after: "waits for others",
  later: "waits for its time",
  backoff: "tries again later",
};

/** @param {{row: JobRowOf, task: Task} & At} props */
export function JobRow({ row: { job, key, part }, task, place, index, isActive }) {
  const shown = `row job ${job?.status ?? ""} ${isActive ? "active" : ""}`;
  if (!job)
    return html`<div class=${shown} id=${key} role="row" aria-rowindex=${index} style=${place}>
      <span class="name" role="gridcell" aria-colspan="3">Reading its jobs …</span></div>`;
  const { done, failed, skipped } = job.progress;
  const seen = done + failed + skipped;
  const titles = types.value.get(task.type)?.stage_titles ?? {};
  return html`<div class=${shown} id=${key} role="row" aria-rowindex=${index} style=${place}
      onClick=${() => select(task.id)}>
    <span role="gridcell"></span>
    <span class="mark" role="gridcell"><${Glyph} name=${job.status} /></span>
    <span class="name" role="gridcell">${nameOf(job, task)}<span
        class="muted">${[part, attemptsOf(job)].filter(Boolean).map((text) => ` · ${text}`)}</span></span>
    <span class="word" role="gridcell">${job.status}</span>
    ${
      job.error && job.status !== "completed"
        ? html`<span class="why wide" role="gridcell" aria-colspan="2"
            title=${job.error.message}>${job.error.message}</span>`
        : html`<span class="stage" role="gridcell">${
            job.status === "queued"
              ? html`<span class="why">${BLOCKED[job.blocked ?? ""] ?? "waits for its turn"}</span>`
              : html`<${Stations} stations=${stationsOf(job, titles)} />`
          }</span>
          <span role="gridcell"><${Bar} task=${job} /></span>`
    }
    <span class="items" role="gridcell">${itemsOf(job.progress, seen)}</span>
    <span class="arrives" role="gridcell"></span>
    <span class="speed" role="gridcell"></span>
  </div>`;
}

/** The name of its step. @param {Job} job @param {Task} task */
const nameOf = ({ step, type }, { steps }) => `${step + 1}. ${steps[step] ?? type}`;

/** @param {Job} job */
function attemptsOf({ attempts, max_attempts: most, status }) {
  if (attempts < 2) return "";
  return status === "completed" ? `${attempts} attempts` : `attempt ${attempts} of ${most}`;
}

/**
 * @param {Job} job @param {Object<string, string>} titles  how its type calls the stages
 * @returns {import("../stations.js").Station[]}
 */
function stationsOf({ stages, stage, status, step }, titles) {
  const at = stages.indexOf(stage);
  return stages.map((name, i) => ({
    name,
    title: titles[name] ?? name,
    step: String(step),
    state: status === "completed" || i < at ? "past" : i === at ? "now" : "next",
  }));
}

/** @param {{row: MoreRow} & At} props */
export function More({ row, place, index }) {
  return html`<div class="row more" role="row" aria-rowindex=${index} style=${place}>
    <span class="name" role="gridcell" aria-colspan="9">${row.text}</span></div>`;
}
