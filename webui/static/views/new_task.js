// The sheet that starts a task: over the right side of the page, which stays alive, sharp and usable
// beside it. First the choice of the type, then its form.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import {
  aside,
  complaint,
  fields,
  isArmed,
  isSending,
  note,
  sheet,
  startOver,
  takeAside,
  told,
  type,
  types,
} from "../form/entries.js";
import { Fields } from "../form/field.js";
import { PreviewOfTask, summary } from "../form/preview_view.js";
import { start, twin } from "../form/sending.js";
import { TypeChoice } from "../form/type_choice.js";
import { TypeIcon } from "../form/type_icon.js";
import { AboutTask, When, titleMade } from "../form/when_view.js";
import { chooseAnother, closeSheet } from "../new_task.js";
import { toggleSchedules } from "../schedules.js";
import { Sheet } from "./sheet.js";

export function NewTask() {
  if (sheet.value === "types") {
    const beside = html`<button type="button" class="button" aria-keyshortcuts="Shift+N"
      onClick=${toggleSchedules}>Schedules</button>`;
    return html`<${Sheet} key="types" title="New task" close=${closeSheet} beside=${beside}>
      <${TypeChoice} />
    </${Sheet}>`;
  }
  if (sheet.value !== "form" || !type.value) return null;
  return html`<${Form} key=${type.value.name} of=${type.value} />`;
}

/** @param {{of: import("../form/entries.js").FullType}} props */
function Form({ of }) {
  const body = useRef(/** @type {HTMLElement|null} */ (null));
  const later = useSignal(/** @type {""|"once"|"repeat"} */ (""));
  const seen = useRef(complaint.value);
  useEffect(() => {
    if (complaint.value === seen.current) return;
    seen.current = complaint.value;
    const wrong = body.current?.querySelector("[aria-invalid=true]") ?? body.current?.querySelector(".trouble");
    if (!(wrong instanceof HTMLElement)) return;
    wrong.focus({ preventScroll: true });
    wrong.scrollIntoView({ block: "center" });
  }, [complaint.value]);
  const begin = (/** @type {import("../form/request.js").Way} */ way) => start(way, titleMade(of.title));
  const main = () => begin(later.value || "now");
  const schedule = () => {
    later.value = later.value ? "" : "once";
  };
  useLayoutEffect(() => {
    const field = body.current?.querySelector("[data-way]:checked");
    if (!body.current || !(field instanceof HTMLElement)) return;
    field.focus();
    body.current.scrollTop = body.current.scrollHeight; // it stands at the end
  }, [later.value]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const isMain = (event.ctrlKey || event.metaKey) && event.key === "Enter";
    if (isMain && event.shiftKey) begin("held");
    else if (isMain) main();
    else if (event.altKey && event.code === "KeyS") schedule();
    else if (event.altKey && event.code === "KeyT" && types.value.length > 1) chooseAnother();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<${Sheet} title=${of.title} close=${closeSheet} onKeyDown=${onKeyDown}
      icon=${html`<${TypeIcon} type=${of} />`}
      beside=${
        types.value.length > 1
          ? html`<button type="button" class="button" aria-keyshortcuts="Alt+T" title="Alt+T"
              onClick=${chooseAnother}>Other type</button>`
          : null
      }>
    <div class="sheet-body" ref=${body}>
      <${Said} />
      <div class="about">
        ${of.description
          .replaceAll("`", "")
          .split("\n\n")
          .map((text) => html`<p key=${text}>${text}</p>`)}
        <p><em>${GUARANTEES[of.guarantee] ?? of.guarantee}</em>${
          fields.value.some((field) => field.isRequired)
            ? html`<span class="needed-before">has to be filled in</span>`
            : null
        }</p>
      </div>
      ${
        fields.value.length
          ? html`<fieldset class="params-of"><legend class="unseen">Parameters</legend>
              <${Fields} fields=${fields.value} /></fieldset>`
          : html`<p class="muted">It takes no parameters.</p>`
      }
      <${PreviewOfTask} />
      <${AboutTask} typeTitle=${of.title} />
      ${
        later.value
          ? html`<${When} way=${later.value}
              choose=${(/** @type {"once"|"repeat"} */ way) => (later.value = way)} />`
          : null
      }
    </div>
    <div class="sheet-foot">
      <p role="status">${isArmed.value ? armed() : summary()}</p>
      <div class="ways-to-begin">
        <button type="button" class="button" aria-keyshortcuts="Alt+S" aria-expanded=${later.value !== ""}
          onClick=${schedule}>${later.value ? "No schedule" : "Schedule …"} <kbd>Alt S</kbd></button>
        ${
          later.value
            ? null
            : html`<button type="button" class="button" aria-keyshortcuts="Control+Shift+Enter"
                aria-disabled=${isSending.value} onClick=${() => begin("held")}>
                Add held <kbd>Ctrl ⇧ ⏎</kbd></button>`
        }
        <button type="button" class="button primary" aria-keyshortcuts="Control+Enter"
          aria-disabled=${isSending.value} onClick=${main}>${label(later.value)} <kbd>Ctrl ⏎</kbd></button>
      </div>
    </div>
  </${Sheet}>`;
}

/** @type {Object<string, string>} */
const GUARANTEES = {
  "exactly once": "Every record takes effect exactly once",
  "at least once": "Every record is done at least once",
};

/** What the main button does now. @param {""|"once"|"repeat"} later */
function label(later) {
  if (isSending.value) return "Sending …";
  if (later === "once") return "Schedule it";
  if (later === "repeat") return "Add schedule";
  if (isArmed.value) return "Start another one";
  return twin.value ? "Running already …" : "Start now";
}

function armed() {
  return twin.value ? `“${twin.value.title}” is not finished. Press again to start another one.` : "";
}

/** What concerns the form as a whole. */
function Said() {
  const { rest, at } = told.value;
  return html`
    <div class="trouble failed" role="alert" tabindex="-1" hidden=${!rest.length && !at.size}>
      ${rest.map((text) => html`<p key=${text}>${text}</p>`)}
      ${at.size && !rest.length ? html`<p>${at.size === 1 ? "One field does" : `${at.size} fields do`} not fit yet.</p>` : null}
    </div>
    ${
      note.value || aside.value
        ? html`<p class="said" role="status">${note.value || "You had begun to fill in another one."}
            ${
              aside.value
                ? html`<button type="button" class="plain" onClick=${takeAside}>Take that instead</button>`
                : html`<button type="button" class="plain" onClick=${startOver}>Start over</button>`
            }</p>`
        : null
    }
  `;
}
