// What a commit would do, before it does it.

import { html } from "htm/preact";
import { counted, whole } from "../format.js";
import { busy, notice } from "../store.js";
import { Sheet } from "../views/sheet.js";
import { photos } from "./album.js";
import { commit, dropCommit, summary } from "./committing.js";
import { bytesOf } from "./photo_view.js";
import { Picture } from "./tile.js";

export function CommitSheet() {
  const told = summary.value;
  if (!told) return null;
  const { remove, bytes, names, keep } = told;
  return html`<${Sheet} title="Commit changes" close=${dropCommit}>
    <div class="sheet-body commit">
      <p class="sum"><b>${counted(remove, "photos")}</b> (${bytesOf(bytes)}) ${
        remove === 1 ? "goes" : "go"
      } into the trash of the project, <b>${whole(keep)}</b> ${keep === 1 ? "stays" : "stay"}.</p>
      <p class="muted">Nothing is deleted: what lies in the trash can be brought back until it is emptied.</p>
      <ul class="leaving" tabindex="0" data-scrolls aria-label="Photos that are removed">${names.map((name) => {
        const photo = photos.get(name);
        return html`<li key=${name}><span class="small">${photo ? html`<${Picture} photo=${photo} />` : null}</span>
          <span class="name" title=${name}>${name}</span></li>`;
      })}</ul>
      ${remove > names.length ? html`<p class="muted">and ${whole(remove - names.length)} more</p>` : null}
      ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
      <p class="answers"><button class="button danger" data-first disabled=${busy.value === "commit"}
          onClick=${commit}>Move ${counted(remove, "photos")} into the trash</button>
        <button class="button" onClick=${dropCommit}>Not now</button></p>
    </div>
  </${Sheet}>`;
}
