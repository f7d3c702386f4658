// The list of projects, and the form that makes one.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { send } from "../api.js";
import { listing } from "../form/paths.js";
import { counted, whole } from "../format.js";
import { isPlain } from "../pages.js";
import { pathOf } from "../addresses.js";
import { goTo } from "../route.js";
import { busy, notice } from "../store.js";
import { Sheet } from "../views/sheet.js";
import { covers, isNewOpen, makeProject, projects, readProjects, trouble } from "./projects.js";

/** @import {Project} from "./album.js" */

/** Milliseconds of rest after which what was typed is looked at. */
const REST_MS = 300;
/** Files that are named of those that would be moved. */
const NAMED = 3;

export function ProjectsView() {
  const all = projects.value;
  if (all === null)
    return trouble.value
      ? html`<main class="empty"><h1 class="unseen">Photos</h1>
          <h2>The projects could not be read</h2><p role="alert">${trouble.value}</p>
          <button class="button primary" onClick=${readProjects}>Try again</button></main>`
      : html`<main class="empty"><h1 class="unseen">Photos</h1><p role="status">Reading …</p></main>`;
  return html`${all.length ? html`<${List} all=${all} />` : html`<${Empty} />`}
    ${isNewOpen.value ? html`<${NewProject} />` : null}`;
}

function Empty() {
  return html`<main class="empty">
    <h1 class="unseen">Photos</h1>
    <${Sketch} />
    <h2>No projects yet</h2>
    <p>A project is a folder of photos. Longhaul makes thumbnails and previews, keeps its list true,
      and moves what you do not keep into a trash from which it comes back.</p>
    <button class="button primary" aria-keyshortcuts="N" onClick=${askProject}>Make a project <kbd>N</kbd></button>
    <p class="muted">It may be a folder that you have, or a new one.</p>
  </main>`;
}

export const askProject = () => (isNewOpen.value = true);

/** Three pictures, one of them on its way. */
const Sketch = () =>
  html`<svg viewBox="0 0 220 90" aria-hidden="true"><rect x="8" y="14" width="62" height="62" rx="8" />
    <path d="m16 66 16-22 12 14 8-8 12 16" /><rect x="79" y="14" width="62" height="62" rx="8" />
    <path d="m87 66 20-30 14 18 6-8 8 20" /><rect x="150" y="14" width="62" height="62" rx="8" stroke-dasharray="7 8" />
    <circle class="end" cx="181" cy="45" r="7" /></svg>`;

/** @param {{all: Project[]}} props */
function List({ all }) {
  const first = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => first.current?.querySelector("a")?.focus({ preventScroll: true }), []);
  return html`<main class="projects">
    <div class="album-bar"><div class="trail"><h1>Photos</h1>
        <span class="muted">${counted(all.length, "projects")}</span></div>
      <div class="album-tools"><button class="button primary" aria-keyshortcuts="N" aria-label="New project N"
          onClick=${askProject}>New project <kbd>N</kbd></button></div></div>
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    <ul class="projects-all" ref=${first}>${all.map((one) => html`<${Card} key=${one.name} of=${one} />`)}</ul>
  </main>`;
}

/** @param {{of: Project}} props */
function Card({ of }) {
  const href = pathOf("projects", of.name);
  const to = (/** @type {MouseEvent} */ event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    goTo("projects", of.name);
  };
  const urls = covers.value.get(of.name) ?? [];
  const words = [
    of.rejected ? `${whole(of.rejected)} to be removed` : "",
    of.pending ? `${whole(of.pending)} being made` : "",
    of.failed ? `${whole(of.failed)} without a picture` : "",
  ].filter(Boolean);
  return html`<li class="card"><a href=${href} onClick=${to}>
    <span class="covers n${urls.length}">${urls.map(
      (url) => html`<img key=${url} src=${url} alt="" decoding="async" draggable=${false} />`,
    )}</span>
    <b>${of.name}</b>
    <span class="muted">${counted(of.available, "photos")}${words.length ? ` · ${words.join(" · ")}` : ""}</span>
    <span class="folder-of" title=${of.folder}>${of.folder}</span>
  </a></li>`;
}

