// The wall's first line: whose picture it is, how much of it moves, the time.

import { html } from "htm/preact";
import { clock, counted, whole } from "../format.js";
import { link, now } from "../store.js";
import { line, running, seen, turn, wallHaul, width } from "./state.js";
import { emOf, fitting } from "./widths.js";

const SMALL = 2.15;
/** What the parts take, in rem, with the gaps beside them. */
const [MARK, BRAND, CLOCK] = [5, 12.5, 10.5];

export function Header() {
  const isLive = link.value.status === "live";
  // that the connection is lost is worth more than the name of the program, and than the time
  const lost = isLive ? 0 : emOf(LOST) * SMALL + 4;
  const hasBrand = width.value > Math.max(27, lost + MARK + BRAND + CLOCK);
  const hasClock = running.value.length > 0 && width.value > lost + MARK + CLOCK;
  const fixed = MARK + (hasBrand ? BRAND : 0) + (hasClock ? CLOCK : 0);
  const status = isLive ? fitting(words(), (width.value - fixed) / SMALL) : LOST;
  const left = width.value - fixed - 4.5 - (status ? emOf(status) * SMALL + 4 : 0);
  const name = haulName();
  const hasName = Math.min(emOf(name) * SMALL, 14) < left;
  return html`<header class="wall-head">
    <svg viewBox="0 0 34 26" aria-hidden="true">
      <path d="M4 22 H20 A7 7 0 0 0 27 15 V8" /><circle class="end" cx="27" cy="5.5" r="4.5" />
      <circle cx="4" cy="22" r="4" />
    </svg>
    ${hasBrand ? html`<b>Longhaul</b>` : null}
    <h1 class=${hasName ? "" : "unseen"} title=${name}>${name}</h1>
    ${status ? html`<span class="wall-link ${isLive ? "live" : ""}"><i></i>${status}</span>` : null}
    ${hasClock ? html`<time class="wall-clock">${clock(now.value)}</time>` : null}
  </header>`;
}

const LOST = "Not connected";

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
