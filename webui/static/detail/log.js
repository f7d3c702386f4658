// The log of the task that is shown: a window of its lines that grows upwards and downwards.
//
// Most people want the end, so it begins there and reads older lines when they are scrolled to.
// New lines come with the stream as long as the window reaches to the end.

import { effect, signal } from "@preact/signals";
import { readLines } from "../api.js";
import { latest, quietly } from "./reading.js";

/** @import {Level, LogLine, StreamEvent} from "../types.js" */

/** Lines that are read at a time. */
const PAGE = 500;
/** Lines that are kept; those at the far end go, and are read again when somebody comes to them. */
export const KEPT = 50_000;
/** Milliseconds of rest before what was typed is looked for. */
const REST_MS = 200;
const NEWEST = Number.MAX_SAFE_INTEGER;
/** From the least on. @type {Level[]} */
export const LEVELS = ["debug", "info", "warning", "error"];

/**
 * @typedef {object} Log
 * @property {number|null} id  of the task
 * @property {LogLine[]} lines
 * @property {boolean} isRead  the first answer has come
 * @property {boolean} hasOlder
 * @property {boolean} hasNewer  then new lines are not added
 */

/** @param {number|null} id @returns {Log} */
const empty = (id) => ({ id, lines: [], isRead: false, hasOlder: false, hasNewer: false });

/** @type {import("@preact/signals").Signal<Log>} */
export const log = signal(empty(null));
/** The least level that is shown. @type {import("@preact/signals").Signal<Level>} */
export const level = signal("debug");
/** What is looked for in the lines. */
export const query = signal("");
/** Whether the person reads the end and wants to see what comes. */
export const isAtEnd = signal(true);
const shownId = signal(/** @type {number|null} */ (null));
const again = signal(0);
const reading = latest();
let ended = reading.begin();
let isReading = false;

/** Show the log of another task, or read it anew. @param {number|null} id */
export function showLog(id) {
  if (id !== shownId.peek()) query.value = "";
  shownId.value = id;
  again.value = again.peek() + 1; // called in an effect, which must not depend on it
}

/** Follow level and query from now on. */
export function followLog() {
  let timer = 0;
  let looked = "";
  effect(() => {
    const [id, least, text] = [shownId.value, level.value, query.value];
    again.value; // read only to be run again with it
    ended = reading.begin();
    isReading = false;
    clearTimeout(timer);
    log.value = empty(id);
    if (id === null) return;
    const wait = text !== looked && text ? REST_MS : 0;
    looked = text;
    const signal = ended;
    const go = () => quietly(id, signal, readNewest);
    if (wait) timer = window.setTimeout(go, wait);
    else go();
    void least;
  });
}

/** @param {string} place `before=…` or `after=…` @returns {Promise<LogLine[]|null>} */
async function readPage(place) {
  const signal = ended;
  const asked = `level=${level.peek()}&q=${encodeURIComponent(query.peek())}`;
  isReading = true;
  try {
    const path = `/tasks/${shownId.peek()}/logs?${place}&limit=${PAGE}&${asked}`;
    const page = (await readLines(path, signal)).map(lineOf);
    return signal.aborted ? null : page;
  } finally {
    if (signal === ended) isReading = false;
  }
}

/** The window at the end of the log. */
export async function readNewest() {
  const page = await readPage(`before=${NEWEST}`);
  if (!page) return;
  const live = log.value.hasNewer ? [] : log.value.lines;
  const rest = live.filter((line) => line.id > (page.at(-1)?.id ?? 0));
  const lines = [...page, ...rest];
  log.value = { ...log.value, lines, isRead: true, hasOlder: page.length === PAGE, hasNewer: false };
}

/** The window at the log's beginning. */
export async function readFirst() {
  if (!log.value.hasOlder) return;
  const page = await readPage("after=0");
  if (!page) return;
  const hasNewer = page.length === PAGE;
  log.value = { ...log.value, lines: page, isRead: true, hasOlder: false, hasNewer };
}

export async function readOlder() {
  const first = log.value.lines[0];
  if (!first || !log.value.hasOlder || isReading) return;
  const page = await readPage(`before=${first.id}`);
  if (!page) return;
  const all = [...page, ...log.value.lines];
  const hasNewer = log.value.hasNewer || all.length > KEPT;
  const lines = all.slice(0, KEPT);
  log.value = { ...log.value, lines, hasOlder: page.length === PAGE, hasNewer };
}

export async function readNewer() {
  const last = log.value.lines.at(-1);
  if (!last || !log.value.hasNewer || isReading) return;
  const page = await readPage(`after=${last.id}`);
  if (!page) return;
  const all = [...log.value.lines, ...page];
  const hasOlder = log.value.hasOlder || all.length > KEPT;
  const lines = all.slice(-KEPT);
  log.value = { ...log.value, lines, hasOlder, hasNewer: page.length === PAGE };
}

/** Take new lines of events, where they fit. @param {StreamEvent[]} events */
export function noteLog(events) {
  const { id, lines, hasNewer } = log.value;
  if (hasNewer) return;
  const last = lines.at(-1)?.id ?? 0;
  const fresh = events
    .filter(({ kind, data }) => kind === "log" && data.task_id === id && data.id > last)
    .map(({ data }) => lineOf(data))
    .filter(isWanted);
  if (!fresh.length) return;
  const all = [...lines, ...fresh];
  if (all.length <= KEPT) log.value = { ...log.value, lines: all };
  else if (isAtEnd.peek()) log.value = { ...log.value, lines: all.slice(-KEPT), hasOlder: true };
  else log.value = { ...log.value, hasNewer: true };
}

/** As the service would choose it. @param {LogLine} line */
function isWanted(line) {
  if (LEVELS.indexOf(line.level) < LEVELS.indexOf(level.peek())) return false;
  return line.message.toLowerCase().includes(query.peek().toLowerCase());
}

/**
 * Times come as text from a list and as text or seconds from an event.
 * @param {any} data
 * @returns {LogLine}
 */
function lineOf(data) {
  return { ...data, at: typeof data.at === "number" ? data.at * 1000 : Date.parse(data.at) };
}
