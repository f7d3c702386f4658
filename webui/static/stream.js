// The page's end of the stream that all tabs of a browser share: joins, says what it wants, and
// hands on what comes. Where a browser has no shared workers, the page has a stream of its own.

import { Hub } from "./stream/hub.js";
import { keepReading } from "./stream/source.js";

/** @import {Asked, Told} from "./stream/hub.js" */
/** @import {Status} from "./stream/source.js" */
/** @import {Told as Event} from "./collected.js" */

/** Milliseconds between two signs of life, where there are no locks to tell by. */
const HERE_MS = 20_000;

/**
 * @typedef {object} Listener
 * @property {(told: Event) => void} event
 * @property {() => void} reset  something was missed for good: read the snapshot again
 * @property {(status: Status, since: number) => void} link
 */

/**
 * Follow all events after number `after`; `version` is the service's, so that a page from before
 * an update and one from after it do not share a worker.
 * @param {number} after @param {Listener} listener @param {string} version
 */
export function follow(after, listener, version) {
  let last = after;
  /** @type {number[]} */ let details = [];
  let post = join(hear, version, () => {
    post = alone(hear);
    post({ say: "follow", after: last, details });
  });
  post({ say: "follow", after, details });

  /** @param {Told} told */
  function hear(told) {
    if (told.say === "link") listener.link(told.status, told.since);
    else if (told.say === "reset") listener.reset();
    else {
      const { id, kind, data } = told.event;
      last = Math.max(last, id);
      listener.event({ id, kind, text: data });
    }
  }

  addEventListener("pagehide", () => post({ say: "bye" }));
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) post({ say: "follow", after: last, details });
  });
  for (const doubt of ["online", "offline"]) addEventListener(doubt, () => post({ say: "doubt" }));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) post({ say: "doubt" });
  });
  if (!navigator.locks) setInterval(() => post({ say: "here", after: last }), HERE_MS);

  return {
    /** The service's state was read: it has all events up to this one. @param {number} id */
    caughtUp: (id) => void (last = id),
    /** Everything of these tasks from now on. @param {number[]} wanted */
    want(wanted) {
      if (wanted.join() === details.join()) return;
      details = wanted;
      post({ say: "want", after: last, details });
    },
  };
}

/**
 * Into the shared worker; how to speak to it. `fail` is called when it cannot be had after all.
 * @param {(told: Told) => void} hear @param {string} version @param {() => void} fail
 * @returns {(asked: Asked) => void}
 */
function join(hear, version, fail) {
  if (typeof SharedWorker === "undefined") return alone(hear);
  try {
    const address = new URL("./stream/worker.js", import.meta.url);
    const worker = new SharedWorker(address, { type: "module", name: `longhaul ${version}` });
    let isHeard = false;
    worker.onerror = () => {
      if (!isHeard) fail();
      isHeard = true;
    };
    worker.port.onmessage = ({ data }) => {
      isHeard = true;
      hear(data);
    };
    holdLock((lock) => worker.port.postMessage({ say: "lives", lock }));
    return (asked) => worker.port.postMessage(asked);
  } catch {
    return alone(hear);
  }
}

/** Hold a lock for as long as the page lives, and tell its name. @param {(lock: string) => void} tell */
function holdLock(tell) {
  if (!navigator.locks) return;
  const name = `longhaul-tab-${[...crypto.getRandomValues(new Uint32Array(4))].join("-")}`;
  navigator.locks.request(name, () => {
    tell(name);
    return new Promise(() => undefined);
  });
}

/** A stream of its own. @param {(told: Told) => void} hear @returns {(asked: Asked) => void} */
function alone(hear) {
  return new Hub(keepReading).join(hear).hear;
}
