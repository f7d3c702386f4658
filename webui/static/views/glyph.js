// One mark for each status. Never alone: the word stands beside it, the colour only repeats it.

import { html } from "htm/preact";
import { same } from "./same.js";

const stroke = {
  fill: "none",
  stroke: "currentColor",
  "stroke-width": 2,
  "stroke-linecap": "round",
};

/** @type {Object<string, () => any>} */
const SHAPES = {
  running: () => html`<path d="M4 2.6 13.4 8 4 13.4Z" fill="currentColor" />`,
  queued: () => html`<circle cx="8" cy="8" r="4.6" ...${stroke} />`,
  paused: () => html`<path d="M5.5 3.2v9.6M10.5 3.2v9.6" ...${stroke} />`,
  completed: () => html`<path d="m2.8 8.6 3.4 3.4 7-7.6" ...${stroke} stroke-linejoin="round" />`,
  failed: () =>
    html`<path d="M8 1.6 15 14H1Z" ...${stroke} stroke-width="1.7" stroke-linejoin="round" /><path
        d="M8 6v3.6M8 11.7v.1" ...${stroke} />`,
  cancelled: () =>
    html`<circle cx="8" cy="8" r="5.6" ...${stroke} /><path d="m4.2 11.8 7.6-7.6" ...${stroke} />`,
  throttled: () =>
    html`<path d="M4 2.4h8M4 13.6h8M4.6 2.6c0 3.4 6.8 7.4 6.8 10.8M11.4 2.6c0 3.4-6.8 7.4-6.8 10.8"
        ...${stroke} stroke-width="1.7" />`,
  held: () => html`<rect x="3.6" y="3.6" width="8.8" height="8.8" rx="2" ...${stroke} />`,
};

export const Glyph = same(
  (/** @type {{name: string}} */ { name }) =>
    html`<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name]?.()}</svg>`,
);

/** Whether something holds it back while it runs. @param {import("../types.js").Task} task */
export const isThrottled = ({ shown_status, waiting_because }) =>
  shown_status === "running" && waiting_because?.code === "throttled";

/**
 * How a task's status looks: its mark, its word, its colour (a class).
 * @param {import("../types.js").Task} task
 */
export function lookOf(task) {
  if (task.status === "queued" && task.held) return { glyph: "held", word: "held", tone: "queued" };
  if (isThrottled(task)) return { glyph: "throttled", word: "throttled", tone: "paused" };
  const tone = task.shown_status === "pausing" ? "paused" : task.status;
  return { glyph: tone, word: task.shown_status, tone };
}
