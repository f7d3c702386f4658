// The documents, or what a search found in them, with the field that searches.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { isPlain } from "../pages.js";
import { pathOf } from "../addresses.js";
import { setQuery } from "../route.js";
import { Glyph } from "../views/glyph.js";
import { isSearching } from "./adding.js";
import { more, number, q, readMore, show, sourceId, sources } from "./shelf.js";
import { Kind, Marked } from "./parts.js";
import { factsOf, lookOfSource, nameOf, pagesOf } from "./words.js";

/** @import {PageEntry, Source} from "./words.js" */

const REST_MS = 160;

/** The field that searches in all texts. */
export function Search() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const timer = useRef(0);
  const words = q.value;
  useEffect(() => {
    const { current } = field;
    if (current && current.value !== words && current !== document.activeElement) current.value = words;
  }, [words]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = (/** @type {number} */ rest) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setQuery({ q: field.current?.value ?? "" }), rest);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && field.current) {
      if (field.current.value) field.current.value = "";
      else field.current.blur();
      look(0);
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      look(0);
      const first = document.querySelector(".books a");
      if (first instanceof HTMLElement) first.focus();
    } else return;
    event.preventDefault();
  };
  return html`<search class="find-text"><input id="find-text" ref=${field} type="search" maxlength="500"
      placeholder="Find words in all documents" aria-label="Find words in all documents"
      aria-keyshortcuts="/" autocomplete="off" spellcheck=${false} value=${words}
      onInput=${() => look(REST_MS)} onKeyDown=${onKeyDown} /><kbd aria-hidden="true">/</kbd></search>`;
}

export function List() {
  const all = sources.value;
  if (!all) return html`<p class="none" role="status">Reading …</p>`;
  if (!all.length)
    return html`<p class="none" role="status"><b>No document has these words.</b>
      A word may be begun: <code>wha*</code>. <code>"white whale"</code> is a phrase.</p>`;
  return html`<ul class="books" onKeyDown=${walk}>
    ${all.map((source) => html`<${Entry} key=${source.id} of=${source} />`)}
    ${
      more.value
        ? html`<li><button class="button" onClick=${readMore}>Show more</button></li>`
        : null
    }
  </ul>`;
}

/** @param {{of: Source}} props */
function Entry({ of }) {
  const { glyph, word, tone } = lookOfSource(of);
  const isCurrent = sourceId.value === of.id;
  const found = isSearching.value && of.hits ? foundIn(of) : "";
  return html`<li class=${tone}>
    <a class="book" href=${pathOf("documents", of.id)} title=${of.path}
        aria-current=${isCurrent ? "true" : null} onClick=${going(of.id)}>
      <${Kind} of=${of.kind} />
      <span class="title">${of.title}</span>
      <span class="state"><${Glyph} name=${glyph} />${word}</span>
      <span class="facts">${found || factsOf(of)}</span>
      ${of.problem && of.status === "failed" ? html`<span class="problem">${of.problem.message}</span>` : null}
    </a>
    ${(of.hits ?? []).map((hit) => html`<${Hit} key=${hit.id} hit=${hit} kind=${of.kind} />`)}
  </li>`;
}

/** @param {Source} source */
function foundIn({ matches, kind }) {
  return matches ? `found in ${pagesOf(matches, kind)}` : "found in its name";
}

/** A place that was found. @param {{hit: PageEntry, kind: string}} props */
function Hit({ hit, kind }) {
  const isCurrent = sourceId.value === hit.source_id && number.value === hit.number;
  return html`<a class="hit" href=${pathOf("documents", hit.source_id, hit.number)}
      aria-current=${isCurrent ? "page" : null} onClick=${going(hit.source_id, hit.number)}>
    <b>${nameOf(hit, kind)}</b> <${Marked} pieces=${hit.snippet ?? []} /></a>`;
}

/** @param {number} id @param {number} [which] */
const going = (id, which) => (/** @type {MouseEvent} */ event) => {
  if (!isPlain(event)) return;
  event.preventDefault();
  show(id, which);
};

/** Arrows go through the links; up from the first one leads to the field. @param {KeyboardEvent} event */
function walk(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !(event.currentTarget instanceof HTMLElement)) return;
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at + by];
  event.preventDefault();
  if (next) next.focus();
  else if (by < 0) document.getElementById("find-text")?.focus();
}
