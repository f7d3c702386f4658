// The page of documents, fetched when somebody first goes there (pages.js says what it exports).

import { html } from "htm/preact";
import { notice, select } from "../store.js";
import { goTo } from "../route.js";
import { copy } from "../views/copy.js";
import { Choose, Coming, PathForm } from "./adding_view.js";
import {
  deletePage,
  deleteSource,
  find,
  isAdding,
  isDragged,
  isSearching,
  readAgain,
  turn,
  upload,
} from "./adding.js";
import { Book } from "./book_view.js";
import { List, Search } from "./list_view.js";
import { save } from "./saving.js";
import { begin, follow, note, page as read, shown, sourceId, sources, trouble } from "./shelf.js";

/** @import {Key} from "../chords.js" */
/** @import {PageModule} from "../pages.js" */

follow();

function View() {
  const isEmpty = sources.value?.length === 0 && !isSearching.value && !sourceId.value;
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    isDragged.value = false;
    if (event.dataTransfer?.files.length) upload(event.dataTransfer.files);
  };
  const over = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    isDragged.value = true;
  };
  const leave = (/** @type {DragEvent} */ event) => {
    if (event.relatedTarget === null) isDragged.value = false;
  };
  const said = notice.value || (isEmpty || !sources.value ? trouble.value : "");
  return html`<main class="documents ${sourceId.value ? "has-book" : ""} ${isDragged.value ? "dragged" : ""}"
      onDragOver=${over} onDragLeave=${leave} onDrop=${drop}>
    <h1 class="unseen">Documents</h1>
    ${said ? html`<p class="notice" role="alert">${said}</p>` : null}
    ${isEmpty ? html`<${Empty} />` : html`<${Shelf} /><${Book} />`}
    ${isDragged.value ? html`<p class="drop-here" aria-hidden="true">Let go to add</p>` : null}
  </main>`;
}

function Shelf() {
  return html`<section class="shelf-pane" aria-label="All documents">
    <div class="shelf-head"><${Search} />
      <button class="button" aria-keyshortcuts="A" aria-expanded=${isAdding.value}
        onClick=${() => (isAdding.value = !isAdding.value)}>Add <kbd>A</kbd></button></div>
    ${isAdding.value ? html`<${PathForm} />` : null}
    <${Coming} />
    <${List} />
  </section>`;
}

/** Nothing is here yet: what a person can do first. */
function Empty() {
  return html`<div class="empty">
    <svg viewBox="0 0 220 90" aria-hidden="true"><path d="M58 14h44l14 14v52H58zM102 14v14h14" /><path
      d="M70 44h34M70 56h34M70 68h20" /><circle class="open"
      cx="146" cy="50" r="16" /><path d="m158 62 14 14" /></svg>
    <h2>No documents yet</h2>
    <p>PDF, Word, EPUB, web pages and text files: Longhaul reads them page by page, so that every word
      of them can be found.</p>
    ${
      isAdding.value
        ? html`<${PathForm} />`
        : html`<p class="ways"><${Choose} label="Choose files …" kind="primary" />
          <button class="button" aria-keyshortcuts="A" onClick=${() => (isAdding.value = true)}>Name a
            path <kbd>A</kbd></button></p>`
    }
    <${Coming} />
    <p class="muted">Or drop files here; in a terminal, ${" "}<code>longhaul add extract-text
      file=book.pdf</code></p>
  </div>`;
}

const isReading = () => read.value !== null;
const hasText = () => Boolean(read.value?.text);
const isChosen = () => shown.value !== null;

/** @type {Key[]} */
const KEYS = [
  { keys: ["/"], shown: "/", does: "Find words in all documents", run: find },
  { keys: ["a"], shown: "A", does: "Add a document", run: () => (isAdding.value = true), isChange: true },
];
/** @type {Key[]} */
const BOOK_KEYS = [
  { keys: ["ArrowRight"], shown: "→", does: "The next page", when: isChosen, run: () => turn(1), isMotion: true },
  { keys: ["ArrowLeft"], shown: "←", does: "The page before", when: isChosen, run: () => turn(-1), isMotion: true },
  {
    keys: ["c"],
    shown: "C",
    does: "Copy the text of the page",
    when: hasText,
    run: () => copy(read.value?.text ?? "", "The text"),
  },
  { keys: ["d"], shown: "D", does: "Save the page as text", when: hasText, run: () => read.value && save(read.value) },
  {
    keys: ["o"],
    shown: "O",
    does: "Show its task",
    when: () => Boolean(shown.value?.task_id),
    run: () => {
      select(shown.value?.task_id ?? null);
      goTo("desk");
    },
  },
  { keys: ["r"], shown: "R", does: "Read what is left again", when: isChosen, run: () => readAgain(), isChange: true },
  { keys: ["Delete"], shown: "Del", does: "Delete the page", when: isReading, run: deletePage, isChange: true },
  {
    keys: ["Shift+Delete"],
    shown: "⇧ Del",
    does: "Delete the document",
    when: isChosen,
    run: () => deleteSource(),
    isChange: true,
  },
];

/** @type {PageModule} */
export const page = {
  View,
  sheets: ["page.css"],
  areas: [
    { name: "Documents", keys: KEYS },
    { name: "The document that is shown", keys: BOOK_KEYS },
  ],
  note,
  begin,
};
