// What steering lays over the page: questions, the palette, the small form, what is dragged, the bars
// of the chosen tasks and of what was just done.

import { html } from "htm/preact";
import { route } from "../route.js";
import { BulkBar } from "./bulk.js";
import { Changing } from "./changing.js";
import { Dragged } from "./dragging.js";
import { Palette } from "./palette.js";
import { AskedQuestion } from "./question.js";
import { UndoBar } from "./undo.js";

export function Steering() {
  return html`
    <section class="bars" aria-label="What was done, and what can be done">
      <${UndoBar} />${route.value.page === "desk" ? html`<${BulkBar} />` : null}
    </section>
    <${Dragged} />
    <${AskedQuestion} />
    <${Changing} />
    <${Palette} />
  `;
}
