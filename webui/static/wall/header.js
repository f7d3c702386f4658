// The wall's first line: whose picture it is, how much of it moves, the time.

import { html } from "htm/preact";
import { clock, counted, whole } from "../format.js";
import { link, now } from "../store.js";
import { line, running, seen, turn, wallHaul, width } from "./state.js";
import { emOf, fitting } from "./widths.js";

const SMALL = 2.15;
/** Everything but the status and the name of the haul, in rem. */
const FIXED = 28;

export function Header() {
  const isLive = link.value.status === "live";
  const status = fitting(isLive ? words() : ["Not connected", ""], (width.value - FIXED) / SMALL);
  const left = width.value - FIXED - 4.5 - (status ? emOf(status) * SMALL + 4 : 0);
  const name = haulName();
  const hasName = Math.min(emOf(name) * SMALL, 14) < left;
  return html`<header class="wall-head">
    <svg viewBox="0 0 34 26" aria-hidden="true">
      <path d="M4 22 H20 A7 7 0 0 0 27 15 V8" /><circle class="end" cx="27" cy="5.5" r="4.5" />
      <circle cx="4" cy="22" r="4" />
    </svg>
    ${width.value > 27 ? html`<b>Longhaul</b>` : null}
    <h1 class=${hasName ? "" : "unseen"} title=${name}>${name}</h1>
    ${status ? html`<span class="wall-link ${isLive ? "live" : ""}"><i></i>${status}</span>` : null}
    ${running.value.length ? html`<time class="wall-clock">${clock(now.value)}</time>` : null}
  </header>`;
}

/** How much moves, in ever fewer words. */
function words() {
  const { tasks } = wallHaul.value;
  const moving = running.value.length;
  const { page, pages } = turn.value;
  if (!moving) {
    const waiting = line.value.length;
    return waiting ? [`${counted(waiting, "tasks")} waiting`, "Idle"] : ["Idle"];
  }
  const all =
    moving === tasks
      ? `${counted(tasks, "tasks")} moving`
      : `${whole(moving)} of ${counted(tasks, "tasks")} moving`;
  const few = `${whole(moving)} moving`;
  const at = pages > 1 ? [`${all} · page ${page + 1} of ${pages}`] : [];
  const place = pages > 1 ? [`${few} · ${page + 1}/${pages}`] : [];
  return [...at, ...place, all, few, ""];
}

/** What the work is, where it is all of one kind. */
function haulName() {
  const open = [...running.value, ...line.value];
  const types = new Set(open.map(({ type }) => type));
  const [type] = types;
  return (types.size === 1 && seen.value?.types.get(type)?.title) || "Background tasks";
}
