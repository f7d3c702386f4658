// One task in the list. Drawn again only when something in it changed.

import { html } from "htm/preact";
import { Component } from "preact";
import { durationRange, outOf, speed, whole } from "../format.js";
import { toggleTask } from "../jobs.js";
import { pick } from "../selection.js";
import { reached, stationsOf } from "../stations.js";
import { Bar } from "./bar.js";
import { Glyph, lookOf } from "./glyph.js";
import { Pick } from "./pick.js";

/** @import {Station} from "../stations.js" */
/** @import {Progress, Range, Task, TaskType} from "../types.js" */

/**
 * @typedef {object} Props
 * @property {Task} task
 * @property {TaskType|undefined} type
 * @property {number} index  in the whole list, from 1
 * @property {{transform: string}} place
 * @property {boolean} isActive  the arrows are on it
 * @property {boolean} isCurrent  its details are shown
 * @property {boolean} isUnfolded
 * @property {string} why  it waits, or ""
 */

/** What decides whether a row is drawn again; its place goes with its index. */
const DRAWN = /** @type {const} */ ([
  "task",
  "type",
  "index",
  "isActive",
  "isCurrent",
  "isUnfolded",
  "why",
]);

/** @extends {Component<Props>} */
export class Row extends Component {
  /** @param {Props} next */
  shouldComponentUpdate(next) {
    return DRAWN.some((name) => this.props[name] !== next[name]);
  }

  render() {
    const { task, type, index, place, isCurrent, isUnfolded, why } = this.props;
    const { glyph, word, tone } = lookOf(task);
    const { progress, steps, status } = task;
    const seen = progress.done + progress.failed + progress.skipped;
    const shown = `row ${tone} ${steps.length > 1 ? "has-steps" : ""}`;
    return html`<div class=${shown} id="row-${task.id}" role="row" aria-rowindex=${index}
        aria-selected=${isCurrent} style=${place}
        onClick=${(/** @type {MouseEvent} */ event) => pick(task.id, event)}>
      <span role="gridcell"><button class="fold" tabindex="-1" aria-expanded=${isUnfolded}
          aria-label="Jobs of ${task.title}" onClick=${this.unfold}><svg viewBox="0 0 16 16"
          aria-hidden="true"><path d="M5.5 3.5 11 8l-5.5 4.5Z" fill="currentColor" /></svg>
      </button></span>
      <span class="mark" role="gridcell"><${Pick} id=${task.id} title=${task.title}
          canMove=${task.allowed.includes("move")} /><${Glyph} name=${glyph} /></span>
      <span class="name" role="gridcell" title=${task.title}>${task.title}</span>
      <span class="word" role="gridcell">${word}</span>
      ${
        why && !seen
          ? html`<span class="why wide" role="gridcell" aria-colspan="2" title=${why}>${why}</span>`
          : html`<span class="stage" role="gridcell">${
              why
                ? html`<span class="why" title=${why}>${why}</span>`
                : this.way(task, type)
            }</span>
            <span role="gridcell"><${Bar} task=${task} /></span>`
      }
      <span class="items" role="gridcell">${itemsOf(progress, seen)}</span>
      <span class="arrives" role="gridcell">${status === "running" ? arrivesIn(task.eta) : ""}</span>
      <span class="speed" role="gridcell">${status === "running" ? speed(task.rate) : ""}</span>
    </div>`;
  }

  /** The stations; the same for as long as it is at the same one. @param {Task} task
   * @param {TaskType|undefined} type */
  way(task, type) {
    const at = [task.status, task.step_index, task.stage, task.stages, task.started_at].join();
    if (at !== this.drawnWay.at || type !== this.drawnWay.type)
      this.drawnWay = { at, type, way: html`<${Stations} stations=${stationsOf(task, type)} />` };
    return this.drawnWay.way;
  }

  drawnWay = { at: "", type: /** @type {TaskType|undefined} */ (undefined), way: /** @type {any} */ (null) };

  /** @param {MouseEvent} event */
  unfold = (event) => {
    event.stopPropagation();
    toggleTask(this.props.task.id);
  };
}

/** @param {Progress} progress @param {number} seen */
export function itemsOf({ total }, seen) {
  if (total === null) return seen ? whole(seen) : "";
  return outOf(seen, total);
}

/** @param {Range|null} eta */
const arrivesIn = (eta) => (eta ? `in ${durationRange(eta)}` : "");

/** The stations of a way in small. @param {{stations: Station[]}} props */
export function Stations({ stations }) {
  const now = stations.find(({ state }) => state === "now");
  return html`<span class="way" style=${{ "--at": `${100 * reached(stations)}%` }}
      title=${now?.title ?? ""}>
    ${stations.map(({ state }, i) => html`<i key=${i} class=${state}></i>`)}
    <span class="unseen">${now?.title ?? ""}</span>
  </span>`;
}