function NewProject() {
  const name = useSignal(/** @type {string|null} */ (null));
  const folder = useSignal("");
  const found = useFound(folder.value);
  const isMade = useSignal(false);
  // what would become of the other files in it is told before anything is done with them
  const isLookedAt = !folder.value.trim() || found.of === folder.value.trim();
  const close = () => {
    notice.value = "";
    isNewOpen.value = false;
  };
  const called = name.value ?? folder.value.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (called.trim() && isLookedAt)
      makeProject({ name: called.trim(), folder: folder.value.trim(), create: isMade.value });
  };
  return html`<${Sheet} title="New project" close=${close}>
    <form class="sheet-body new-project" onSubmit=${submit}>
      <p><label for="project-folder">Folder</label>
        <input id="project-folder" list="project-folders" autocomplete="off" spellcheck=${false}
          placeholder="A new folder of Longhaul's own" value=${folder.value}
          onInput=${(/** @type {any} */ { target }) => (folder.value = target.value)}
          aria-describedby="folder-found" />
        <datalist id="project-folders">${found.folders.map((path) => html`<option key=${path} value=${path} />`)}</datalist>
        <span id="folder-found" class="hint ${found.tone}" role="status">${found.words}</span></p>
      ${
        found.isMissing
          ? html`<p><label class="check"><input type="checkbox" checked=${isMade.value}
              onChange=${() => (isMade.value = !isMade.value)} /> Make this folder</label></p>`
          : null
      }
      <p><label for="project-name">Name</label>
        <input id="project-name" required maxlength="100" autocomplete="off" value=${called}
          onInput=${(/** @type {any} */ { target }) => (name.value = target.value)} /></p>
      ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
      <p class="answers"><button class="button primary" disabled=${busy.value === "project" || !isLookedAt}>Make the project</button></p>
    </form>
  </${Sheet}>`;
}

const NOTHING = { words: "", tone: "", isMissing: false, folders: /** @type {string[]} */ ([]) };

/** What there is in a folder, while it is typed, and in which (`of`). @param {string} typed */
function useFound(typed) {
  const found = useSignal({ ...NOTHING, of: "" });
  useEffect(() => {
    const flight = new AbortController();
    const timer = setTimeout(async () => {
      const next = await lookAt(typed.trim(), flight.signal);
      if (!flight.signal.aborted) found.value = { ...next, of: typed.trim() };
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      flight.abort();
    };
  }, [typed]);
  return found.value;
}

/** @param {string} folder @param {AbortSignal} signal */
async function lookAt(folder, signal) {
  const offered = await listing(folder, signal).catch(() => ({ items: [] }));
  const folders = offered.items.filter((item) => item.is_folder).map(({ path }) => path);
  if (!folder) return { ...NOTHING, folders, words: "Empty: a new folder in Longhaul's own data." };
  try {
    const { photos, others, sample } = await send("POST", "/projects/preview", { folder });
    const also = others
      ? `; ${counted(others, "files")} of other kinds would go to its trash: ${named(sample, others)}`
      : "";
    return { ...NOTHING, folders, tone: others ? "paused" : "completed", words: `${counted(photos, "photos")} in it${also}.` };
  } catch (error) {
    const words = error instanceof Error ? error.message : "";
    return { ...NOTHING, folders, words, tone: "failed", isMissing: words.includes("not a folder") };
  }
}

/** The first names of many, and how many more. @param {string[]} names @param {number} all */
function named(names, all) {
  const shown = names.slice(0, NAMED);
  const more = all - shown.length;
  return shown.join(", ") + (more ? ` and ${whole(more)} more` : "");
}
