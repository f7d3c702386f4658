// The parameters of the task that is shown, to read, to copy, and to run again with others.

import { html } from "htm/preact";
import { commandOf, jsonOf, linkOf, MASK } from "../detail/command.js";
import { plain, spaced } from "../format.js";
import { askNewTask } from "../new_task.js";
import { Copy } from "./copy.js";

/** @import {Task} from "../types.js" */

/**
 * The same in the form, to be changed before it starts. Secrets are not known here, so they are
 * asked for again.
 * @param {Task} of
 */
export function runAgain({ type, params, title }) {
  const known = Object.entries(params).filter(([, value]) => value !== MASK);
  return askNewTask({ type, params: Object.fromEntries(known), title });
}

/** @param {{of: Task}} props */
export function Params({ of }) {
  const names = Object.keys(of.params);
  return html`<div class="params" tabindex="0" data-scrolls role="group" aria-label="Parameters">
    <div class="tools">
      <button class="button small run-again" aria-keyshortcuts="A"
          onClick=${() => runAgain(of)}>Run again with changes <kbd>A</kbd></button>
      <${Copy} text=${jsonOf(of)} label="Copy as JSON" what="The parameters as JSON" shown="Y" />
      <${Copy} text=${commandOf(of)} label="Copy as a command" what="The command" shown="⇧ Y" />
      <${Copy} text=${linkOf(of, location.origin)} label="Copy as a link" what="The link" />
    </div>
    ${names.length ? null : html`<p class="muted">It takes none.</p>`}
    <dl>${names.map(
      (name) => html`<div key=${name}><dt>${spaced(name)}</dt><dd class="mono">${plain(
        of.params[name],
      )}</dd></div>`,
    )}</dl>
    ${
      Object.keys(of.knobs).length
        ? html`<h3>Changed while it ran</h3><dl>${Object.entries(of.knobs).map(
            ([name, value]) => html`<div key=${name}><dt>${spaced(name)}</dt><dd
            class="mono">${plain(value)}</dd></div>`,
          )}</dl>`
        : null
    }
  </div>`;
}
