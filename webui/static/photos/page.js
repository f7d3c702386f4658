// The page of photos, fetched when somebody first goes there (pages.js says what it exports).

import { html } from "htm/preact";
import { notice } from "../store.js";
import { edition, followProject, part, photos, project, reading, rereadAlbum, show, shown, word } from "./album.js";
import { BarOfAlbum, ChosenBar } from "./bar_of_album.js";
import { CommitSheet } from "./commit_view.js";
import { Grid } from "./grid.js";
import { AREAS } from "./keys.js";
import { PhotoView } from "./photo_view.js";
import { followTasks, isOpen, isPanelShown, note, rereadTasks, tasks, wanted } from "./processes.js";
import { Processes, reason } from "./processes_view.js";
import { followProjects, noteProjects, readProjects } from "./projects.js";
import { ProjectsView } from "./projects_view.js";
import { TrashView } from "./trash_view.js";
import { DropRoom, Uploads, askFiles } from "./upload_view.js";
import { sums } from "./uploading.js";
import { goTo, setQuery } from "../route.js";

/** @import {PageModule} from "../pages.js" */

followProject();
followTasks();
followProjects();

function View() {
  if (project.value === null) return html`<${ProjectsView} />`;
  if (reading.value === "none" || (reading.value === "lost" && !photos.size))
    return html`<${Nowhere} />`;
  if (part.value === "trash") return html`<${TrashView} />`;
  if (part.value === "photo") return html`<${PhotoView} />`;
  return html`<${Album} />`;
}

function Album() {
  edition.value;
  const isAside = isPanelShown.value || sums.value.all > 0;
  return html`<${DropRoom}>
    <${BarOfAlbum} />
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    <div class="room ${isAside ? "with-aside" : ""}">
      <div class="of-photos"><${ChosenBar} />${
        shown.value.length ? html`<${Grid} />` : html`<${NoPhotos} />`
      }</div>
      ${isAside ? html`<aside><${Uploads} />${isPanelShown.value ? html`<${Processes} />` : null}</aside>` : null}
    </div>
  </${DropRoom}><${CommitSheet} />`;
}

function NoPhotos() {
  edition.value;
  if (reading.value === "reading") return html`<p class="opening" role="status">Reading …</p>`;
  if ([...photos.values()].every(({ available }) => !available)) return html`<${NoneYet} />`;
  const all = () => {
    show("");
    setQuery({ q: null });
  };
  return html`<div class="empty" role="status"><h2>${word.value ? "No photo has such a name" : "None of these"}</h2>
    <button class="button" onClick=${all}>Show all photos</button></div>`;
}

function NoneYet() {
  const look = [...tasks.value.values()].find((task) => task.type === "folder_scan" && isOpen(task));
  const heading = !look
    ? "No photos yet"
    : look.status === "running"
      ? "Looking through the folder …"
      : "The folder is still to be looked through";
  return html`<div class="empty"><h2 aria-live="polite">${heading}</h2>
    ${look ? html`<p class="muted">${reason(look)}</p><p>The photos in it show here as they are found.</p>` : null}
    <p>Drop photos here, or choose them. They are put into the folder of the project.</p>
    <button class="button primary" aria-keyshortcuts="U" onClick=${askFiles}>Upload photos <kbd>U</kbd></button></div>`;
}

function Nowhere() {
  const isNone = reading.value === "none";
  return html`<main class="empty"><h1 class="unseen">Photos</h1>
    <div role="alert"><h2>${isNone ? "There is no such project" : "The project could not be read"}</h2></div>
    <button class="button" onClick=${() => goTo("projects")}>All projects</button>
    ${isNone ? null : html`<button class="button primary" onClick=${rereadAlbum}>Try again</button>`}</main>`;
}

/** @type {PageModule} */
export const page = {
  View,
  sheets: ["page.css", "panels.css"],
  areas: AREAS,
  note: (events) => {
    note(events);
    noteProjects(events);
  },
  begin: () => {
    rereadAlbum();
    rereadTasks();
    if (project.peek() === null) readProjects();
  },
  wants: wanted,
};
