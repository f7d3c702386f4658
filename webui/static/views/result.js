// The result of the task that is shown, by its kind. Whatever it is, it is drawn as text, as our own
// tables and curves, or as a picture; nothing of it is ever run.

import { html } from "htm/preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { bytes } from "../detail/cells.js";
import { isLarge, result, resultAddress, resultKey } from "../detail/result.js";
import { MOST_TEXT, shapeOf } from "../detail/shape.js";
import { types } from "../store.js";
import { Copy } from "./copy.js";
import { Plot } from "./result_chart.js";
import { Gantt } from "./result_gantt.js";
import { Table } from "./result_table.js";
import { Tree } from "./result_tree.js";
import { Sheet } from "./sheet.js";

/** @import {Shape} from "../detail/shape.js" */
/** @import {Result as Read} from "../detail/result.js" */
/** @import {Task} from "../types.js" */

/** @param {{of: Task}} props */
export function Result({ of }) {
  const read = result.value;
  if (!read || read.key !== resultKey(of)) return html`<p class="muted none-yet">Reading …</p>`;
  if (!isLarge.value) return html`<${Shown} key=${read.key} of=${of} read=${read} />`;
  const close = () => (isLarge.value = false);
  return html`<${Sheet} title="Result of ${of.title}" isWide close=${close}>
    <${Shown} key=${read.key} of=${of} read=${read} />
  </${Sheet}>`;
}

/** @param {{of: Task, read: Read}} props */
function Shown({ of, read }) {
  const type = types.value.get(of.type);
  const shape = useMemo(() => shapeOf(read.mediaType, read.content, read.isCut, type), [read]);
  const [isPlain, setPlain] = useState(false);
  const hasOther = "rows" in shape;
  const cut = read.isCut || (shape.kind === "text" && shape.text.length > MOST_TEXT);
  return html`<div class="result">
    <div class="tools">
      <a class="button" href=${resultAddress(of.id)} download id="save-result"
          aria-keyshortcuts="D">Save <kbd>D</kbd></a>
      ${
        isLarge.value
          ? null
          : html`<button class="button" aria-keyshortcuts="U"
              onClick=${() => (isLarge.value = true)}>Large <kbd>U</kbd></button>`
      }
      ${
        hasOther
          ? html`<a class="button" href="${resultAddress(of.id)}?format=csv" download
              id="save-result-csv" aria-keyshortcuts="Shift+D">Save as CSV <kbd>⇧ D</kbd></a>`
          : null
      }
      ${shape.kind === "text" ? html`<${Copy} text=${shape.text} label="Copy" what="The result" />` : null}
      ${
        hasOther
          ? html`<button class="button small" aria-pressed=${isPlain}
            onClick=${() => setPlain(!isPlain)}>As JSON</button>`
          : null
      }
      <span class="muted">${[read.mediaType.split(";")[0], read.size ? bytes(read.size) : ""]
        .filter(Boolean)
        .join(" · ")}</span>
    </div>
    ${cut ? html`<p class="cut">Only its beginning is shown here. Save it to have all of it.</p>` : null}
    ${isPlain && "value" in shape ? html`<${Tree} value=${shape.value} />` : html`<${Body} shape=${shape} read=${read} title=${of.title} />`}
  </div>`;
}

/** @param {{shape: Shape, read: Read, title: string}} props */
function Body({ shape, read, title }) {
  switch (shape.kind) {
    case "tree":
      return html`<${Tree} value=${shape.value} />`;
    case "table":
      return html`<${Table} columns=${shape.columns} rows=${shape.rows} />`;
    case "chart":
      return html`<${Plot} x=${shape.x} y=${shape.y} rows=${shape.rows} />`;
    case "gantt":
      return html`<${Gantt} ...${shape} summary=${summaryOf(shape.value)} />`;
    case "image":
      return html`<${Picture} mediaType=${shape.mediaType} read=${read} title=${title} />`;
    case "text":
      return html`<pre class="mono" tabindex="0" data-scrolls
          aria-label="Result">${shape.text.slice(0, MOST_TEXT)}</pre>`;
    default:
      return html`<p class="muted none-yet">It is no text and no picture: save it to open it
        elsewhere.</p>`;
  }
}

/** What a result says of itself in a sentence. @param {unknown} value */
function summaryOf(value) {
  const summary = /** @type {{summary?: unknown}|null} */ (value)?.summary;
  return typeof summary === "string" ? summary : "";
}

/** @param {{mediaType: string, read: Read, title: string}} props */
function Picture({ mediaType, read, title }) {
  const [address, setAddress] = useState("");
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([read.content], { type: mediaType }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [read]);
  if (isBroken) return html`<p class="muted none-yet">This picture cannot be shown.</p>`;
  return html`<div class="picture" tabindex="0" data-scrolls role="group" aria-label="Result">${
    address
      ? html`<img src=${address} alt="Result of ${title}" onError=${() => setBroken(true)} />`
      : null
  }</div>`;
}
