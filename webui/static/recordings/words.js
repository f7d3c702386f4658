// What recordings are called, and where in one a moment is. Pure.

import { counted, whole } from "../format.js";

/** @import {Entry, Summary, Segment} from "./types.js" */

const DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});

/** "0:07", "12:30", "1:02:03". @param {number|null} seconds */
export function length(seconds) {
  if (seconds === null) return "";
  const s = Math.round(seconds);
  const [h, m, rest] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(rest)}` : `${m}:${two(rest)}`;
}

/** "Today", "Yesterday", else the date. @param {number} at @param {number} now */
export function day(at, now) {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(at);
}

/** @param {number} at */
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);

/**
 * How a recording looks: mark, word, colour. What its task does says more than "orphaned".
 * @param {Entry} entry
 */
export function lookOf({ status, task, error }) {
  if (task?.status === "running") {
    const share = task.total ? ` ${Math.floor((100 * task.done) / task.total)} %` : "";
    return { glyph: "running", word: `listening${share}`, tone: "running" };
  }
  if (status === "missing") return { glyph: "cancelled", word: "audio missing", tone: "cancelled" };
  if (status === "transcribed") return { glyph: "completed", word: "transcribed", tone: "completed" };
  if (task?.status === "paused") return { glyph: "paused", word: "paused", tone: "paused" };
  if (task?.status === "queued") return { glyph: "queued", word: "waiting", tone: "queued" };
  if (status === "failed" || error) return { glyph: "failed", word: "failed", tone: "failed" };
  return { glyph: "held", word: "not transcribed", tone: "queued" };
}

/** What a list says of it in a line. @param {Entry} entry */
export function firstWords(entry) {
  if (entry.first_words) return entry.first_words;
  if (entry.status === "transcribed") return "Nothing is said in it";
  return entry.error?.message || entry.name;
}

/**
 * "3 waiting · 1 running 40 % · 2 failed"; "" when their queue is empty.
 * @param {Summary["queue"]} queue
 */
export function queueLine({ queued, running, paused, failed, share }) {
  const part = share === null ? "" : ` ${Math.floor(share * 100)} %`;
  return [
    queued ? `${whole(queued)} waiting` : "",
    running ? `${whole(running)} running${part}` : "",
    paused ? `${whole(paused)} paused` : "",
    failed ? `${whole(failed)} failed` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What became of files that were imported. @param {{outcome: string, name: string, error:
 *  {message: string}|null}[]} items */
export function importedLine(items) {
  const n = (/** @type {string} */ outcome) => items.filter((i) => i.outcome === outcome).length;
  const refused = items.filter((item) => item.outcome === "refused");
  return [
    n("imported") ? `${counted(n("imported"), "recordings")} imported` : "",
    n("restored") ? `${whole(n("restored"))} found again` : "",
    n("duplicate") ? `${whole(n("duplicate"))} already there` : "",
    refused.length ? `${whole(refused.length)} refused: ${refused[0].error?.message}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * Which word is said at a moment: [segment, word]; the one before where nothing is, [-1, -1] before
 * the first. Both lists are in the order of time.
 * @param {Segment[]} segments @param {number} at seconds
 */
export function placeAt(segments, at) {
  const segment = lastBefore(segments, (s) => s.start, at);
  if (segment < 0) return [-1, -1];
  return [segment, lastBefore(segments[segment].words, (word) => word[1], at)];
}

/**
 * @template T
 * @param {T[]} list @param {(each: T) => number} start @param {number} at
 */
function lastBefore(list, start, at) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (start(list[middle]) <= at + 0.001) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The segments with the lines of an edited text, as the service parts it for subtitles: line by
 * line where there are as many, else none, for nobody knows any more when what is said.
 * @param {Segment[]} segments @param {string} text @param {boolean} isEdited
 * @returns {Segment[]}
 */
export function shownSegments(segments, text, isEdited) {
  const spoken = segments.filter((segment) => segment.text);
  if (!isEdited) return spoken;
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length !== spoken.length) return [];
  return spoken.map((segment, i) =>
    segment.text === lines[i] ? segment : { ...segment, text: lines[i], words: [] },
  );
}
