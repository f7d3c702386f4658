// The list of tasks: one focusable grid of which only the rows on screen are in the page, so that
// ten thousand cost as much as ten.

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { clearFilters, isFiltered } from "../filters.js";
import { unfolded } from "../folds.js";
import { isSearching, readMore } from "../history.js";
import { keyOf, onScreen, waitingBecause } from "../rows.js";
import { ahead, current, place, rows, selected, state } from "../store.js";
import { remInPixels } from "../zoom.js";
import { useDragging } from "./dragging.js";
import { Row } from "./row.js";
import { Heading, JobRow, More } from "./rows.js";
import { useScrolled } from "./scrolled.js";

/** @import {Kind} from "../history.js" */
/** @import {Row as RowOf} from "../rows.js" */
/** @import {State} from "../reducer.js" */
/** @import {Queue, Task} from "../types.js" */

/** Height of a row and of the headings above them, in rem; list.css has the same. */
const ROW = 2.5;
const HEAD = 2.1;
const COLUMNS = ["Unfold", "Mark", "Task", "Status", "Stage", "Progress", "Items", "Arrives", "Speed"];
/** Headings that are read, not seen. */
const SILENT = new Set(["Unfold", "Mark"]);

export function List() {
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  const seen = useSeen(scroller);
  const all = rows.value;
  const known = state.value;
  useEffect(() => scroller.current?.focus({ preventScroll: true }), []);
  useInView(scroller);
  useDragging(scroller);

  const [first, end] = onScreen(seen.value.top, seen.value.height, all.length, ROW);
  const drawn = all.slice(first, end);
  const active = drawn[place.value - first];
  const wanted = drawn.map((row) => ("more" in row ? row.more : "")).join("");
  useEffect(() => {
    if (wanted) readMore(/** @type {Kind} */ (wanted)).catch(() => undefined);
  }, [wanted, all.length]);

  return html`<div class="list" ref=${scroller} role="grid" tabindex="0" aria-label="Tasks"
      aria-rowcount=${all.length + 1}
      aria-activedescendant=${active && !("more" in active) ? keyOf(active) : undefined}>
    <div class="columns" role="row" aria-rowindex="1">
      ${COLUMNS.map(
        (name) => html`<span role="columnheader" key=${name}>${
          SILENT.has(name) ? html`<span class="unseen">${name}</span>` : name
        }</span>`,
      )}
    </div>
    ${all.length ? null : html`<${Nothing} />`}
    <div class="rows" role="presentation" style=${{ height: `${all.length * ROW}rem` }}>
      ${known && drawn.map((row, i) => drawnRow(row, first + i, known, row === active))}
    </div>
  </div>`;
}

/**
 * @param {RowOf} row @param {number} index in the list @param {State} known
 * @param {boolean} isActive  whether the arrows are on it
 */
function drawnRow(row, index, known, isActive) {
  const place = { transform: `translateY(${index * ROW}rem)` };
  const at = { place, index: index + 2, isActive };
  if ("heading" in row) return html`<${Heading} key=${keyOf(row)} row=${row} ...${at} />`;
  if ("more" in row) return html`<${More} key=${keyOf(row)} row=${row} ...${at} />`;
  const task = known.tasks.get("of" in row ? row.of : row.id);
  if (!task) return null;
  if ("of" in row) return html`<${JobRow} key=${row.key} row=${row} task=${task} ...${at} />`;
  return html`<${Row} key=${row.id} task=${task} type=${known.types.get(task.type)} ...${at}
      isCurrent=${row.id === current.value} isUnfolded=${unfolded.value.has(row.id)}
      why=${whyOf(task, known.queue)} />`;
}

/** Why a task waits, worked out anew only when it or the line has changed.
 * @param {Task} task @param {Queue} queue */
function whyOf(task, queue) {
  const line = ahead.value;
  const before = whys.get(task);
  if (before?.line === line && before.queue === queue) return before.why;
  const why = waitingBecause(task, queue, line);
  whys.set(task, { line, queue, why });
  return why;
}
/** @type {WeakMap<Task, {line: object, queue: Queue, why: string}>} */
const whys = new WeakMap();

/** A filter that matches nothing says so. */
function Nothing() {
  return html`<div class="nothing" role="row" aria-rowindex="2"><div role="gridcell">
    ${
      isSearching.value
        ? html`<p role="status">Looking through all tasks …</p>`
        : html`<p role="status"><b>No task matches.</b></p>
          ${
            isFiltered.value
              ? html`<button class="button" onClick=${clearFilters}>Show all tasks</button>`
              : null
          }`
    }
  </div></div>`;
}

/** What of the list is on screen, in rem. @param {{current: HTMLElement|null}} scroller */
const useSeen = (scroller) =>
  useScrolled(scroller, { top: 0, height: 60 }, (element, rem) => ({
    // a whole row at a time: what is drawn changes no sooner
    top: Math.floor(element.scrollTop / rem / ROW) * ROW,
    height: element.clientHeight / rem,
  }));

/**
 * What a person goes to comes into view, and stays there when others come in above it.
 * @param {{current: HTMLElement|null}} scroller
 */
function useInView(scroller) {
  const at = place.value;
  const active = at < 0 ? undefined : rows.value.at(at);
  const key = active && (selected.value !== null || !("id" in active)) ? keyOf(active) : "";
  const last = useRef({ key, at: -1 });
  useLayoutEffect(() => {
    const before = last.current;
    last.current = { key, at };
    const element = scroller.current;
    if (!key || !element) return;
    const rem = remInPixels();
    const isChosen = before.key !== key || before.at < 0;
    if (isChosen || isSeen(element, before.at * ROW * rem, rem)) reveal(element, at * ROW * rem, rem);
  }, [key, at]);
}

/** @param {HTMLElement} list @param {number} top @param {number} rem */
const isSeen = (list, top, rem) =>
  top + ROW * rem > list.scrollTop && top < list.scrollTop + list.clientHeight;

/**
 * Scroll no more than it takes to see a row; the heading of a group's first task comes along.
 * @param {HTMLElement} list @param {number} top @param {number} rem
 */
function reveal(list, top, rem) {
  const bottom = top + (HEAD + ROW) * rem;
  if (top < list.scrollTop + ROW * rem) list.scrollTop = top - ROW * rem;
  else if (bottom > list.scrollTop + list.clientHeight)
    list.scrollTop = bottom - list.clientHeight;
}
