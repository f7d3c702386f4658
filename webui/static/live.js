// Keeps the store up to date: the first snapshot, the stream after it, the time, the conditions.

import { batch, effect } from "@preact/signals";
import { Refused, conditionCodes, read, rights } from "./api.js";
import { noteEnds, watchAway } from "./away.js";
import { Collected } from "./collected.js";
import { begin, noteEvents } from "./following.js";
import { beginHistory, trim } from "./history.js";
import { beginPages, notePages, wantedHere } from "./pages.js";
import { fromSnapshot } from "./reducer.js";
import { route } from "./route.js";
import { apply, current, link, now, state } from "./store.js";
import { noteLink } from "./stopping.js";
import { follow } from "./stream.js";
import { noteWallEnds } from "./wall/state.js";
import { askVersion, noteVersion } from "./updated.js";

/** @import {Told} from "./collected.js" */
/** @import {Snapshot} from "./types.js" */

/** Milliseconds over which events are collected before the page is drawn again: soon after a quiet
 * time, seldom in a steady stream, whose bars need as long to move from one drawing to the next. */
const SOON_MS = 50;
const STEADY_MS = 400;
/** Milliseconds between two looks at what is wrong; a locked database cannot tell it by event. */
const CONDITIONS_MS = 5000;

/** Begin. Returns once the first snapshot is shown, however often that takes. */
export async function start() {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 1000);
  document.addEventListener("visibilitychange", () => (now.value = Date.now()));
  for (;;) {
    try {
      const { last_event_id, version } = await load();
      const reset = () => loadAgain();
      const stream = follow(last_event_id, { event: take, reset, link: say }, version);
      caughtUp = stream.caughtUp;
      effect(() => {
        const { page } = route.value;
        const ids = page === "desk" ? [current.value] : wantedHere();
        stream.want(/** @type {number[]} */ (ids.filter((id) => id !== null)));
      });
      setInterval(watchConditions, CONDITIONS_MS);
      watchAway();
      return;
    } catch (error) {
      lose(error);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** @param {unknown} error */
function lose(error) {
  const isOut = error instanceof Refused && error.status === 401;
  say(isOut ? "signed-out" : "lost");
}

/** @param {string} status @param {number} [at] milliseconds since 1970 */
function say(status, at = Date.now()) {
  const { status: before, since } = link.value;
  const isStillLost = status !== "live" && (before === "lost" || before === "signed-out");
  noteLink(status);
  if (status === "live" && before === "lost") askVersion();
  if (status !== before) link.value = { status, since: isStillLost ? since : at };
}

/**
 * Show the service's state as it is. What the stream tells meanwhile is newer than the snapshot may
 * be, so it waits until that is shown.
 * @returns {Promise<Snapshot>}
 */
async function load() {
  loads++;
  try {
    return await loadNow();
  } finally {
    if (--loads === 0 && collected.length) flush();
  }
}

/** @returns {Promise<Snapshot>} */
async function loadNow() {
  /** @type {Snapshot} */
  const snapshot = await read("/snapshot");
  caughtUp(snapshot.last_event_id);
  noteVersion(snapshot.version);
  rights.mayChange = !snapshot.session.read_only;
  document.documentElement.toggleAttribute("data-read-only", !rights.mayChange);
  begin();
  if (state.peek()) beginPages();
  batch(() => {
    state.value = fromSnapshot(snapshot, state.value);
    beginHistory(snapshot);
  });
  return snapshot;
}

/** Until it succeeds; a service that is gone is told by the stream. */
async function loadAgain() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, again.next()));
    try {
      await load();
      return again.done();
    } catch {
      // the next try may succeed
    }
  }
}

/** Milliseconds until a try: none for the first, more for each that follows close on another. */
const again = {
  wait: 0,
  next() {
    const { wait } = this;
    this.wait = Math.min(10_000, Math.max(500, 2 * wait));
    return wait;
  },
  done() {
    setTimeout(() => (this.wait = 0), 5000);
  },
};

const collected = new Collected();
let isDue = false;
let flushedAt = 0;
/** Snapshots that are on their way. */
let loads = 0;
/** Tells the stream what a snapshot has. @type {(id: number) => void} */
let caughtUp = () => undefined;

/** @param {Told} event */
function take(event) {
  collected.add(event, performance.now());
  if (isDue) return;
  isDue = true;
  setTimeout(flush, Math.max(SOON_MS, flushedAt + STEADY_MS - performance.now()));
}

function flush() {
  if (loads) return;
  const events = collected.take();
  isDue = false;
  flushedAt = performance.now();
  batch(() => {
    noteEvents(events);
    apply(events);
    trim();
  });
  noteEnds(events);
  noteWallEnds(events);
  notePages(events);
}

/** Read the snapshot's conditions when their codes are not those shown. */
async function watchConditions() {
  if (document.hidden || !state.value || link.value.status !== "live") return;
  try {
    const codes = await conditionCodes();
    const shown = state.value.conditions.map((condition) => condition.code);
    if (codes.join() === shown.join()) return;
    const { conditions } = await read("/snapshot");
    state.value = { ...state.value, conditions };
  } catch {
    // the stream tells when the service is gone; the next look may succeed
  }
}
