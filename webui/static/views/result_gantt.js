// A result as bars on a line of days: a program, with what decides its end in another shape and
// colour, so that neither is needed alone.

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { ganttOf } from "../detail/gantt.js";
import { Table } from "./result_table.js";

/** @import {Bar} from "../detail/gantt.js" */
/** @import {Row} from "../detail/shape.js" */
/** @import {Column} from "../types.js" */

/** @param {{x: string, y: string, rows: Row[], columns: Column[], summary: string}} props */
export function Gantt({ x, y, rows, columns, summary }) {
  const gantt = useMemo(() => ganttOf(rows, x, y), [rows, x, y]);
  if (!gantt) return html`<${Table} columns=${columns} rows=${rows} />`;
  return html`<div class="gantt" tabindex="0" data-scrolls role="region" aria-label="Program">
    ${summary ? html`<p class="muted">${summary}</p>` : null}
    <p class="legend" aria-hidden="true"><i class="bar critical"></i>decides the end
      <i class="bar"></i>has slack <i class="bar done"></i>done</p>
    <div class="days" aria-hidden="true"><span></span><div>${gantt.marks.map(
      ({ at, label }) => html`<b style=${{ left: `${at}%` }}>${label}</b>`,
    )}</div></div>
    <ol>${gantt.bars.map((bar) => html`<${Line} bar=${bar} marks=${gantt.marks} />`)}</ol>
  </div>`;
}

/** @param {{bar: Bar, marks: {at: number}[]}} props */
function Line({ bar, marks }) {
  const kind = `bar ${bar.isCritical ? "critical" : ""} ${bar.isDone ? "done" : ""}`;
  return html`<li>
    ${bar.group ? html`<h4>${bar.group}</h4>` : null}
    <div class="line" title=${`${bar.title}: ${bar.said}`}>
      <span>${bar.title}<i class="unseen">: ${bar.said}</i></span>
      <div aria-hidden="true">
        ${marks.map(({ at }) => html`<u style=${{ left: `${at}%` }}></u>`)}
        <i class="${kind} ${bar.width ? "" : "milestone"}"
          style=${{ left: `${bar.left}%`, width: bar.width ? `${bar.width}%` : null }}></i>
      </div>
    </div>
  </li>`;
}
