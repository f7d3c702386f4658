// The lanes of the queue: their slots, what runs in each, why the rest waits; and the settings that
// part them, which hold from the next claim on.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { read, send } from "../api.js";
import { counted, spaced } from "../format.js";
import { closeLanes } from "../lanes.js";
import { asking, reasonOf } from "../requesting.js";
import { waitingBecause } from "../rows.js";
import { ahead, notice, select, state } from "../store.js";
import { tell } from "../undo.js";
import { Bar } from "./bar.js";
import { Glyph, lookOf } from "./glyph.js";
import { KeptInput } from "./kept_input.js";
import { Sheet } from "./sheet.js";

/** @import {Task} from "../types.js" */
/** @typedef {{name: string, slots: number, busy: number}} Lane */

/** Waiting tasks that are named. */
const NAMED = 12;
const ABOUT = {
  priority: "Urgent jobs: always has its slots, so it never waits for the other one",
  normal: "Everything else; may borrow idle slots of the priority lane",
  recordings: "Recordings, one after another",
  direct: "What a person started at once and waits for",
};
/** @type {{name: string, label: string, most: number, least: number}[]} */
const SLOTS = [
  { name: "pipeline.total_slots", label: "Slots of both lanes", least: 1, most: 64 },
  { name: "pipeline.priority_lane_slots", label: "Of these, for urgent jobs", least: 0, most: 64 },
  { name: "pipeline.priority_threshold", label: "Urgent from priority", least: -1000, most: 1000 },
];

export function Lanes() {
  const lanes = useSignal(/** @type {Lane[]} */ ([]));
  const lanesOf = useSignal(/** @type {Map<number, string[]>} */ (new Map()));
  const running = tasksThat("running");
  const waiting = tasksThat("queued");
  const settings = /** @type {any} */ (state.value?.settings ?? {});
  const signature = running.map(({ id, step_index: step }) => `${id}.${step}`).join();
  const slots = SLOTS.map(({ name }) => settings[name]).join();
  useEffect(() => {
    readLanes(running)
      .then(([all, of]) => {
        lanes.value = all;
        lanesOf.value = of;
      })
      .catch((error) => (notice.value = reasonOf(error)));
  }, [signature, slots]);
  return html`<${Sheet} title="Lanes of the queue" close=${closeLanes}>
    <div class="sheet-body lanes">
      ${lanes.value.map((lane) => html`<${One} key=${lane.name} lane=${lane}
        tasks=${running.filter(({ id }) => lanesOf.value.get(id)?.includes(lane.name))} />`)}
      <${Waiting} tasks=${waiting} />
      <form class="slots" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <h3>Slots <small class="muted">hold at once; what runs gives its slot back at its next checkpoint</small></h3>
        ${SLOTS.map((of) => html`<${Number_} key=${of.name} of=${of} value=${settings[of.name]} />`)}
        <label class="lends"><input type="checkbox" checked=${settings["pipeline.lend_idle_slots"]}
          onChange=${(/** @type {any} */ { target }) => change("pipeline.lend_idle_slots", target.checked)} />
          Lend idle slots of the priority lane</label>
      </form>
      ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    </div>
  </${Sheet}>`;
}

/** @param {string} status @returns {Task[]} */
const tasksThat = (status) =>
  [...(state.value?.tasks.values() ?? [])].filter((task) => task.status === status);

/** The lanes, and in which of them each task runs. @param {Task[]} running
 * @returns {Promise<[Lane[], Map<number, string[]>]>} */
async function readLanes(running) {
  const jobs = running.map(({ id }) => read(`/tasks/${id}/jobs`).catch(() => ({ items: [] })));
  const [queue, ...found] = await Promise.all([read("/queue"), ...jobs]);
  const lanesOf = found.map(({ items }) =>
    items.filter((/** @type {any} */ job) => job.status === "running").map((/** @type {any} */ job) => job.lane),
  );
  return [queue.lanes, new Map(running.map(({ id }, i) => [id, lanesOf[i]]))];
}

/** @param {{lane: Lane, tasks: Task[]}} props */
function One({ lane: { name, slots, busy }, tasks }) {
  const marks = Array.from({ length: Math.max(slots, busy) }, (_, i) =>
    i < busy ? (i < slots ? "busy" : "busy lent") : "",
  );
  return html`<section class="lane" aria-label=${`Lane ${name}`}>
    <h3>${spaced(name)} <span class="muted">${busy} of ${counted(slots, "slots")} busy</span>
      <span class="marks" aria-hidden="true">${marks.slice(0, 24).map((mark, i) => html`<i key=${i} class=${mark}></i>`)}</span></h3>
    <p class="muted">${ABOUT[/** @type {"normal"} */ (name)] ?? ""}</p>
    <ul>${tasks.map((task) => html`<${Line} key=${task.id} task=${task} />`)}</ul>
  </section>`;
}

/** @param {{task: Task, why?: string}} props */
function Line({ task, why }) {
  const { glyph, tone } = lookOf(task);
  const show = () => {
    closeLanes();
    select(task.id);
  };
  return html`<li class=${tone}><${Glyph} name=${glyph} />
    <button class="to-task" onClick=${show}>${task.title}</button>
    ${why === undefined ? html`<${Bar} task=${task} />` : html`<span class="why">${why}</span>`}</li>`;
}

/** @param {{tasks: Task[]}} props */
function Waiting({ tasks }) {
  const known = state.value;
  const named = tasks.sort((a, b) => b.priority - a.priority || a.id - b.id).slice(0, NAMED);
  return html`<section class="lane" aria-label="Waiting">
    <h3>Waiting <span class="muted">${counted(tasks.length, "tasks")}</span></h3>
    <ul>${named.map((task) => html`<${Line} key=${task.id} task=${task}
      why=${known ? waitingBecause(task, known.queue, ahead.value) : ""} />`)}</ul>
    ${tasks.length > named.length ? html`<p class="muted">and ${counted(tasks.length - named.length, "tasks")} more</p>` : null}
  </section>`;
}

/** @param {{of: {name: string, label: string, least: number, most: number}, value: number}} props */
function Number_({ of: { name, label, least, most }, value }) {
  const onChange = (/** @type {any} */ { target }) => {
    const wished = target.valueAsNumber;
    if (Number.isInteger(wished) && wished >= least && wished <= most) return change(name, wished);
    return false;
  };
  return html`<label><span>${label}</span><${KeptInput} type="number" min=${least} max=${most} step="1"
      value=${value} onChange=${onChange} /></label>`;
}

/** Change a setting, with the way back. @param {string} name @param {unknown} value */
async function change(name, value) {
  const before = /** @type {any} */ (state.peek()?.settings)?.[name];
  if (before === value) return true;
  if (!(await put(name, value))) return false;
  tell("The slots are changed", { key: name, undo: () => put(name, before) });
  return true;
}

/** @param {string} name @param {unknown} value */
async function put(name, value) {
  const settings = await asking("slots", () => send("PATCH", "/settings", { [name]: value }));
  if (settings && state.value) state.value = { ...state.value, settings };
  return settings !== null;
}
