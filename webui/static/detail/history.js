// The events of the task that is shown, a page at a time from the newest back; new ones come with
// the stream. What they say is in timeline.js. Read only while somebody looks at them.

import { effect, signal } from "@preact/signals";
import { read } from "../api.js";
import { shownTab } from "../tabs.js";
import { latest, quietly } from "./reading.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {Told} from "./timeline.js" */

const PAGE = 200;
const NEWEST = Number.MAX_SAFE_INTEGER;
const KINDS = ["task_created", "task_update", "task_finished", "job_update"];

/** @typedef {{id: number|null, events: Told[], before: string|null, isRead: boolean}} History */

/** @type {import("@preact/signals").Signal<History>} */
export const history = signal({ id: null, events: [], before: null, isRead: false });
const shownId = signal(/** @type {number|null} */ (null));
const again = signal(0);
const reading = latest();
let ended = reading.begin();

/** @param {number|null} id */
export function showHistory(id) {
  shownId.value = id;
  again.value = again.peek() + 1; // called in an effect, which must not depend on it
}

/** Read what is looked at, from now on. */
export function followHistory() {
  effect(() => {
    const id = shownId.value;
    const isWanted = shownTab.value === "timeline";
    again.value; // read only to be run again with it
    ended = reading.begin();
    history.value = { id, events: [], before: null, isRead: false };
    if (id !== null && isWanted) quietly(id, ended, readEarlier);
  });
}

/** Read further back, if it is still this task's turn. */
export const goBack = () => quietly(history.value.id ?? 0, ended, readEarlier);

/** Events before those that are shown; at first the newest. */
async function readEarlier() {
  const signal = ended;
  const { id, before } = history.peek();
  const path = `/tasks/${id}/events?before=${before ?? NEWEST}&limit=${PAGE}&kinds=${KINDS.join()}`;
  const page = await read(path, signal);
  if (signal.aborted) return;
  const known = new Set(page.items.map((/** @type {Told} */ event) => event.id));
  const later = history.value.events.filter((event) => !known.has(event.id));
  const events = [...page.items, ...later];
  history.value = { id, events, before: page.next_cursor, isRead: true };
}

/** @param {StreamEvent[]} events */
export function noteHistory(events) {
  if (shownTab.peek() !== "timeline") return;
  const { id, events: known } = history.value;
  const last = known.at(-1)?.id ?? 0;
  const fresh = events.flatMap((event) => {
    const of = event.kind === "job_update" ? event.data.task_id : event.data.id;
    if (of !== id || event.id <= last || !KINDS.includes(event.kind)) return [];
    return [{ ...event, at: event.data.updated_at ?? new Date().toISOString() }];
  });
  if (fresh.length) history.value = { ...history.value, events: [...known, ...fresh] };
}
