// One task in the list. Drawn again only when something in it changed.

import { html } from "htm/preact";
import { Component } from "preact";
import { speed, whole } from "../format.js";
import { reached, stationsOf } from "../stations.js";
import { select } from "../store.js";
import { Bar } from "./bar.js";
import { Glyph, lookOf } from "./glyph.js";

/** @import {Task, TaskType} from "../types.js" */

/**
 * @typedef {object} Props
 * @property {Task} task
 * @property {TaskType|undefined} type
 * @property {number} index  in the whole list, from 1
 * @property {{transform: string}} place
 * @property {boolean} isCurrent
 * @property {string} why  it waits, or ""
 */

/** @extends {Component<Props>} */
export class Row extends Component {
  /** @param {Props} next */
  shouldComponentUpdate(next) {
    const { task, type, index, isCurrent, why } = this.props;
    const isSame = task === next.task && type === next.type && index === next.index;
    return !isSame || isCurrent !== next.isCurrent || why !== next.why;
  }

  render() {
    const { task, type, index, place, isCurrent, why } = this.props;
    const { glyph, word, tone } = lookOf(task);
    const seen = task.progress.done + task.progress.failed + task.progress.skipped;
    return html`<div class="row ${tone}" id="row-${task.id}" role="row" aria-rowindex=${index}
        aria-selected=${isCurrent}
        style=${place} onClick=${() => select(task.id)}>
      <span class="mark" role="gridcell"><${Glyph} name=${glyph} /></span>
      <span class="name" role="gridcell" title=${task.title}>${task.title}</span>
      <span class="word" role="gridcell">${word}</span>
      ${
        why && !seen
          ? html`<span class="why wide" role="gridcell" aria-colspan="2" title=${why}>${why}</span>`
          : html`<span class="stage" role="gridcell">${
              why
                ? html`<span class="why" title=${why}>${why}</span>`
                : html`<${Way} task=${task}
                  type=${type} />`
            }</span>
            <span role="gridcell"><${Bar} task=${task} /></span>`
      }
      <span class="items" role="gridcell">${itemsOf(task, seen)}</span>
      <span class="speed"
          role="gridcell">${task.status === "running" ? speed(task.rate) : ""}</span>
    </div>`;
  }
}

/** @param {Task} task @param {number} seen */
function itemsOf({ progress: { total } }, seen) {
  if (total === null) return seen ? whole(seen) : "";
  return `${whole(seen)} / ${whole(total)}`;
}

/** The stations of its way in small. @param {{task: Task, type: TaskType|undefined}} props */
function Way({ task, type }) {
  const stations = stationsOf(task, type);
  const now = stations.find(({ state }) => state === "now");
  return html`<span class="way" style=${{ "--at": `${100 * reached(stations)}%` }}
      title=${now?.name ?? ""}>
    ${stations.map(({ state }, i) => html`<i key=${i} class=${state}></i>`)}
    <span class="unseen">${now?.name ?? ""}</span>
  </span>`;
}
