// The log of the task that is shown. Only the lines on screen are in the page, so that a hundred
// thousand cost as much as thirty; it stays at the end until somebody scrolls up.

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { lineAt, marked, placesOf } from "../detail/lines.js";
import {
  isAtEnd,
  log,
  query,
  readFirst,
  readNewer,
  readNewest,
  readOlder,
} from "../detail/log.js";
import { clockSeconds } from "../format.js";
import { zoom } from "../zoom.js";
import { LogTools } from "./log_tools.js";

/** @import {LogLine} from "../types.js" */

/** Height of a row in rem, and rows that are drawn beyond those on screen. */
const ROW = 1.35;
const SPARE = 12;
/** Width of the time in front of a line, in rem; details.css has the same. */
const TIME = 4.9;
/** Pixels from an end at which more is read, and at which the end counts as reached. */
const NEAR = 600;
const AT_END = 24;

/** What was measured: pixels, and letters in a row. */
const seen = signal({ top: 0, height: 0, columns: 80, row: 20 });

/** To the newest line, and from there on with what comes. */
export async function toNewest() {
  if (log.value.hasNewer) await readNewest();
  isAtEnd.value = true; // only now: the end of what was here before is not the log's
}

/** To the very first line. */
export async function toFirst() {
  isAtEnd.value = false;
  await readFirst();
  const box = document.querySelector(".log");
  if (box) box.scrollTop = 0;
}

export function Log() {
  const { id, lines, isRead } = log.value;
  useLayoutEffect(() => {
    isAtEnd.value = true;
  }, [id]);
  const isAway = !isAtEnd.value && lines.length > 0;
  return html`<div class="log-panel">
    <${LogTools} id=${id} />
    ${
      lines.length
        ? html`<${Lines} key=${id} />`
        : html`<p class="muted none-yet">${
            !isRead
              ? "Reading …"
              : query.value
                ? "No line has that in it."
                : "It has written nothing so far."
          }</p>`
    }
    ${
      isAway
        ? html`<button class="button newest" onClick=${toNewest} aria-keyshortcuts="L">
          ↓ Newest line <kbd>L</kbd></button>`
        : null
    }
  </div>`;
}

/** The window of lines. */
function Lines() {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const probe = useRef(/** @type {HTMLElement|null} */ (null));
  const anchor = useRef({ id: 0, offset: 0 });
  const size = useRef(""); // of the window and of what is in it, when it last was at its end
  const { lines } = log.value;
  const { top, height, columns, row } = seen.value;
  const places = placesOf(lines, columns);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => measured(element, probe.current);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    document.fonts.ready.then(measure);
    measure();
    return () => observer.disconnect();
  }, [zoom.value]);

  // The line at the top stays where it is, whatever comes above it or changes its width.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (isAtEnd.value) {
      toEnd(element);
    } else {
      const at = lines.findIndex((line) => line.id >= anchor.current.id);
      const wanted = places[Math.max(0, at)] * row + anchor.current.offset;
      if (anchor.current.id && Math.abs(element.scrollTop - wanted) > 1) element.scrollTop = wanted;
    }
    note();
  }, [lines, columns, row, height, isAtEnd.value]);

  const toEnd = (/** @type {HTMLElement} */ element) => {
    element.scrollTop = element.scrollHeight;
    size.current = `${element.clientHeight} ${element.scrollHeight}`;
  };
  const note = () => {
    const element = box.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const first = lineAt(places, scrollTop / row);
    anchor.current = { id: lines[first]?.id ?? 0, offset: scrollTop - places[first] * row };
    if (scrollTop !== seen.value.top) seen.value = { ...seen.value, top: scrollTop };
    const below = scrollHeight - scrollTop - clientHeight;
    if (scrollTop < NEAR) readOlder().catch(() => undefined);
    if (below < NEAR) readNewer().catch(() => undefined);
  };
  const scrolled = () => {
    const element = box.current;
    if (!element) return;
    // a zoom or a message below moves it, too, which is nobody's wish to leave the end
    const isMoved = size.current !== `${element.clientHeight} ${element.scrollHeight}`;
    if (isAtEnd.value && isMoved) toEnd(element);
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    isAtEnd.value = below < AT_END && !log.value.hasNewer;
    note();
  };

  const first = lineAt(places, Math.max(0, top / row - SPARE));
  const last = lineAt(places, (top + height) / row + SPARE);
  return html`<div class="log mono" ref=${box} role="log" aria-live="off" tabindex="0" data-scrolls
      aria-label="Log" onScroll=${scrolled} onKeyDown=${keys}>
    <span class="unseen" ref=${probe} aria-hidden="true">${"0".repeat(50)}</span>
    <div style=${{ height: `${places[lines.length] * ROW}rem` }}>
      ${lines.slice(first, last + 1).map(
        (line, i) => html`<${Line} key=${line.id} line=${line} query=${query.value}
            place=${places[first + i]} rows=${places[first + i + 1] - places[first + i]} />`,
      )}
    </div>
  </div>`;
}

/** @param {HTMLElement} box @param {HTMLElement|null} probe */
function measured(box, probe) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const letters = document.createRange(); // their box is cut to nothing, for nobody shall see them
  if (probe) letters.selectNodeContents(probe);
  const letter = letters.getBoundingClientRect().width / 50 || 0.47 * rem;
  const style = getComputedStyle(box);
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  const room = box.clientWidth - padding - TIME * rem;
  const columns = Math.max(8, Math.floor(room / letter + 0.01));
  const { scrollTop: top, clientHeight: height } = box;
  const row = ROW * rem;
  const before = seen.value;
  if (before.columns !== columns || before.row !== row || before.height !== height)
    seen.value = { top, height, columns, row };
}

/** Home is the first line of all, not of those that are here. @param {KeyboardEvent} event */
function keys(event) {
  if (event.key === "Home") toFirst();
  else if (event.key === "End") toNewest();
  else return;
  event.preventDefault();
}

/** @param {{line: LogLine, query: string, place: number, rows: number}} props */
function Line({ line, query, place, rows }) {
  const isLoud = line.level === "warning" || line.level === "error";
  const style = { transform: `translateY(${place * ROW}rem)`, height: `${rows * ROW}rem` };
  return html`<p class=${line.level} style=${style}><time>${clockSeconds(line.at)}</time><span>${
    isLoud ? html`<b>${line.level} </b>` : null
  }${marked(line.message, query).map(({ text, isHit }) =>
    isHit ? html`<mark>${text}</mark>` : text,
  )}</span></p>`;
}
