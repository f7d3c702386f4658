// Uploads as one sees them: files dropped anywhere on the album, the list with each one's progress.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { counted, percent, whole } from "../format.js";
import { project } from "./album.js";
import { clearUploads, entries, retryFailed, stopUploads, sums, turn, upload } from "./uploading.js";

/** @import {Entry} from "./uploading.js" */

/** Lines that are shown; the sums tell of all. */
const LINES = 60;
const WORDS = {
  waiting: "waiting",
  sending: "",
  done: "uploaded",
  already: "already there",
  renamed: "uploaded",
  refused: "not taken",
  failed: "not sent",
};
/** Which come first in the list. */
const RANK = { sending: 0, failed: 1, refused: 2, waiting: 3, already: 4, renamed: 5, done: 6 };

/** Choose files in the system's dialog. */
export function askFiles() {
  if (project.peek() === null) return;
  const field = document.createElement("input");
  field.type = "file";
  field.multiple = true;
  field.accept = "image/*,.dng,.nef,.cr2,.cr3,.arw,.orf,.raf,.rw2,.pef,.srw,.heic,.heif,.tif,.tiff";
  field.className = "unseen";
  field.setAttribute("aria-label", "Photos to upload");
  field.onchange = () => {
    upload([...(field.files ?? [])]);
    field.remove();
  };
  field.addEventListener("cancel", () => field.remove());
  document.body.append(field);
  field.click();
}

/** A room into which files may be dropped. @param {{children: any}} props */
export function DropRoom({ children }) {
  const depth = useSignal(0);
  const brings = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  const handlers = {
    onDragEnter: (/** @type {DragEvent} */ event) => {
      if (brings(event)) depth.value++;
    },
    onDragLeave: (/** @type {DragEvent} */ event) => {
      if (brings(event)) depth.value = Math.max(0, depth.value - 1);
    },
    onDragOver: (/** @type {DragEvent} */ event) => {
      if (!brings(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    },
    onDrop: (/** @type {DragEvent} */ event) => {
      if (!brings(event)) return;
      event.preventDefault();
      depth.value = 0;
      upload([...(event.dataTransfer?.files ?? [])].filter((file) => file.size || file.type));
    },
  };
  return html`<main class="album ${depth.value ? "dropping" : ""}" ...${handlers}>
    ${children}
    ${depth.value ? html`<p class="drop-note"><b>Drop to upload</b></p>` : null}
  </main>`;
}

export function Uploads() {
  turn.value;
  const { all, over, failed, already, refused, share } = sums.value;
  if (!all) return null;
  const isOver = over + failed === all;
  const lines = [...entries].sort((a, b) => RANK[a.state] - RANK[b.state] || a.id - b.id);
  const words = [
    already ? `${whole(already)} already there` : "",
    refused ? `${whole(refused)} not taken` : "",
    failed ? `${whole(failed)} not sent` : "",
  ].filter(Boolean);
  return html`<section class="uploads" aria-label="Uploads">
    <header><h2>Upload</h2><span class="muted" role="status">${
      isOver ? `${counted(over, "files")} done` : `${percent(share / all)} % of ${counted(all, "files")}`
    }${words.length ? `, ${words.join(", ")}` : ""}</span></header>
    <div class="bar" aria-hidden="true"><i class="done"
        style=${{ transform: `translateX(${100 * (share / all - 1)}%)` }}></i></div>
    <p class="deeds">
      ${failed ? html`<button class="button" onClick=${retryFailed}>Try again</button>` : null}
      ${isOver ? html`<button class="button" onClick=${clearUploads}>Clear</button>` : null}
      ${isOver ? null : html`<button class="button" onClick=${stopUploads}>Stop</button>`}
    </p>
    <ul class="files" tabindex="0" data-scrolls aria-label="Files">${lines
      .slice(0, LINES)
      .map((entry) => html`<${Line} key=${entry.id} entry=${entry} state=${entry.state}
        share=${entry.share} note=${entry.note} />`)}
      ${all > LINES ? html`<li class="muted">and ${whole(all - LINES)} more</li>` : null}
    </ul>
  </section>`;
}

/** @param {{entry: Entry, state: Entry["state"], share: number, note: string}} props */
function Line({ entry, state, share, note }) {
  const tone = { failed: "failed", refused: "failed", sending: "running", already: "paused" }[
    /** @type {string} */ (state)
  ];
  const said = note || WORDS[state] || `${percent(share)} %`;
  return html`<li class="${tone ?? "queued"}" title=${`${entry.file.name}: ${said}`}>
    <span class="file">${entry.file.name}</span>
    <span class="fate">${said}</span>
  </li>`;
}
