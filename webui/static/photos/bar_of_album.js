// The line above the photos: which are shown, how large, and what can be done with them.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { counted, whole } from "../format.js";
import { Menu } from "../views/menu.js";
import { hrefOf, isPlain } from "../pages.js";
import { goTo, setQuery } from "../route.js";
import { SHOWN, counts, facts, project, reading, show, shown, shownBy, sortBy, word } from "./album.js";
import { askCommit } from "./committing.js";
import { SIZES } from "./geometry.js";
import { mark } from "./marks.js";
import { chosen, chooseNone, resize, size } from "./picking.js";
import { isPanelShown, openCount, togglePanel } from "./processes.js";
import { askFiles } from "./upload_view.js";

export function BarOfAlbum() {
  return html`<div class="album-bar">
    <${Trail} />
    <div class="shown-ways" role="group" aria-label="Which photos are shown">${SHOWN.map(
      ({ name, label }) => {
        const n = counts.value.get(name) ?? 0;
        if (!n && name !== shownBy.value && (name === "trouble" || name === "missing")) return null;
        return html`<button key=${name} class="shown-way" aria-pressed=${name === shownBy.value}
            onClick=${() => show(name)}>${label}<span class="n">${whole(n)}</span></button>`;
      },
    )}</div>
    <div class="album-tools">
      <${Find} />
      <button class="button square" aria-label="Smaller pictures" aria-keyshortcuts="["
          disabled=${size.value === 0} onClick=${() => resize(-1)}><${Zoom} d="M4 8h8" /></button>
      <button class="button square" aria-label="Larger pictures" aria-keyshortcuts="]"
          disabled=${size.value === SIZES.length - 1}
          onClick=${() => resize(1)}><${Zoom} d="M4 8h8M8 4v8" /></button>
      <${More} />
      <button class="button" aria-keyshortcuts="P" aria-pressed=${isPanelShown.value}
          aria-label="Processes P" onClick=${togglePanel}>Processes${
            openCount.value ? html` <span class="badge">${openCount.value}</span>` : null
          } <kbd>P</kbd></button>
      <button class="button" aria-keyshortcuts="U" aria-label="Upload U"
          onClick=${askFiles}>Upload <kbd>U</kbd></button>
      <${CommitButton} />
    </div>
  </div>`;
}

/** Where one is, and the way up. */
export function Trail() {
  const up = (/** @type {MouseEvent} */ event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    goTo("projects");
  };
  const found = facts.value;
  const note = found ? `${counted(found.available, "photos")} in ${found.folder}` : "";
  return html`<div class="trail">
    <a href=${hrefOf("projects")} onClick=${up}>Photos</a><span aria-hidden="true">›</span>
    <h1 title=${note}>${project.value}</h1>
    ${reading.value === "reading" ? html`<span class="muted" role="status">Reading …</span>` : null}
  </div>`;
}

function Find() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  useEffect(() => {
    const { current } = field;
    if (current && current !== document.activeElement) current.value = word.value;
  }, [word.value]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Escape") {
      if (field.current) field.current.value = "";
      setQuery({ q: null });
    }
    const grid = document.querySelector(".tiles");
    if (grid instanceof HTMLElement) grid.focus({ preventScroll: true });
  };
  return html`<input class="find-photo" id="find-photo" ref=${field} type="search" maxlength="200"
      placeholder="Find by name" aria-label="Find a photo by name" aria-keyshortcuts="/"
      autocomplete="off" spellcheck=${false} onKeyDown=${onKeyDown}
      onInput=${() => setQuery({ q: field.current?.value.trim() || null })} />`;
}

function More() {
  const name = project.value ?? "";
  const isByName = sortBy.value === "name";
  return html`<${Menu} label="More" name="More of this project" items=${[
    { label: isByName ? "Sort by when they were taken" : "Sort by name", run: () => setQuery({ sort: isByName ? "taken" : null }) },
    { label: "Mark all shown to be removed", run: () => mark(namesShown(), false) },
    { label: "Keep all shown", run: () => mark(namesShown(), true) },
    { label: "Trash", shown: "Shift T", run: () => goTo("projects", name, "trash") },
  ]} />`;
}

const namesShown = () => shown.peek().map(({ name }) => name);

function CommitButton() {
  const n = counts.value.get("rejected") ?? 0;
  return html`<button class="button ${n ? "danger" : ""}" aria-keyshortcuts="C" disabled=${!n}
      aria-label=${n ? `Commit: remove ${counted(n, "photos")} C` : "Commit C"}
      onClick=${askCommit}>${n ? `Remove ${whole(n)} …` : "Commit"} <kbd>C</kbd></button>`;
}

/** What is chosen, and what can be done with it; a line of its own, so it lies over nothing. */
export function ChosenBar() {
  const n = chosen.value.size;
  if (!n) return null;
  const names = () => [...chosen.peek()];
  return html`<div class="chosen-bar" role="region" aria-label="Chosen photos">
    <b>${counted(n, "photos")} chosen</b>
    <button class="button" onClick=${() => mark(names(), false)}>Remove</button>
    <button class="button" onClick=${() => mark(names(), true)}>Keep</button>
    <button class="button" aria-keyshortcuts="Escape" onClick=${chooseNone}>Choose none <kbd>Esc</kbd></button>
  </div>`;
}

/** @param {{d: string}} props */
const Zoom = ({ d }) => html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${d} /></svg>`;
