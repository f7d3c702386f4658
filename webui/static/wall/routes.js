// The running tasks as routes: a line with stations, and a train where the task is. One of them is
// brought out, with what there is room to say about it.

import { html } from "htm/preact";
import { arrival, compact, counted, speed, whole } from "../format.js";
import { now } from "../store.js";
import { isThrottled } from "../views/glyph.js";
import { FollowHeat, WallHeat } from "./heat.js";
import { shareOf, shortSpan, wayOf } from "./route_line.js";
import { line, plan, seen, turn, width } from "./state.js";
import { columnWidths, emOf } from "./widths.js";

/** @import {Task} from "../types.js" */
/** @import {Way} from "./route_line.js" */

const [BODY, SMALL] = [2.65, 2.15];
/** Stations nearer to the train than this, in rem, would only look out from behind it. */
const NEAR = 2.3;
/** Stations closer to each other than this are left out: only the ends are drawn. */
const CLOSEST = 2.6;

export function Routes() {
  const { ids, focus } = turn.value;
  const known = seen.value?.tasks;
  const shown = ids.flatMap((id) => known?.get(id) ?? []);
  const next = line.value.filter(({ held }) => !held).slice(0, plan.value.waiting);
  const hasTimes = shown.some(({ eta }) => eta);
  const { columns, lead } = plan.value;
  const atLength = lead === "at-length" ? focus : null; // has a line of its own for its name
  const beside = [...shown, ...next].filter(({ id }) => id !== atLength);
  const { name, stage, line: length } = columnWidths(width.value, {
    names: beside.map(({ title }) => title),
    stages: columns === "all" ? beside.map((task) => stageOf(task, wayHere(task))) : [],
    size: BODY,
    figures: hasTimes ? 2 : 1,
  });
  const row = (/** @type {Task} */ task) => html`<${Row} key=${task.id} task=${task}
      isLead=${task.id === focus && task.status !== "queued"} length=${length} />`;
  return html`<ul class="wall-lines has-${columns} ${hasTimes ? "" : "no-times"}"
      aria-label="Running tasks" style=${{ "--name": `${name}rem`, "--stage": `${stage}rem` }}>
    ${[...shown, ...next].map(row)}
  </ul>${focus === null ? null : html`<${FollowHeat} id=${focus} />`}`;
}

/** @param {Task} task */
const wayHere = (task) => wayOf(task, seen.value?.types.get(task.type));

/** The stage it is at, or why it is at none. @param {Task} task @param {Way} way */
function stageOf(task, { names, stretch }) {
  if (task.status === "queued") return "next";
  if (isThrottled(task)) return "throttled";
  return task.shown_status === "running" ? (names[stretch] ?? "") : task.shown_status;
}

/** @param {{task: Task, isLead: boolean, length: number}} props  `length`: of a plain row's line */
function Row({ task, isLead, length }) {
  const way = wayHere(task);
  const size = isLead ? plan.value.lead : "plain";
  const stage = stageOf(task, way);
  const isWaiting = task.status === "queued";
  const kind = isWaiting ? "queued" : isThrottled(task) ? "paused" : "running";
  return html`<li class="${kind} ${isLead ? `wall-lead as-${size}` : ""}"
      aria-current=${isLead ? "true" : undefined}>
    <span class="name" title=${task.title}>${task.title}</span>
    <span class="stage" title=${stage}>${stage}</span>
    <${Route} way=${way} length=${
      size === "at-length" ? width.value - 2.8 : length
    } />
    <${Share} task=${task} />
    <span class="eta">${task.eta ? shortSpan((task.eta.low + task.eta.high) / 2) : ""}</span>
    ${size === "at-length" ? html`<${Names} way=${way} />` : null}
    ${size === "at-length" && plan.value.heat ? html`<${WallHeat} task=${task} />` : null}
    ${size === "plain" ? null : html`<${Facts} task=${task} />`}
  </li>`;
}

/** @param {{task: Task}} props */
function Share({ task }) {
  const share = shareOf(task);
  if (task.status === "queued") return html`<span class="pct"></span>`;
  if (share !== null)
    return html`<span class="pct">${Math.floor(share * 100)}<small> %</small></span>`;
  const { done, failed, skipped } = task.progress;
  return html`<span class="pct">${compact(done + failed + skipped)}</span>`;
}

/** @param {{way: Way, length: number}} props */
function Route({ way: { names, stretch, at }, length }) {
  const stops = Math.max(1, names.length);
  const said = at === null ? "Not begun" : `Stage ${stretch + 1} of ${stops}, ${names[stretch]}`;
  const isDense = length / stops < CLOSEST;
  const places = isDense ? [0, 1] : Array.from({ length: stops + 1 }, (_, i) => i / stops);
  return html`<span class="route" role="img" aria-label=${said} style=${{ "--at": at ?? 0 }}>
    <i class="rail"></i>${at === null ? null : html`<i class="gone"></i>`}
    ${places.map((place, i) =>
      at !== null && Math.abs(place - at) * length < NEAR
        ? null
        : html`<i key=${i} class="stop ${at !== null && place <= at ? "past" : ""}"
            style=${{ "--at": place }}></i>`,
    )}
    ${at === null ? null : html`<i class="head"></i>`}
  </span>`;
}

/** The stages under a long line: all where they have room, else the one at hand. */
function Names(/** @type {{way: Way}} */ { way: { names, stretch } }) {
  const room = (width.value - 2.8) / Math.max(1, names.length) - 1;
  const haveRoom = names.every((name) => emOf(name) * SMALL * 1.05 < room);
  const shown = haveRoom ? names : names.map((name, i) => (i === stretch ? name : ""));
  return html`<span class="names ${haveRoom ? "" : "one"}" aria-hidden="true">${shown.map(
    (name, i) => html`<span key=${i} class=${i === stretch ? "now" : i < stretch ? "past" : ""}
        >${name}</span>`,
  )}</span>`;
}

/** What is worth to be said of it, as much as has room. @param {{task: Task}} props */
function Facts({ task }) {
  const { done, failed, skipped, total, unit } = task.progress;
  const count = done + failed + skipped;
  const facts = [
    isThrottled(task) ? (task.waiting_because?.message ?? "") : "",
    total === null ? counted(count, unit) : `${whole(count)} of ${counted(total, unit)}`,
    speed(task.rate),
    failed ? `${whole(failed)} failed` : "",
    task.eta ? `arrives ${arrival(task.eta, now.value)}` : "",
    task.message,
  ];
  let said = "";
  for (const fact of facts.filter(Boolean)) {
    const longer = said ? `${said} · ${fact}` : fact;
    if (emOf(longer) * SMALL < width.value) said = longer;
  }
  return html`<span class="facts">${said}</span>`;
}
