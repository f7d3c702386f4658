// The one stream of the page: opens it, tells when it is lost, and goes on where it stopped.
//
// A browser reconnects by itself after a broken connection and says the last number it saw. It
// gives up when it is answered with an error (the service is stopping, the session is gone); then
// this file asks why and opens a new stream after the last number, for as long as it takes.

import { API, Refused, read } from "./api.js";

/** @import {StreamEvent} from "./types.js" */

const KINDS = [
  "task_created",
  "task_update",
  "task_progress",
  "task_finished",
  "queue_update",
  "log",
];
/** Milliseconds between two tries; a session that is gone does not come back by being asked for. */
const AGAIN_MS = 1000;
const SIGNED_OUT_MS = 10_000;

/**
 * @typedef {object} Listener
 * @property {(event: StreamEvent) => void} event
 * @property {() => void} reset  something was missed for good: read the snapshot again
 * @property {(status: "live"|"lost"|"signed-out") => void} link
 */

/** Follow all events after number `after`. @param {number} after @param {Listener} listener */
export function follow(after, listener) {
  let last = after;
  open();

  function open() {
    const source = new EventSource(`${API}/events?after=${last}&kinds=${KINDS.join(",")}`);
    source.onopen = () => listener.link("live");
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) inquire();
      else listener.link("lost");
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (/** @type {MessageEvent} */ message) => {
        last = Number(message.lastEventId);
        listener.event({ id: last, kind, data: JSON.parse(message.data) });
      });
    }
    source.addEventListener("reset", (/** @type {MessageEvent} */ message) => {
      last = Number(message.lastEventId);
      listener.reset();
    });
  }

  /** The browser gave up: find out whether we may come back, and do. */
  async function inquire() {
    const isOut = await read("/version").then(
      () => false,
      (error) => error instanceof Refused && (error.status === 401 || error.status === 429),
    );
    listener.link(isOut ? "signed-out" : "lost");
    setTimeout(open, isOut ? SIGNED_OUT_MS : AGAIN_MS);
  }
}
