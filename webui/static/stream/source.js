// One event stream of the service, for as long as it is wanted: opened, watched, opened again where
// it stopped. Runs in a shared worker or in a page; knows nothing of tabs (hub.js).
//
// Not an EventSource, for that hides the service's comments. A connection can be dead without an
// end (the machine slept, a proxy fell silent), and then the missing comment is all that tells.

import { parsing } from "./parsing.js";

/** @import {RawEvent} from "./parsing.js" */
/** @typedef {"opening"|"live"|"lost"|"signed-out"} Status */

/**
 * @typedef {object} Reader
 * @property {() => string} address  of the stream from where it has to go on
 * @property {(event: RawEvent) => void} take
 * @property {(status: Status, since: number) => void} say
 */
/** Milliseconds; a test has its own. */
export const TIMES = {
  /** Without a sign of life, one longer than the 15 s between two comments, it is dead. */
  silence: 20_000,
  /** Between two looks at whether it is. */
  look: 2000,
  /** For an answer to begin. */
  connect: 8000,
  /** Until the first and until each next try to come back. */
  soon: 200,
  again: 1000,
  /** A session that is gone does not come back by being asked for. */
  signedOut: 10_000,
};

/** @param {Reader} reader */
export function keepReading({ address, take, say }, times = TIMES) {
  let connection = new AbortController();
  let heardAt = Date.now();
  let status = /** @type {Status} */ ("opening");
  let timer = /** @type {any} */ (0);
  let isEnded = false;
  const watch = setInterval(look, times.look);
  open();

  /** @param {Status} next @param {number} [since] */
  function tell(next, since = Date.now()) {
    status = next;
    say(next, since);
  }

  async function open() {
    clearTimeout(timer);
    connection.abort();
    const own = (connection = new AbortController());
    const late = setTimeout(() => own.abort(), times.connect);
    let next = times.again;
    try {
      const headers = { Accept: "text/event-stream" };
      const answer = await fetch(address(), { signal: own.signal, headers, cache: "no-store" });
      clearTimeout(late);
      if (own !== connection) return;
      if (answer.ok && answer.body) {
        heardAt = Date.now();
        tell("live");
        await pump(answer.body.getReader(), own);
        next = times.soon;
      } else if (answer.status === 401 || answer.status === 429) {
        tell("signed-out");
        next = times.signedOut;
      }
    } catch {
      if (status === "live") next = times.soon; // it broke; while it cannot be had, not so often
    }
    clearTimeout(late);
    if (own !== connection || isEnded) return; // another one has taken its place
    if (status !== "signed-out" || next !== times.signedOut) tell("lost", lostAt());
    timer = setTimeout(open, next);
  }

  /** When it was last known to live, if it fell silent, else now. */
  function lostAt() {
    return status === "live" && Date.now() - heardAt < times.silence ? Date.now() : heardAt;
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array>} pieces @param {AbortController} own */
  async function pump(pieces, own) {
    const text = new TextDecoder();
    const feed = parsing(take);
    for (;;) {
      const { done, value } = await pieces.read();
      if (done || own !== connection) return;
      heardAt = Date.now();
      feed(text.decode(value, { stream: true }));
    }
  }

  /** Also the first thing that runs after a sleep of the machine. */
  function look() {
    if (status !== "live" || Date.now() - heardAt < times.silence) return;
    tell("lost", heardAt);
    open();
  }

  return {
    /** Go on from another address; nobody has to know. */
    reopen: () => open(),
    /** Somebody thinks that it may be broken: see at once. */
    async doubt() {
      look();
      if (status === "lost" || status === "signed-out") return void open();
      const since = heardAt;
      const own = connection;
      try {
        const signal = AbortSignal.timeout(times.connect / 2);
        await fetch("/api/v1/health", { signal, cache: "no-store" });
      } catch {
        if (own !== connection || heardAt !== since) return;
        tell("lost", heardAt);
        open();
      }
    },
    end() {
      isEnded = true;
      clearInterval(watch);
      clearTimeout(timer);
      connection.abort();
    },
  };
}
