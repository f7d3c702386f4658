// The range of the records of the task that is shown, as a strip with its figures; and, of a task
// in steps, each of them with its own status.

import { html } from "htm/preact";
import { stepRows } from "../detail/attempts.js";
import { stageTitle } from "../detail/cells.js";
import { jobs } from "../detail/jobs.js";
import { figured, isOpenEnded, openWords, rangeOf } from "../detail/range.js";
import { counted, duration, whole } from "../format.js";
import { faceCells } from "./face.js";
import { Glyph } from "./glyph.js";

/** @import {Task, TaskType} from "../types.js" */
/** @import {Part} from "../detail/range.js" */
/** @import {StepRow} from "../detail/attempts.js" */

/** @param {{of: Task, type: TaskType|undefined}} props */
export function Range({ of, type }) {
  const parts = rangeOf(of);
  const faces = faceCells(of, type);
  if (!parts.length && !faces.length) return null;
  const isOpen = isOpenEnded(of);
  const said = parts.map((part) => `${figured(part)} ${part.text}`);
  if (isOpen) said.push(openWords(of));
  return html`<div class="range">
    ${
      parts.length
        ? html`<div class="strip" role="img" aria-label="${spokenUnit(of)}: ${said.join(", ")}">
            ${isOpen ? html`<i class="open-end ${of.status}"></i>` : parts.map(stretchOf)}</div>`
        : null
    }
    <p>${parts.map(
      (part) => html`<span key=${part.name} class=${part.name}><i></i><b>${figured(part)}</b> ${
        part.text
      }</span>`,
    )}${isOpen && parts.length ? html`<span>${openWords(of)}</span>` : null}${faces}</p>
  </div>`;
}

/** @param {Part} part */
const stretchOf = ({ name, n }) =>
  html`<i key=${name} class=${name} style=${{ flexGrow: n || 1 }}></i>`;

/** @param {Task} of */
const spokenUnit = ({ progress: { unit } }) => unit.charAt(0).toUpperCase() + unit.slice(1);

/** @param {{of: Task, type: TaskType|undefined}} props */
export function Steps({ of, type }) {
  const { id, jobs: known, isRead } = jobs.value;
  if (of.steps.length < 2 || id !== of.id || !isRead) return null;
  return html`<ol class="step-list" aria-label="Steps">
    ${stepRows(of, known).map(
      (row, i) => html`<${Step} key=${i} row=${row} name=${stageTitle(row.name, type)}
          unit=${of.progress.unit} />`,
    )}
  </ol>`;
}

/** @param {{row: StepRow, name: string, unit: string}} props */
function Step({ row: { status, parts, partsDone, seen, seconds }, name, unit }) {
  const isWaiting = status === "waiting" || status === "queued";
  const glyph = isWaiting ? "queued" : status;
  const facts = [];
  if (parts) facts.push(`${whole(partsDone)} of ${counted(parts, "parts")}`);
  if (seen) facts.push(counted(seen, unit));
  if (seconds !== null) facts.push(duration(seconds));
  return html`<li class=${glyph}><${Glyph} name=${glyph} /><b>${name}</b><span class="word">${
    status === "queued" ? "waiting" : status
  }</span><span class="muted">${facts.join(" · ")}</span></li>`;
}
