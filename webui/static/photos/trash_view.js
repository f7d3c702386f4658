// The trash of a project: what lies in it, and bringing it back.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { counted, moment } from "../format.js";
import { asking, reasonOf } from "../requesting.js";
import { goTo } from "../route.js";
import { busy, notice, now } from "../store.js";
import { tell } from "../undo.js";
import { facts, project } from "./album.js";
import { Trail } from "./bar_of_album.js";
import { restore, trashOf } from "./committing.js";
import { bytesOf } from "./photo_view.js";
import { Glyph } from "../views/glyph.js";

/** @import {Trashed} from "./committing.js" */

/** Entries that are shown; more are asked for. */
const STEP = 200;
const REASONS = {
  rejected: "not kept",
  "not-accepted": "no photo",
  found: "found in the trash",
};

export const leaveTrash = () => goTo("projects", /** @type {string} */ (project.peek()));

export function TrashView() {
  const of = /** @type {string} */ (project.value);
  const all = useSignal(/** @type {Trashed[]|null} */ (null));
  const ticked = useSignal(/** @type {Set<number>} */ (new Set()));
  const most = useSignal(STEP);
  useEffect(() => {
    trashOf(of, most.value)
      .then((found) => (all.value = found))
      .catch((error) => (notice.value = reasonOf(error)));
  }, [of, most.value, facts.value?.in_trash]);
  const bring = async (/** @type {number[]} */ ids) => {
    const told = await asking("restore", () => restore(of, ids));
    if (!told) return;
    const gone = new Set(told.restored.map((/** @type {any} */ one) => one.id));
    all.value = (all.value ?? []).filter(({ id }) => !gone.has(id));
    ticked.value = new Set();
    const renamed = told.restored.filter((/** @type {any} */ one) => one.name !== one.given).length;
    const also = renamed ? `, ${counted(renamed, "files")} under another name` : "";
    tell(`${counted(gone.size, "files")} brought back${also}`);
    if (told.refused.length) notice.value = told.refused.map((/** @type {any} */ one) => one.reason).join("; ");
  };
  const tick = (/** @type {number} */ id) => {
    const next = new Set(ticked.value);
    if (!next.delete(id)) next.add(id);
    ticked.value = next;
  };
  const list = all.value;
  return html`<main class="trash">
    <div class="album-bar"><${Trail} /><h2>Trash</h2>
      <div class="album-tools">
        <button class="button" aria-keyshortcuts="Escape" onClick=${leaveTrash}>Back <kbd>Esc</kbd></button>
        <button class="button" disabled=${!list?.length || busy.value === "restore"}
            onClick=${() => bring((list ?? []).map(({ id }) => id))}>Bring all back</button>
        <button class="button primary" disabled=${!ticked.value.size || busy.value === "restore"}
            onClick=${() => bring([...ticked.value])}>Bring back ${ticked.value.size || ""}</button>
      </div></div>
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    ${list === null ? html`<p class="muted" role="status">Reading …</p>` : null}
    ${
      list?.length === 0
        ? html`<div class="empty"><h2>The trash is empty</h2>
            <p>Photos that are not kept come here when the changes are committed.</p></div>`
        : null
    }
    ${list?.length ? html`<${Table} list=${list} ticked=${ticked.value} tick=${tick} />` : null}
    ${
      list && list.length >= most.value
        ? html`<p><button class="button" onClick=${() => (most.value += STEP)}>Show more</button></p>`
        : null
    }
  </main>`;
}

/** @param {{list: Trashed[], ticked: Set<number>, tick: (id: number) => void}} props */
function Table({ list, ticked, tick }) {
  return html`<div class="lying" tabindex="0" data-scrolls aria-label="Files in the trash" role="region"><table>
    <thead><tr><th><span class="unseen">Choose</span></th><th>Name</th><th>Why</th><th>Size</th><th>Since</th></tr></thead>
    <tbody>${list.map(
      (one) => html`<tr key=${one.id} class=${ticked.has(one.id) ? "chosen" : ""}>
        <td><input type="checkbox" aria-label=${`Choose ${one.name}`} checked=${ticked.has(one.id)}
            onChange=${() => tick(one.id)} /></td>
        <td class="name" title=${one.trash_name}>${one.name}</td>
        <td><span class="reason ${one.reason === "rejected" ? "failed" : "paused"}"><${Glyph}
          name=${one.reason === "rejected" ? "cancelled" : "held"} />${REASONS[/** @type {"found"} */ (one.reason)] ?? one.reason}</span></td>
        <td>${one.size === null ? "" : bytesOf(one.size)}</td>
        <td>${moment(Date.parse(one.moved_at), now.value)}</td>
      </tr>`,
    )}</tbody></table></div>`;
}
