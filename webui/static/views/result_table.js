// A list of objects as a table that sorts by its columns; only the rows on screen are in the page.

import { html } from "htm/preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { figure } from "../detail/cells.js";
import { sorted } from "../detail/shape.js";
import { counted, spaced } from "../format.js";
import { onScreen } from "../rows.js";
import { zoom } from "../zoom.js";

/** @import {Column} from "../types.js" */
/** @import {Row} from "../detail/shape.js" */

/** Height of a row in rem; details.css has the same. */
const ROW = 1.9;

/** @param {{columns: Column[], rows: Row[]}} props */
export function Table({ columns, rows }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const [order, setOrder] = useState({ key: "", way: /** @type {1|-1} */ (1) });
  const [seen, setSeen] = useState({ top: 0, height: 30 });
  const all = useMemo(
    () => (order.key ? sorted(rows, order.key, order.way) : rows),
    [rows, order.key, order.way],
  );
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    setSeen({ top: element.scrollTop / rem, height: element.clientHeight / rem });
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [zoom.value]);
  const by = (/** @type {string} */ key) =>
    setOrder(order.key === key ? { key, way: order.way === 1 ? -1 : 1 } : { key, way: 1 });
  const [first, end] = onScreen(seen.top, seen.height, all.length, ROW);
  const isRight = columns.map(({ key, kind }) =>
    kind === "text" || kind === "date" ? false : typeof rows[0]?.[key] === "number",
  );
  return html`<div class="table" ref=${box} tabindex="0" data-scrolls role="region"
      aria-label="Result, ${counted(rows.length, "rows")}" onScroll=${measure}>
    <table aria-rowcount=${rows.length + 1}>
      <thead><tr>${columns.map(
        ({ key, label }, i) => html`<th scope="col" class=${isRight[i] ? "right" : ""}
            aria-sort=${order.key !== key ? "none" : order.way === 1 ? "ascending" : "descending"}>
          <button onClick=${() => by(key)}>${label === key ? spaced(label) : label}<i>${
            order.key !== key ? "" : order.way === 1 ? "▲" : "▼"
          }</i></button></th>`,
      )}</tr></thead>
      <tbody>
        ${space(first)}
        ${all.slice(first, end).map(
          (row, i) => html`<tr key=${first + i} aria-rowindex=${first + i + 2}>${columns.map(
            ({ key, kind }, j) => {
              const text = figure(row[key], kind);
              return html`<td class=${isRight[j] ? "right" : ""} title=${text}>${text}</td>`;
            },
          )}</tr>`,
        )}
        ${space(all.length - end)}
      </tbody>
    </table>
  </div>`;
}

/** Room for rows that are not drawn. @param {number} rows */
const space = (rows) =>
  rows ? html`<tr class="space" aria-hidden="true" style=${{ height: `${rows * ROW}rem` }}></tr>` : null;
