// One recording: what is said in it, with the word marked that is said now, and what can be done.

import { computed } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { API } from "../api.js";
import { clock } from "../format.js";
import { isPlain } from "../pages.js";
import { goTo } from "../route.js";
import { busy, notice, now, state } from "../store.js";
import { Glyph } from "../views/glyph.js";
import { Menu } from "../views/menu.js";
import { actOnTask, askDelete, isEditing, save, transcribe } from "./acts.js";
import { Player, position, seek } from "./player.js";
import { qualityOf } from "./settings.js";
import { chosen, recording, trouble } from "./state.js";
import { day, length, lookOf, placeAt, shownSegments } from "./words.js";

/** @import {Recording, Segment} from "./types.js" */

/** Below it a word is shown as a guess. */
const GUESSED = 0.3;
const spoken = computed(() => {
  const shown = recording.value;
  return shown ? shownSegments(shown.segments, shown.text, shown.is_edited) : [];
});
/** "segment:word" that is said now. */
const saidNow = computed(() => placeAt(spoken.value, position.value).join(":"));

export function Detail() {
  const shown = recording.value;
  if (chosen.value === null)
    return html`<section class="recording-detail nothing-chosen"><p class="muted">Choose a recording to
      read and hear it.</p></section>`;
  if (!shown)
    return html`<section class="recording-detail nothing-chosen"><p class="muted" role="status">${
      trouble.value || "Reading …"
    }</p></section>`;
  return html`<${One} key=${shown.id} shown=${shown} />`;
}

/** @param {{shown: Recording}} props */
function One({ shown }) {
  const at = Date.parse(shown.recorded_at);
  const look = lookOf(shown);
  useEffect(() => () => void (isEditing.value = false), []);
  return html`<section class="recording-detail" aria-label="The recording that is shown">
    <header>
      <p class="back"><a href="/recordings" onClick=${toList}>All recordings</a></p>
      <h2>${day(at, now.value)}, ${clock(at)}</h2>
      <p class="facts"><span class="chip ${look.tone}"><${Glyph} name=${look.glyph} />${look.word}</span>
        <span class="file">${shown.name}</span>${facts(shown).map((fact) => html` · ${fact}`)}</p>
    </header>
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    ${shown.status === "missing" ? null : html`<${Player} id=${shown.id} duration=${shown.duration} />`}
    <${Trouble} shown=${shown} />
    ${isEditing.value ? html`<${Editor} shown=${shown} />` : html`<${Text} shown=${shown} />`}
    ${isEditing.value ? null : html`<${Actions} shown=${shown} />`}
    ${
      shown.engine && !shown.is_edited && qualityOf(shown.engine)
        ? html`<p class="muted quality">${qualityOf(shown.engine)}</p>`
        : null
    }
  </section>`;
}

/** @param {MouseEvent} event */
function toList(event) {
  if (!isPlain(event)) return;
  event.preventDefault();
  goTo("recordings");
}

/** @param {Recording} shown */
function facts({ duration, language, confidence, engine, model, is_edited: isEdited }) {
  return [
    duration === null ? "" : length(duration),
    engine ? `${engine} ${model}` : "",
    language && engine ? `language ${language}` : "",
    confidence === null ? "" : `${Math.round(confidence * 100)} % sure`,
    isEdited ? "edited" : "",
  ].filter(Boolean);
}

/** @param {{shown: Recording}} props */
function Trouble({ shown }) {
  if (shown.status === "missing")
    return html`<div class="trouble"><p><b>Its audio is gone.</b> What was heard is kept. Put the file
      back, and the next scan finds it: <code>${shown.path}</code></p></div>`;
  if (shown.status !== "failed" || !shown.error) return null;
  return html`<div class="trouble failed" role="alert"><p><b>${shown.error.message}</b></p>
    ${shown.error.hint ? html`<p>${shown.error.hint}.</p>` : null}</div>`;
}

/** @param {{shown: Recording}} props */
function Text({ shown }) {
  if (shown.status !== "transcribed" && !shown.text) return html`<${Waiting} shown=${shown} />`;
  if (!shown.text)
    return html`<p class="muted transcript-none">Nothing is said in it, as far as it could be heard.</p>`;
  if (!spoken.value.length)
    return html`<div class="transcript plain" tabindex="0" role="region" aria-label="Text">${shown.text
      .split("\n")
      .map((line) => html`<p>${line}</p>`)}</div>`;
  return html`<${Transcript} segments=${spoken.value} />`;
}

/** @param {{shown: Recording}} props */
function Waiting({ shown: { task, status } }) {
  if (status === "failed" || status === "missing") return null;
  if (!task || !["queued", "running", "paused"].includes(task.status))
    return html`<p class="muted transcript-none">It was not transcribed yet.</p>`;
  const share = task.total ? task.done / task.total : 0;
  return html`<div class="hearing running"><p>${
    task.status === "running"
      ? "Listening to it …"
      : (state.value?.tasks.get(task.id)?.waiting_because?.message ?? "It waits for its turn.")
  } <a href="/tasks?q=%23${task.id}">Task ${task.id}</a></p>
    <div class="bar" aria-hidden="true"><i class="done"
      style=${{ transform: `translateX(${100 * (share - 1)}%)` }}></i></div></div>`;
}

