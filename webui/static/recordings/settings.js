// Where recordings come from and by what they are heard: the settings that belong to this page, saved
// as they are changed; and which speech engines and models are on this machine.

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { read, send } from "../api.js";
import { isPlain } from "../pages.js";
import { asking } from "../requesting.js";
import { goTo } from "../route.js";
import { busy, notice } from "../store.js";
import { tell } from "../undo.js";
import { KeptInput } from "../views/kept_input.js";
import { scan } from "./acts.js";
import { readSummary } from "./state.js";

/** @typedef {{name: string, title: string, quality: string, problem: string,
 *   models: {name: string, language: string}[]}} Engine */

/** @type {import("@preact/signals").Signal<{engines: Engine[], chosen: {engine: string, model: string,
 *   problem: string}, folder_problem: string}|null>} */
export const engines = signal(null);
/** @type {import("@preact/signals").Signal<Record<string, any>|null>} */
const settings = signal(null);

export async function readEngines() {
  try {
    engines.value = await read("/recordings/engines");
  } catch {
    // what is shown stays; the line at the top says that the service does not answer
  }
}

/** For what an engine is good, in its own words. @param {string} name */
export const qualityOf = (name) =>
  engines.value?.engines.find((engine) => engine.name === name)?.quality ?? "";

/** @param {Record<string, unknown>} changes */
async function change(changes) {
  const done = await asking("settings", () => send("PATCH", "/settings", changes));
  if (!done) {
    settings.value = { ...settings.peek() }; // the fields go back to what holds
    return false;
  }
  settings.value = done;
  tell("Saved");
  readEngines();
  readSummary();
  return true;
}

export function Settings() {
  useEffect(() => {
    readEngines();
    read("/settings").then(
      (found) => (settings.value = found),
      () => undefined,
    );
  }, []);
  const set = settings.value;
  const back = (/** @type {MouseEvent} */ event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    goTo("recordings");
  };
  return html`<section class="recording-detail recording-settings" aria-label="Settings of recordings">
    <header><p class="back shown"><a href="/recordings" onClick=${back}>All recordings</a></p>
      <h2>Recordings: settings</h2></header>
    ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
    ${set ? html`<${Fields} set=${set} />` : html`<p class="muted" role="status">Reading …</p>`}
    <${Engines} />
  </section>`;
}

/** @param {{set: Record<string, any>}} props */
function Fields({ set }) {
  const found = engines.value;
  const engine = set["recordings.engine"] || found?.chosen.engine || "";
  const models = found?.engines.find(({ name }) => name === engine)?.models ?? [];
  const value = (/** @type {any} */ event) => event.currentTarget.value;
  return html`<div class="fields">
    <label for="set-folder">Notes folder</label>
    <span><${KeptInput} id="set-folder" value=${set["recordings.folder"]} spellcheck=${false} autocomplete="off"
        onChange=${(/** @type {any} */ e) => change({ "recordings.folder": value(e).trim() })} />
      <button class="button" disabled=${busy.value === "scan"} onClick=${scan}>Look now <kbd>S</kbd></button></span>
    <label for="set-engine">Speech engine</label>
    <select id="set-engine" value=${engine} onChange=${(/** @type {any} */ e) =>
      change({ "recordings.engine": value(e), "recordings.model": null })}>
      ${(found?.engines ?? []).map(
        ({ name, title, problem }) => html`<option key=${name} value=${name}
          selected=${name === engine}>${title}${problem ? " (not usable here)" : ""}</option>`,
      )}
    </select>
    <label for="set-model">Model</label>
    <select id="set-model" value=${set["recordings.model"]}
        onChange=${(/** @type {any} */ e) => change({ "recordings.model": value(e) || null })}>
      <option value="">The best there is</option>
      ${models.map(
        ({ name }) => html`<option key=${name} value=${name}
          selected=${name === set["recordings.model"]}>${name}</option>`,
      )}
    </select>
    <label for="set-slots">At the same time</label>
    <${KeptInput} id="set-slots" type="number" min="0" max="16" value=${set["pipeline.recording_slots"]}
      onChange=${(/** @type {any} */ e) => change({ "pipeline.recording_slots": Number(value(e)) })} />
    <label for="set-minutes">Look again after minutes (0: never by itself)</label>
    <${KeptInput} id="set-minutes" type="number" min="0" max="10080" value=${set["recordings.scan_minutes"]}
      onChange=${(/** @type {any} */ e) => change({ "recordings.scan_minutes": Number(value(e)) })} />
    <label for="set-watch">Look as soon as the folder changes</label>
    <input id="set-watch" type="checkbox" checked=${set["recordings.watch"]}
      onChange=${(/** @type {any} */ e) => change({ "recordings.watch": e.currentTarget.checked })} />
    <label for="set-from">Not between (empty: at any hour)</label>
    <${Hours} set=${set} />
  </div>`;
}

/** Hours in which nothing is transcribed; those of other lanes stay as they are.
 * @param {{set: Record<string, any>}} props */
function Hours({ set }) {
  /** @type {{start: string, end: string, lanes: string[]}[]} */
  const all = set.quiet_hours;
  const own = all.find(({ lanes }) => lanes.length === 1 && lanes[0] === "recordings");
  const put = (/** @type {string} */ start, /** @type {string} */ end) => {
    const others = all.filter((hours) => hours !== own);
    const hours = start && end ? [{ start, end, lanes: ["recordings"] }] : [];
    return (hours.length || own) && change({ quiet_hours: [...others, ...hours] });
  };
  const part = (/** @type {string} */ id) =>
    /** @type {HTMLInputElement|null} */ (document.getElementById(id))?.value ?? "";
  const onChange = () => put(part("set-from"), part("set-until"));
  return html`<span><${KeptInput} id="set-from" type="time" value=${own?.start ?? ""} onChange=${onChange} />
    <${KeptInput} id="set-until" type="time" aria-label="Until" value=${own?.end ?? ""} onChange=${onChange} /></span>`;
}

function Engines() {
  const found = engines.value;
  if (!found) return null;
  return html`<div class="engines"><h3>On this machine</h3>
    ${[found.chosen.problem, found.folder_problem].filter(Boolean).map(
      (problem) => html`<p class="notice" role="alert" key=${problem}>${problem}</p>`,
    )}
    <ul>${found.engines.map(
      ({ name, title, quality, problem, models }) => html`<li key=${name}><b>${title}</b>
        ${models.length ? html` <span class="muted">${models.map((m) => m.name).join(", ")}</span>` : null}
        <p>${quality}</p>${problem ? html`<p class="muted">${problem}</p>` : null}</li>`,
    )}</ul></div>`;
}
