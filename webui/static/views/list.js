// The list of tasks: one focusable grid of which only the rows on screen are in the page, so that
// ten thousand cost as much as ten.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { counted } from "../format.js";
import { onScreen, waitingBecause } from "../rows.js";
import { ahead, current, rows, selected, state } from "../store.js";
import { zoom } from "../zoom.js";
import { Row } from "./row.js";

/** Height of a row and of the headings above them, in rem; list.css has the same. */
const ROW = 2.5;
const HEAD = 2.1;

export function List() {
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  const seen = useSignal({ top: 0, height: 60 }); // in rem
  const all = rows.value;
  const known = state.value;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
    const measure = () => {
      seen.value = { top: element.scrollTop / rem(), height: element.clientHeight / rem() };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [zoom.value]);

  useEffect(() => scroller.current?.focus({ preventScroll: true }), []);
  const at = all.findIndex((row) => "id" in row && row.id === selected.value);
  const last = useRef({ id: selected.value, at: -1 });
  useLayoutEffect(() => {
    const before = last.current;
    last.current = { id: selected.value, at };
    if (at < 0) return;
    // A chosen row that was in view stays in view when others come in above it.
    const isChosen = before.id !== selected.value || before.at < 0;
    if (isChosen || isSeen(scroller.current, before.at)) reveal(scroller.current, at);
  }, [selected.value, at]);

  const [first, end] = onScreen(seen.value.top, seen.value.height, all.length, ROW);
  const drawn = all.slice(first, end).some((row) => "id" in row && row.id === current.value);
  return html`<div class="list" ref=${scroller} role="grid" tabindex="0" aria-label="Tasks"
      aria-rowcount=${all.length + 1}
      aria-activedescendant=${drawn ? `row-${current.value}` : undefined}>
    <div class="columns" role="row" aria-rowindex="1">
      ${["", "Task", "Status", "Stage", "Progress", "Items", "Speed"].map(
        (name) => html`<span
          role="columnheader">${name || html`<span class="unseen">Mark</span>`}</span>`,
      )}
    </div>
    <div class="rows" role="presentation" style=${{ height: `${all.length * ROW}rem` }}>
      ${all.slice(first, end).map((row, i) => {
        const place = { transform: `translateY(${(first + i) * ROW}rem)` };
        if (!("id" in row))
          return html`<${Heading} key=${row.heading} row=${row} place=${place}
              index=${first + i + 2} />`;
        const task = known?.tasks.get(row.id);
        if (!known || !task) return null;
        return html`<${Row} key=${row.id} task=${task} type=${known.types.get(task.type)}
            index=${first + i + 2} place=${place}
          isCurrent=${row.id === current.value}
              why=${waitingBecause(task, known.queue, ahead.value)} />`;
      })}
    </div>
  </div>`;
}

/** @param {{row: {heading: string, count: number}, place: object, index: number}} props */
function Heading({ row, place, index }) {
  return html`<div class="row heading" role="row" aria-rowindex=${index} style=${place}>
    <span role="rowheader">${row.heading}</span>
    <span role="gridcell">${counted(row.count, "tasks")}</span>
  </div>`;
}

/**
 * Whether a row is at least partly on screen.
 * @param {HTMLElement|null} scroller
 * @param {number} at
 */
function isSeen(scroller, at) {
  if (!scroller) return false;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const top = at * ROW * rem;
  return top + ROW * rem > scroller.scrollTop && top < scroller.scrollTop + scroller.clientHeight;
}

/**
 * Scroll no more than it takes to see a row.
 * @param {HTMLElement|null} scroller
 * @param {number} at
 */
function reveal(scroller, at) {
  if (!scroller) return;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const top = at * ROW * rem;
  const bottom = top + (HEAD + ROW) * rem;
  // the heading of the first task's group comes along
  if (top < scroller.scrollTop + ROW * rem) scroller.scrollTop = top - ROW * rem;
  else if (bottom > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = bottom - scroller.clientHeight;
}
