// The sheet of the schedules: when each comes next, on or off, start now, remove.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { sheet } from "../form/entries.js";
import { wordsOf } from "../form/when.js";
import { moment } from "../format.js";
import { askNewTask } from "../new_task.js";
import {
  doing,
  leaving,
  readSchedules,
  refused,
  remove,
  runNow,
  schedules,
  toggleSchedules,
  turn,
} from "../schedules.js";
import { now, select, state } from "../store.js";
import { Sheet } from "./sheet.js";

/** @import {Schedule} from "../schedules.js" */

/** Milliseconds between two readings. */
const AGAIN_MS = 5000;

export function Schedules() {
  return sheet.value === "schedules" ? html`<${All} />` : null;
}

function All() {
  useEffect(() => {
    readSchedules();
    const timer = setInterval(() => document.hidden || readSchedules(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const all = schedules.value;
  return html`<${Sheet} title="Schedules" close=${toggleSchedules}
      beside=${html`<button type="button" class="button" onClick=${() => askNewTask()}>New task</button>`}>
    <div class="sheet-body">
      ${refused.value ? html`<div class="trouble failed" role="alert"><p>${refused.value}</p></div>` : null}
      ${all === null ? html`<p class="muted" role="status">Reading …</p>` : null}
      ${all?.length === 0 ? html`<${None} />` : null}
      ${all?.length ? html`<ul class="schedules">${all.map((of) => html`<${One} key=${of.id} of=${of} />`)}</ul>` : null}
    </div>
  </${Sheet}>`;
}

function None() {
  return html`<div class="about"><p>Nothing starts by the calendar yet.</p>
    <p><span>Fill in a new task, press <b>Schedule …</b> and choose <b>Again and again</b>.</span>
    </p></div>`;
}

/** @param {{of: Schedule}} props */
function One({ of }) {
  const { id, name, cron, type, enabled, problem, last_at: last, last_task_id: task } = of;
  const title = state.value?.types.get(type)?.title ?? type;
  const isLeaving = leaving.value === id;
  const isKnown = task !== null && (state.value?.tasks.has(task) ?? false);
  return html`<li class=${enabled ? "" : "off"}>
    <label class="on"><input type="checkbox" role="switch" checked=${enabled}
      aria-label=${`${name}: starts by the calendar`} aria-busy=${doing.value === `turn-${id}`}
      onChange=${() => turn(of)} /><span>${enabled ? "On" : "Off"}</span></label>
    <div>
      <h3>${name}</h3>
      <p>${wordsOf(cron)}${name === title ? "" : ` · ${title}`}</p>
      <p class="muted">${nextOf(of)}${last ? html` · last ${moment(Date.parse(last), now.value)}` : null}
        ${
          isKnown
            ? html`<button type="button" class="plain" onClick=${() => show(Number(task))}>Show its last task</button>`
            : null
        }</p>
      ${problem ? html`<p class="wrong">${problem}</p>` : null}
    </div>
    <div class="acts">
      <button type="button" class="button" aria-disabled=${doing.value === `run-${id}`}
        onClick=${() => runNow(of)}>Run now</button>
      <button type="button" class="button ${isLeaving ? "danger" : ""}" onClick=${() => remove(of)}
        onBlur=${() => isLeaving && (leaving.value = 0)}>${isLeaving ? "Really remove" : "Remove"}</button>
    </div>
  </li>`;
}

/** @param {Schedule} of */
function nextOf({ enabled, next_at: next }) {
  if (!enabled || !next) return "Does not start by itself";
  return `Next: ${moment(Date.parse(next), now.value)}`;
}

/** @param {number} task */
function show(task) {
  toggleSchedules();
  select(task);
}
