// One photo alone: its preview, what its own data say, and its mark.

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { whole } from "../format.js";
import { goTo } from "../route.js";
import { edition, lookedAt, photos, project, readNamed, reading, shown } from "./album.js";
import { toggle } from "./marks.js";
import { turn } from "./picking.js";
import { KeepSign, Picture, stateOf } from "./tile.js";

/** @import {Photo} from "./album.js" */

export const leavePhoto = () => goTo("projects", /** @type {string} */ (project.peek()));

export function PhotoView() {
  edition.value;
  const name = lookedAt.value ?? "";
  const photo = photos.get(name);
  const own = useRef(/** @type {HTMLElement|null} */ (null));
  useEffect(() => own.current?.focus({ preventScroll: true }), []);
  const isVague = photo?.thumbnail === "ready" && photo.width === null;
  useEffect(() => {
    if (isVague) readNamed([name]); // the stream told of its pictures, not of all that was read
  }, [name, isVague]);
  if (!photo)
    return html`<main class="empty" ref=${own} tabindex="-1">
      <h1 class="unseen">${name}</h1>
      ${
        reading.value === "reading"
          ? html`<p class="muted" role="status">Reading …</p>`
          : html`<h2>There is no such photo</h2>
            <button class="button primary" onClick=${leavePhoto}>Back to the project</button>`
      }
    </main>`;
  const names = shown.value.map((one) => one.name);
  const at = names.indexOf(name);
  return html`<main class="photo" ref=${own} tabindex="-1" aria-label=${photo.name}>
    <div class="photo-bar">
      <button class="button" aria-keyshortcuts="Escape" onClick=${leavePhoto}>Back <kbd>Esc</kbd></button>
      <h1>${photo.name}</h1>
      <span class="muted">${at < 0 ? "" : `${whole(at + 1)} of ${whole(names.length)}`}</span>
      <span class="ways-of">
        <button class="button" disabled=${at <= 0} aria-keyshortcuts="ArrowLeft" onClick=${() => turn(-1)}>Previous <kbd>←</kbd></button>
        <button class="button" disabled=${at < 0 || at === names.length - 1} aria-keyshortcuts="ArrowRight" onClick=${() => turn(1)}>Next <kbd>→</kbd></button>
        <button class="button ${photo.keep ? "" : "danger"}" aria-keyshortcuts="K" disabled=${!photo.available}
            aria-pressed=${!photo.keep} onClick=${() => toggle([name])}>${
              photo.keep ? "Remove" : "To be removed"
            } <kbd>K</kbd></button>
      </span>
    </div>
    <div class="large ${photo.keep ? "" : "rejected"}"><${Picture} photo=${photo} isLarge /></div>
    <aside class="facts-of" aria-label="What is known of it" tabindex="0" data-scrolls>
      <p class="mark-of ${photo.keep ? "completed" : "failed"}"><${KeepSign} keep=${photo.keep} />${stateOf(photo)}</p>
      ${photo.problem ? html`<p class="problem"><b>No picture could be made.</b> ${photo.problem.message || photo.problem.code}</p>` : null}
      <dl>${factsOf(photo).map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
    </aside>
  </main>`;
}

/** What is known of a photo, in words; what is not is left out. @param {Photo} photo
 * @returns {[string, string][]} */
export function factsOf({ width, height, size, format, kind, make, model, taken_at, orientation, sha256 }) {
  /** @type {[string, string|null][]} */
  const all = [
    ["Size", width && height ? `${whole(width)} × ${whole(height)} pixels` : null],
    ["Megapixels", width && height ? ((width * height) / 1e6).toFixed(1) : null],
    ["File", size === null ? null : bytesOf(size)],
    ["Format", format ?? kind.toUpperCase()],
    ["Camera", cameraOf(make, model)],
    ["Taken", taken_at ? taken_at.replace("T", " ") : null],
    ["Orientation", orientation && orientation !== 1 ? (TURNS[orientation] ?? `${orientation}`) : null],
    ["SHA-256", sha256],
  ];
  return /** @type {[string, string][]} */ (all.filter(([, value]) => value));
}

/** @type {Object<number, string>} */
const TURNS = {
  2: "mirrored",
  3: "turned by 180°",
  4: "mirrored, turned by 180°",
  5: "mirrored, turned by 90° to the left",
  6: "turned by 90° to the right",
  7: "mirrored, turned by 90° to the right",
  8: "turned by 90° to the left",
};

/** The maker is said once. @param {string|null} make @param {string|null} model */
function cameraOf(make, model) {
  if (!make || !model) return make ?? model;
  return model.toLowerCase().startsWith(make.toLowerCase().split(" ")[0]) ? model : `${make} ${model}`;
}

/** "3.4 MB". @param {number} n */
export function bytesOf(n) {
  if (n < 1000) return `${n} bytes`;
  const [unit, by] = n < 1e6 ? ["kB", 1e3] : n < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${(n / by).toFixed(1)} ${unit}`;
}
