// Many tabs on one stream: who wants what, what was told lately, and who is gone. Runs in the shared
// worker, or in a page that has none, with itself as the only tab.
//
// A tab joins with the number of the last event in its snapshot and gets every event after it: from
// the buffer where that reaches back so far, else it is told to read its snapshot again.

/** @import {Reader, Status} from "./source.js" */
/** @import {RawEvent} from "./parsing.js" */
/** @typedef {{reopen: () => void, doubt: () => void, end: () => void}} Source */
/** @typedef {{say: "event", event: RawEvent} | {say: "reset"} |
 *   {say: "link", status: Status, since: number}} Told */
/** @typedef {{say: "follow", after: number, details: number[]} |
 *   {say: "want", after: number, details: number[]} |
 *   {say: "here", after: number} | {say: "doubt"} | {say: "bye"}} Asked */
/**
 * @typedef {object} Tab
 * @property {(told: Told) => void} post
 * @property {number} after  the last event that it had when it joined
 * @property {number[]} details  tasks of which it wants everything
 * @property {number} heardAt
 */

const ALWAYS = ["task_created", "task_update", "task_progress", "task_finished", "queue_update"];
/** Kinds that come only of the tasks whose details somebody looks at. */
const DETAILS = new Set(["job_update", "item_update", "log", "telemetry"]);
/** Events, and characters of them, that are kept for tabs that join. */
const KEPT = 1000;
const KEPT_CHARS = 2_000_000;
/** Milliseconds in which wishes are gathered: who walks through the list looks at many. */
const GATHER_MS = 120;
/** Milliseconds after which a tab without a word is gone; hidden ones speak once a minute. */
const GONE_MS = 150_000;

/** @returns {{status: Status, since: number}} */
const unknown = () => ({ status: "opening", since: Date.now() });

export class Hub {
  /**
   * @param {(reader: Reader) => Source} connect
   * @param {string} api
   */
  constructor(connect, api = "/api/v1") {
    this.connect = connect;
    this.api = api;
    /** @type {Set<Tab>} */ this.tabs = new Set();
    /** @type {Source|null} */ this.source = null;
    /** @type {RawEvent[]} */ this.buffer = [];
    this.chars = 0;
    /** The last event told, and the one after which the buffer has all. */
    this.last = 0;
    this.floor = 0;
    /** From where to go on instead of `last`, for the sake of details that are new. */
    this.from = Infinity;
    /** @type {number[]} */ this.details = [];
    this.link = unknown();
    this.gathering = /** @type {any} */ (0);
  }

  /** A new tab; speaks through what is returned. @param {(told: Told) => void} post */
  join(post) {
    /** @type {Tab} */
    const tab = { post, after: 0, details: [], heardAt: Date.now() };
    return {
      hear: (/** @type {Asked} */ asked) => this.hear(tab, asked),
      leave: () => this.leave(tab),
    };
  }

  /** @param {Tab} tab @param {Asked} asked */
  hear(tab, asked) {
    tab.heardAt = Date.now();
    if (asked.say === "bye") this.leave(tab);
    else if (asked.say === "doubt") this.source?.doubt();
    else if (asked.say === "want") this.want(tab, asked.details, asked.after);
    else if (asked.say === "follow" || !this.tabs.has(tab)) this.follow(tab, asked);
    this.forgetSilent();
  }

  /** @param {Tab} tab @param {{after: number, details?: number[]}} asked */
  follow(tab, { after, details = tab.details }) {
    this.tabs.add(tab);
    tab.after = after;
    if (!this.source) {
      this.last = this.floor = after;
      this.details = tab.details = details;
      this.source = this.connect({
        address: () => this.address(),
        take: (event) => this.take(event),
        say: (status, since) => this.say(status, since),
      });
    } else {
      tab.post({ say: "link", ...this.link });
      if (after < this.floor) this.reset(tab);
      for (const event of this.buffer) if (event.id > tab.after) tab.post({ say: "event", event });
      this.want(tab, details, after);
    }
  }

  /** @param {Tab} tab */
  reset(tab) {
    tab.after = this.last;
    tab.post({ say: "reset" });
  }

  /** @param {Tab} tab @param {number[]} details @param {number} after */
  want(tab, details, after) {
    const isNew = details.some((id) => !tab.details.includes(id));
    const isMissing = details.some((id) => !this.details.includes(id));
    tab.details = details;
    if (!this.source || !isNew || (!isMissing && after >= this.last)) return;
    this.from = Math.min(this.from, after, this.last);
    clearTimeout(this.gathering);
    this.gathering = setTimeout(() => this.source?.reopen(), GATHER_MS);
  }

  /** Of the stream, when it is opened now. */
  address() {
    this.details = [...new Set([...this.tabs].flatMap((tab) => tab.details))].slice(0, 100);
    const kinds = this.details.length ? [...ALWAYS, ...DETAILS] : ALWAYS;
    const from = Math.max(0, Math.min(this.last, this.from));
    this.from = Infinity;
    const of = this.details.length ? `&details=${this.details.join()}` : "";
    return `${this.api}/events?after=${from}&kinds=${kinds.join()}${of}`;
  }

  /** @param {RawEvent} event */
  take(event) {
    const isDetail = DETAILS.has(event.kind);
    if (event.kind === "reset") {
      [this.last, this.floor, this.buffer, this.chars] = [event.id, event.id, [], 0];
      for (const tab of this.tabs) this.reset(tab);
      return;
    }
    if (event.id <= this.last && !isDetail) return; // told before, asked for again with details
    this.last = Math.max(this.last, event.id);
    if (!isDetail) this.remember(event);
    for (const tab of this.tabs) {
      if (isDetail ? tab.details.length : event.id > tab.after) tab.post({ say: "event", event });
    }
  }

  /** @param {RawEvent} event */
  remember(event) {
    this.buffer.push(event);
    this.chars += event.data.length;
    while (this.buffer.length > KEPT || this.chars > KEPT_CHARS) {
      const gone = this.buffer.shift();
      if (!gone) return;
      this.floor = gone.id;
      this.chars -= gone.data.length;
    }
  }

  /** @param {Status} status @param {number} since */
  say(status, since) {
    this.link = { status, since };
    for (const tab of this.tabs) tab.post({ say: "link", status, since });
  }

  /** @param {Tab} tab */
  leave(tab) {
    if (!this.tabs.delete(tab) || this.tabs.size) return;
    clearTimeout(this.gathering);
    this.source?.end();
    [this.source, this.buffer, this.chars, this.from] = [null, [], 0, Infinity];
    this.link = unknown();
  }

  forgetSilent() {
    const now = Date.now();
    for (const tab of this.tabs) if (now - tab.heardAt > GONE_MS) this.leave(tab);
  }
}
