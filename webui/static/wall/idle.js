// A wall on which nothing runs: the time, what ended last, what is next and when.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { read } from "../api.js";
import { clock, counted, duration, durationRange, moment, whole } from "../format.js";
import { now } from "../store.js";
import { Glyph, lookOf } from "../views/glyph.js";
import { Colon } from "./hero.js";
import { idlePlan, last, line, next, schedules, width } from "./state.js";
import { BESIDE } from "./plan.js";
import { emOf, fitting } from "./widths.js";

/** @import {Task} from "../types.js" */
/** @import {Next} from "./coming.js" */

/** Milliseconds between two looks at the schedules: they change by hand, or when one was due. */
const AGAIN_MS = 30_000;
const SMALL = 2.15;
const LONG_DATE = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const SHORT_DATE = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
});

export function Idle() {
  useEffect(() => {
    readSchedules();
    const timer = setInterval(readSchedules, AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const { ends, facts } = idlePlan.value;
  const at = now.value;
  const date = fitting([LONG_DATE.format(at), SHORT_DATE.format(at)], width.value / SMALL);
  return html`<div class="wall-idle">
    <div><p class="label">${date}</p><p class="huge"><${Colon} time=${clock(at)} /></p></div>
    ${last.value || line.value.length ? null : html`<${Empty} />`}
    ${ends ? html`<${Ends} count=${ends} hasFacts=${facts} />` : null}
  </div>`;
}

/** What is next is told first where there is room for one only. */
function Ends(/** @type {{count: number, hasFacts: boolean}} */ { count, hasFacts }) {
  const [coming, ended] = [next.value, last.value];
  const both = count > 1;
  return html`<dl class="wall-ends">
    ${
      ended && (both || !coming) && count
        ? html`<${Last} of=${ended} hasFacts=${hasFacts} />`
        : null
    }
    ${coming && count ? html`<${Coming} of=${coming} hasFacts=${hasFacts} />` : null}
  </dl>`;
}

/** @param {{of: Task, hasFacts: boolean}} props */
function Last({ of, hasFacts }) {
  const { glyph, word, tone } = lookOf(of);
  const { done, failed, skipped, unit } = of.progress;
  const ended = moment(Date.parse(of.finished_at ?? ""), now.value);
  const took = of.started_at
    ? [`in ${duration((Date.parse(of.finished_at ?? "") - Date.parse(of.started_at)) / 1000)}`]
    : [];
  const facts = [
    `${ended}`,
    `${counted(done + skipped, unit)} ${took.join("")}`,
    failed ? `${whole(failed)} failed` : "",
  ];
  return html`<div class=${tone}>
    <dt><${Glyph} name=${glyph} />Last: ${word}</dt>
    <dd class="name" title=${of.title}>${of.title}</dd>
    ${hasFacts ? html`<dd class="facts">${upTo(facts)}</dd>` : null}
  </div>`;
}

/** @param {{of: Next, hasFacts: boolean}} props */
function Coming({ of: { title, at, why }, hasFacts }) {
  const wait = at === null ? 0 : Math.max(0, at - now.value) / 1000;
  const facts =
    at === null ? [why] : [moment(at, now.value), `in ${durationRange({ low: wait, high: wait })}`];
  return html`<div>
    <dt>Next</dt>
    <dd class="name" title=${title}>${title}</dd>
    ${hasFacts ? html`<dd class="facts">${upTo(facts)}</dd>` : null}
  </div>`;
}

function Empty() {
  return html`<div class="wall-empty">
    <p>${fitting(["Nothing to haul yet", "Nothing yet"], width.value / 3.1)}</p>
    <p class="label">${fitting(
      ["Press B for the desk, and start something there", "Press B, and start something", ""],
      width.value / SMALL,
    )}</p>
  </div>`;
}

/** As many facts as have room on a line. @param {string[]} facts */
function upTo(facts) {
  const room = (width.value >= BESIDE ? width.value / 2 - 2 : width.value) / SMALL;
  let said = "";
  for (const fact of facts.filter(Boolean)) {
    const longer = said ? `${said} · ${fact}` : fact;
    if (emOf(longer) <= room) said = longer;
  }
  return said;
}

async function readSchedules() {
  try {
    schedules.value = (await read("/schedules")).items;
  } catch {
    // what is known stays; the wall says by itself when the service is gone
  }
}