/** @param {{segments: Segment[]}} props */
function Transcript({ segments }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  // The word that is said is marked by hand: drawing all of a long text again costs too much.
  useEffect(() => {
    let marked = /** @type {Element|null} */ (null);
    return saidNow.subscribe((place) => {
      marked?.classList.remove("heard-now");
      marked = position.peek() > 0 ? (box.current?.querySelector(`[data-at="${place}"]`) ?? null) : null;
      marked?.classList.add("heard-now");
    });
  }, [segments]);
  const onClick = (/** @type {MouseEvent} */ { target }) => {
    const start = target instanceof HTMLElement ? target.dataset.start : undefined;
    if (start !== undefined && !getSelection()?.toString()) seek(Number(start), true);
  };
  return html`<div class="transcript" ref=${box} onClick=${onClick} tabindex="0" role="region"
      aria-label="Text">
    ${segments.map(
      (segment, n) => html`<p key=${n}>
        <button class="stamp" data-start=${segment.start} title="Play from here"
          aria-label="Play from ${length(segment.start)}">${length(segment.start)}</button>
        <span>${
          segment.words.length
            ? segment.words.map(
                ([text, start, , sure], w) => html`<span key=${w} data-at="${n}:${w}"
                  data-start=${start} class=${sure !== null && sure < GUESSED ? "guess" : ""}
                  >${text}</span> `,
              )
            : html`<span data-at="${n}:-1" data-start=${segment.start}>${segment.text}</span>`
        }</span></p>`,
    )}
  </div>`;
}

/** @param {{shown: Recording}} props */
function Editor({ shown }) {
  const field = useRef(/** @type {HTMLTextAreaElement|null} */ (null));
  useEffect(() => field.current?.focus(), []);
  const keep = () => save(field.current?.value ?? "");
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") isEditing.value = false;
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const lines = Math.min(24, Math.max(6, shown.text.split("\n").length + Math.ceil(shown.text.length / 70)));
  return html`<div class="editor">
    <label for="transcript-text" class="muted">A line for each stretch between two pauses; as long as
      their number stays, each keeps its time.</label>
    <textarea id="transcript-text" ref=${field} rows=${lines} defaultValue=${shown.text}
      maxlength="2000000" onKeyDown=${onKeyDown}></textarea>
    <p class="actions">
      <button class="button primary" disabled=${busy.value === "edit"} onClick=${keep}>Save
        <kbd>Ctrl Enter</kbd></button>
      <button class="button" onClick=${() => (isEditing.value = false)}>Leave it <kbd>Esc</kbd></button>
      ${
        shown.is_edited
          ? html`<button class="button" onClick=${() => save(null)}>Back to what was heard</button>`
          : null
      }
    </p>
  </div>`;
}

/** @param {{shown: Recording}} props */
function Actions({ shown }) {
  const { id, task } = shown;
  const isActive = task !== null && ["queued", "running", "paused"].includes(task.status);
  const hasText = shown.status === "transcribed" || shown.text !== "";
  const isThere = shown.status !== "missing";
  const saves = ["txt", "srt", "json"].map((format) => ({
    label: { txt: "Text (.txt)", srt: "Subtitles (.srt)", json: "Words with times (.json)" }[format] ?? "",
    run: () => saveAs(`${API}/recordings/${id}/text?format=${format}`),
  }));
  const more = [
    ...(isThere && !isActive && hasText ? [{ label: "Transcribe again", run: transcribe }] : []),
    { label: "Remove …", shown: "Shift Del", run: askDelete, isOff: isActive },
  ];
  return html`<p class="actions">
    ${
      hasText
        ? html`<button class="button" aria-keyshortcuts="E" onClick=${() => (isEditing.value = true)}>
            Edit the text <kbd>E</kbd></button>
          <${Menu} label="Save as" items=${saves} />`
        : null
    }
    ${
      task?.status === "failed" && isThere
        ? html`<button class="button primary" aria-keyshortcuts="R" disabled=${busy.value === "retry"}
            onClick=${() => actOnTask("retry")}>Retry <kbd>R</kbd></button>`
        : null
    }
    ${
      isThere && !isActive && !hasText && task?.status !== "failed"
        ? html`<button class="button primary" onClick=${transcribe}>Transcribe</button>`
        : null
    }
    ${
      isActive
        ? html`<button class="button" onClick=${() => actOnTask(task.status === "paused" ? "resume" : "pause")}>
            ${task.status === "paused" ? "Go on" : "Pause"}</button>
          <button class="button" onClick=${() => actOnTask("cancel")}>Cancel its task</button>`
        : null
    }
    <${Menu} label="More" name="More about this recording" items=${more} />
  </p>`;
}

/** @param {string} address */
function saveAs(address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
