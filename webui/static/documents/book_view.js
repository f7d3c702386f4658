// The document that is shown: its facts, what can be done, its pages, and the text of one.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { pathOf } from "../addresses.js";
import { isPlain } from "../pages.js";
import { goTo } from "../route.js";
import { select } from "../store.js";
import { Copy } from "../views/copy.js";
import { Glyph } from "../views/glyph.js";
import { Bar } from "../views/bar.js";
import { deletePage, deleteSource, readAgain, turn } from "./adding.js";
import { save } from "./saving.js";
import { Kind, Marked } from "./parts.js";
import { morePages, number, page, pages, q, readMorePages, show, shown, trouble } from "./shelf.js";
import { factsOf, lookOfPage, lookOfSource, marked, nameOf } from "./words.js";

/** @import {PageEntry, PageText, Source} from "./words.js" */

export function Book() {
  const of = shown.value;
  if (!of)
    return html`<section class="book-pane none"><p role="status">${
      trouble.value || "Choose a document."
    }</p></section>`;
  return html`<section class="book-pane" aria-label=${of.title}>
    <${Head} of=${of} />
    ${
      of.status === "failed" && !of.pages.total
        ? null
        : html`<div class="spread"><${Contents} of=${of} /><${Reading} of=${of} /></div>`
    }
  </section>`;
}

/** @param {{of: Source}} props */
function Head({ of }) {
  const { glyph, word, tone } = lookOfSource(of);
  const { total, completed, failed } = of.pages;
  const isActive = ["queued", "running", "paused"].includes(of.status);
  const isLeft = !isActive && (of.status !== "completed" || failed > 0);
  const progress = { done: completed, failed, skipped: 0, total: total || null, unit: "pages" };
  return html`<header class="book-head ${tone}">
    <button class="button small back" onClick=${() => show()}>All documents</button>
    <h2 title=${of.path}><${Kind} of=${of.kind} />${of.title}</h2>
    <p class="facts"><span class="chip ${tone}"><${Glyph} name=${glyph} />${word}</span>
      <span>${factsOf(of)}</span> <span class="mono path" title=${of.path}>${of.path}</span></p>
    ${isActive ? html`<${Bar} task=${{ progress, status: of.status }} />` : null}
    ${
      of.problem
        ? html`<p class="trouble failed"><b>${of.problem.message}.</b> ${of.problem.hint}</p>`
        : null
    }
    <p class="tools">
      ${
        of.task_id === null
          ? null
          : html`<a class="button small" id="task-of-source" href="/tasks" aria-keyshortcuts="O"
              onClick=${toTask(of.task_id)}>Its task <kbd>O</kbd></a>`
      }
      ${
        isLeft
          ? html`<button class="button small" aria-keyshortcuts="R" onClick=${() => readAgain()}>
              Read again <kbd>R</kbd></button>`
          : null
      }
      <button class="button small" aria-keyshortcuts="Shift+Delete" onClick=${() => deleteSource()}>
        Delete document <kbd>⇧ Del</kbd></button>
    </p>
  </header>`;
}

/** Show the task in the list of tasks. @param {number} id */
export const toTask = (id) => (/** @type {MouseEvent} */ event) => {
  if (!isPlain(event)) return;
  event.preventDefault();
  select(id);
  goTo("desk");
};

/** The pages of the document. @param {{of: Source}} props */
function Contents({ of }) {
  const all = pages.value;
  if (!all.length)
    return html`<nav class="contents" aria-label="Pages of this document"><p class="muted">${
      of.status === "completed" ? "It has no pages." : "No page was read yet."
    }</p></nav>`;
  return html`<nav class="contents" aria-label="Pages of this document"><ol>
    ${all.map((each) => html`<${PageLink} key=${each.id} of=${each} kind=${of.kind}
        isCurrent=${each.number === number.value} />`)}
    ${
      morePages.value
        ? html`<li><button class="button small" onClick=${readMorePages}>More pages</button></li>`
        : null
    }
  </ol></nav>`;
}

/** @param {{of: PageEntry, kind: string, isCurrent: boolean}} props */
function PageLink({ of, kind, isCurrent }) {
  const { glyph, word, tone } = lookOfPage(of);
  const link = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => {
    if (isCurrent) link.current?.scrollIntoView({ block: "nearest" });
  }, [isCurrent]);
  const go = (/** @type {MouseEvent} */ event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    show(of.source_id, of.number);
  };
  return html`<li class=${tone}><a ref=${link} href=${pathOf("documents", of.source_id, of.number)}
      aria-current=${isCurrent ? "page" : null} onClick=${go} title=${of.problem?.message ?? word}>
    <span>${nameOf(of, kind)}</span>
    <span class="state"><${Glyph} name=${glyph} /><span>${word}</span></span></a></li>`;
}

/** The text of a page. @param {{of: Source}} props */
function Reading({ of }) {
  const sheet = useRef(/** @type {HTMLElement|null} */ (null));
  const read = page.value;
  useEffect(() => {
    if (!sheet.current) return;
    sheet.current.scrollTop = 0;
    sheet.current.querySelector("mark")?.scrollIntoView({ block: "center" }); // what was looked for
  }, [read?.id]);
  if (!number.value)
    return html`<div class="reading none"><p class="muted">${
      pages.value.length ? "Choose a page, or press → to read from the start." : ""
    }</p></div>`;
  if (!read) return html`<div class="reading none"><p role="status">${trouble.value || "Reading …"}</p></div>`;
  return html`<article class="reading" aria-label=${nameOf(read, of.kind)}>
    <div class="tools">
      <button class="button small" aria-label="The page before" aria-keyshortcuts="ArrowLeft"
        disabled=${read.previous_id === null} onClick=${() => turn(-1)}>←</button>
      <button class="button small" aria-label="The next page" aria-keyshortcuts="ArrowRight"
        disabled=${read.next_id === null} onClick=${() => turn(1)}>→</button>
      <h3 title=${nameOf(read, of.kind)}>${nameOf(read, of.kind)}</h3>
      ${
        read.text
          ? html`<${Copy} text=${read.text} label="Copy" what="The text" shown="C" />
            <button class="button small" aria-keyshortcuts="D" onClick=${() => save(read)}>
              Save as text <kbd>D</kbd></button>`
          : null
      }
      ${
        read.status === "failed"
          ? html`<button class="button small" onClick=${() => readAgain(read.number)}>
              Read this page again</button>`
          : null
      }
      <button class="button small" aria-keyshortcuts="Delete" onClick=${deletePage}>Delete page
        <kbd>Del</kbd></button>
    </div>
    <div class="sheet-of-text ${of.kind}" ref=${sheet} tabindex="0" data-scrolls role="group"
        aria-label="Text of ${nameOf(read, of.kind)}"><${Text} of=${read} /></div>
  </article>`;
}

/** @param {{of: PageText}} props */
function Text({ of }) {
  if (of.status === "failed")
    return html`<p class="trouble failed"><b>${of.problem?.message}.</b> ${of.problem?.hint}</p>`;
  if (of.status === "queued") return html`<p class="muted">This page was not read yet.</p>`;
  if (!of.text.trim())
    return html`<p class="muted">There is no text on this page${
      of.kind === "pdf" ? "; perhaps it is a picture of a page" : ""
    }.</p>`;
  if (of.kind === "pdf" || of.kind === "txt")
    return html`<div class="text lines"><${Marked} pieces=${marked(of.text, q.value)} /></div>`;
  return html`<div class="text">${of.text
    .split("\n")
    .map((line, i) => html`<p key=${i}><${Marked} pieces=${marked(line, q.value)} /></p>`)}</div>`;
}
