// Above the log: find in it, the least level, and saving all of it.

import { html } from "htm/preact";
import { API } from "../api.js";
import { LEVELS, level, query } from "../detail/log.js";
import { spaced } from "../format.js";

/** @import {Level} from "../types.js" */

/** From "and louder" on a person reads what is meant. @type {Object<Level, string>} */
const SAID = {
  debug: "All levels",
  info: "Info and above",
  warning: "Warnings and errors",
  error: "Errors only",
};

/** The whole log as text, as it is shown. @param {number|null} id */
const address = (id) =>
  `${API}/tasks/${id}/logs/text?level=${level.value}&q=${encodeURIComponent(query.value)}`;

/** @param {{id: number|null}} props */
export function LogTools({ id }) {
  return html`<div class="tools">
    <label class="find"><span class="unseen">Find in the log</span>
      <input type="search" id="find-in-log" placeholder="Find in the log" value=${query.value}
          maxlength="200" aria-keyshortcuts="F" autocomplete="off" spellcheck="false"
          onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) =>
            (query.value = event.currentTarget.value)}
          onKeyDown=${leave} />
      <kbd>F</kbd></label>
    <label><span class="unseen">Least level</span>
      <select id="level" class=${level.value} aria-keyshortcuts="V" value=${level.value}
          onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) =>
            (level.value = /** @type {Level} */ (event.currentTarget.value))}>
        ${LEVELS.map((each) => html`<option value=${each}>${SAID[each]}</option>`)}
      </select></label>
    <a class="button" href=${address(id)} download id="save-log" aria-keyshortcuts="D"
        title="Save ${spaced(query.value || level.value !== "debug" ? "these lines" : "the whole log")} as text">
      Save <kbd>D</kbd></a>
  </div>`;
}

/** Escape empties the field, then leaves it. @param {KeyboardEvent} event */
function leave(event) {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  event.preventDefault();
  if (query.value) query.value = "";
  else if (event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
}
