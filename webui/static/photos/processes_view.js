// The processes of a project: its tasks, each folded, with its jobs below.

import { html } from "htm/preact";
import { counted, moment, percent, spaced, whole } from "../format.js";
import { isPlain } from "../pages.js";
import { go } from "../route.js";
import { waitingBecause } from "../rows.js";
import { ahead, now, select, state } from "../store.js";
import { Bar } from "../views/bar.js";
import { Glyph, lookOf } from "../views/glyph.js";
import { isAllShown, isOpen, jobs, listed, toggleJobs, toggleMaintenance, unfolded } from "./processes.js";

/** @import {Job, Task} from "../types.js" */

export function Processes() {
  const all = listed.value;
  return html`<section class="processes" aria-label="Processes">
    <header><h2>Processes</h2>
      <label class="check"><input type="checkbox" checked=${isAllShown.value}
          onChange=${toggleMaintenance} /> Maintenance</label></header>
    ${
      all.length
        ? html`<ul class="tasks-of" tabindex="0" data-scrolls aria-label="Tasks of the project">${all.map(
            (task) => html`<${One} key=${task.id} task=${task} />`,
          )}</ul>`
        : html`<p class="muted">Nothing was done here yet. What an upload or a commit starts shows
            here while it runs, and after.</p>`
    }
  </section>`;
}

/** @param {{task: Task}} props */
function One({ task }) {
  const { glyph, word, tone } = lookOf(task);
  const isUnfolded = unfolded.value.has(task.id);
  const { done, failed, skipped, total, unit } = task.progress;
  const share = total ? `${percent((done + failed + skipped) / total)} %` : "";
  const title = state.value?.types.get(task.type)?.title ?? spaced(task.type);
  const what = isOpen(task)
    ? [word, reason(task), task.stage && spaced(task.stage), share].filter(Boolean).join(" · ")
    : [word, done ? counted(done, unit) : "", failed ? `${whole(failed)} failed` : ""].filter(Boolean).join(" · ");
  const at = Date.parse(task.finished_at ?? task.created_at);
  const toTask = (/** @type {MouseEvent} */ event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    go(`/tasks?task=${task.id}`);
    select(task.id);
  };
  return html`<li class="process ${tone}">
    <div class="head-of">
      <button class="fold" aria-expanded=${isUnfolded} aria-label=${`Jobs of ${title}`}
          onClick=${() => toggleJobs(task.id)}><svg viewBox="0 0 16 16" aria-hidden="true"><path
          d="M5.5 3.5 11 8l-5.5 4.5Z" fill="currentColor" /></svg></button>
      <${Glyph} name=${glyph} />
      <a class="title" href=${`/tasks?task=${task.id}`} title=${task.title} onClick=${toTask}>${title}</a>
      <time class="muted">${moment(at, now.value)}</time>
    </div>
    ${isOpen(task) ? html`<${Bar} task=${task} />` : null}
    <p class="told-of">${what}${task.error ? html`: <span class="why">${task.error.message}</span>` : null}</p>
    ${isUnfolded ? html`<${Jobs} of=${task} />` : null}
  </li>`;
}

/** Why it waits; "" while it does not. @param {Task} task */
export function reason(task) {
  return state.value ? waitingBecause(task, state.value.queue, ahead.value) : "";
}

/** @param {{of: Task}} props */
function Jobs({ of }) {
  const all = [...(jobs.value.get(of.id)?.values() ?? [])].sort((a, b) => a.step - b.step || a.id - b.id);
  if (!all.length) return html`<p class="muted told-of" role="status">Reading …</p>`;
  return html`<ol class="jobs-of">${all.map((job) => html`<${JobLine} key=${job.id} job=${job} />`)}</ol>`;
}

/** @param {{job: Job}} props */
function JobLine({ job }) {
  const { done, failed, total } = job.progress;
  const n = total ? `${whole(done)} of ${whole(total)}` : done ? whole(done) : "";
  const words = [job.blocked ? "waits" : job.status, n, failed ? `${whole(failed)} failed` : ""];
  return html`<li class=${job.status}>
    <${Glyph} name=${job.status} /><span class="title">${spaced(job.type)}</span>
    <span class="fate">${words.filter(Boolean).join(" · ")}</span>
  </li>`;
}
