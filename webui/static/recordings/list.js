// The list of recordings, newest first, by day; its search, and the line about their queue.

import { computed } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { isPlain } from "../pages.js";
import { goTo, setQuery } from "../route.js";
import { now, state } from "../store.js";
import { Glyph } from "../views/glyph.js";
import { chooseFiles, retryFailed, scan } from "./acts.js";
import { chosen, entries, next, readMore, summary, wanted } from "./state.js";
import { day, firstWords, length, lookOf, queueLine } from "./words.js";
import { clock } from "../format.js";

/** @import {Entry} from "./types.js" */

const REST_MS = 150;
const STATUSES = { transcribed: "Transcribed", orphaned: "To transcribe", failed: "Failed", missing: "Audio missing" };

export function Listing() {
  return html`<section class="recordings-list" aria-label="All recordings">
    <${Tools} />
    <${Queue} />
    <${Rows} />
  </section>`;
}

function Tools() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const timer = useRef(0);
  const { q, status } = wanted.value;
  useEffect(() => () => clearTimeout(timer.current), []);
  const find = () => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () => setQuery({ q: field.current?.value.trim() ?? "" }),
      REST_MS,
    );
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !field.current) return;
    event.preventDefault();
    field.current.value = "";
    find();
    field.current.blur();
  };
  const counts = summary.value?.counts ?? {};
  return html`<div class="tools">
    <search class="search"><input id="find-recording" ref=${field} type="search" maxlength="200"
      placeholder="Find words" aria-label="Find words that are said" aria-keyshortcuts="/"
      autocomplete="off" spellcheck=${false} defaultValue=${q} onInput=${find}
      onKeyDown=${onKeyDown} /><kbd aria-hidden="true">/</kbd></search>
    <select aria-label="Which recordings" value=${status}
        onChange=${(/** @type {any} */ event) => setQuery({ status: event.currentTarget.value })}>
      <option value="">All</option>
      ${Object.entries(STATUSES).map(
        ([value, label]) => html`<option key=${value} value=${value} selected=${value === status}>
          ${label}${counts[value] ? ` (${counts[value]})` : ""}</option>`,
      )}
    </select>
    <button class="button" aria-keyshortcuts="I" onClick=${chooseFiles}>Import <kbd>I</kbd></button>
    <button class="button" aria-keyshortcuts="O" onClick=${() => goTo("recordings", "settings")}>Settings
      <kbd>O</kbd></button>
  </div>`;
}

/** Why the next recording waits, where it is not only for its turn. */
const why = computed(() => {
  for (const task of state.value?.tasks.values() ?? []) {
    const reason = task.status === "queued" && task.type.startsWith("transcribe-") && task.waiting_because;
    if (reason && ["person-first", "quiet-hours", "queue-paused", "back-off"].includes(reason.code)) return reason.message;
  }
  return "";
});

/** Small, and only while there is something to say. */
function Queue() {
  const told = summary.value;
  if (!told) return null;
  const line = queueLine(told.queue);
  const problem = told.last_scan?.problem;
  if (!line && !problem) return null;
  return html`<p class="queue-line">
    ${line ? html`<a href="/tasks" onClick=${toTasks}>${line}</a>` : null}
    ${told.queue.queued && why.value ? html`<span>${why}</span>` : null}
    ${
      told.queue.failed
        ? html` <button class="linkish" onClick=${retryFailed}>Retry all failed</button>`
        : null
    }
    ${
      problem
        ? html`<span class="problem" role="alert">${problem} <button class="linkish"
            onClick=${scan}>Look again</button></span>`
        : null
    }
  </p>`;
}

/** @param {MouseEvent} event */
function toTasks(event) {
  if (!isPlain(event)) return;
  event.preventDefault();
  goTo("desk");
}

function Rows() {
  const all = entries.value;
  const end = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    if (!end.current) return undefined;
    const watcher = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) readMore();
    });
    watcher.observe(end.current);
    return () => watcher.disconnect();
  }, [next.value]);
  if (!all) return html`<p class="muted reading" role="status">Reading …</p>`;
  if (!all.length) return html`<${Nothing} />`;
  /** @type {Map<string, Entry[]>} */
  const days = new Map();
  for (const entry of all) {
    const name = day(Date.parse(entry.recorded_at), now.value);
    days.set(name, [...(days.get(name) ?? []), entry]);
  }
  return html`<div class="scroll">
    ${[...days].map(
      ([name, of]) => html`<section key=${name} aria-label=${name}><h2>${name}</h2>
        <ul>${of.map((entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}</ul></section>`,
    )}
    ${next.value ? html`<p class="muted reading" ref=${end}>Reading on …</p>` : null}
  </div>`;
}

function Nothing() {
  const { q, status } = wanted.value;
  if (q || status)
    return html`<div class="nothing-found"><p>No recording ${q ? `has “${q}”` : "is like that"}.</p>
      <button class="button" onClick=${() => {
        setQuery({ q: null, status: null });
        const field = document.getElementById("find-recording");
        if (field instanceof HTMLInputElement) field.value = "";
      }}>Show all</button></div>`;
  return html`<div class="nothing-found"><p>No recordings yet. Drop audio files here, or put them into
    your notes folder.</p>
    <button class="button" onClick=${scan}>Look into the folder</button></div>`;
}

/** @param {{entry: Entry}} props */
function Row({ entry }) {
  const look = lookOf(entry);
  const at = Date.parse(entry.recorded_at);
  const go = (/** @type {MouseEvent} */ event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    goTo("recordings", entry.id);
  };
  return html`<li><a id="recording-${entry.id}" class="recording ${look.tone}"
      href="/recordings/${entry.id}" onClick=${go}
      aria-current=${chosen.value === entry.id ? "true" : null}>
    <span class="when"><time datetime=${entry.recorded_at}>${clock(at)}</time>
      <span class="long">${length(entry.duration)}</span></span>
    <span class="words">${
      entry.snippet.length
        ? entry.snippet.map(({ text, is_match: isMatch }) =>
            isMatch ? html`<mark>${text}</mark>` : text,
          )
        : firstWords(entry)
    }</span>
    <span class="look"><${Glyph} name=${look.glyph} />${look.word}</span>
  </a></li>`;
}
