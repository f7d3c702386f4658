// The small form that changes a task: title, priority, and the knobs of its type.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { valueOf } from "../actions.js";
import { changing, fieldsOf, firstField, meant, save, wrongWith } from "../changing.js";
import { notice } from "../store.js";
import { Modal } from "./modal.js";

/** @import {Field} from "../changing.js" */
/** @import {Task} from "../types.js" */

export function Changing() {
  return changing.value ? html`<${Form} key=${changing.value.id} of=${changing.value} />` : null;
}

/** @param {{of: Task}} props */
function Form({ of }) {
  const fields = fieldsOf(of);
  const texts = useSignal(
    Object.fromEntries(fields.map(({ name }) => [name, String(valueOf(of, name) ?? "")])),
  );
  const isTried = useSignal(false);
  const close = () => (changing.value = null);
  const wrong = Object.fromEntries(
    fields.map((field) => [field.name, wrongWith(field, texts.value[field.name])]),
  );
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    isTried.value = true;
    if (Object.values(wrong).some(Boolean)) return;
    const values = fields.map((field) => [field.name, meant(field, texts.value[field.name])]);
    if (await save(of, Object.fromEntries(values))) close();
  };
  const rare = fields.filter(({ isRare }) => isRare);
  const shown = (/** @type {Field} */ field) => html`<${Entry} key=${field.name} field=${field}
    text=${texts.value[field.name]} problem=${isTried.value ? wrong[field.name] : ""}
    take=${(/** @type {string} */ value) => {
      texts.value = { ...texts.value, [field.name]: value };
    }} />`;
  return html`<${Modal} label="Change this task" kind="changing" onClose=${close}>
    <form onSubmit=${submit} novalidate>
      <h2>Change this task</h2>
      ${fields.filter(({ isRare }) => !isRare).map(shown)}
      ${
        rare.length
          ? html`<details open=${rare.some(({ name }) => texts.peek()[name] || (isTried.value && wrong[name]))}>
              <summary>When it waits, and how long a batch takes</summary>${rare.map(shown)}</details>`
          : null
      }
      ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
      <p class="answers">
        <button class="button primary" type="submit">Save <kbd>Enter</kbd></button>
        <button class="button" type="button" onClick=${close}>Leave it <kbd>Esc</kbd></button>
      </p>
    </form>
  </${Modal}>`;
}

/** @param {{field: Field, text: string, problem: string, take: (text: string) => void}} props */
function Entry({ field: { name, label, hint, isSwitch }, text, problem, take }) {
  const common = {
    id: `change-${name}`,
    "data-first": name === firstField.value,
    "aria-describedby": `change-${name}-hint`,
  };
  const taken = (/** @type {Event} */ event) =>
    take(/** @type {HTMLInputElement|HTMLSelectElement} */ (event.target).value);
  return html`<p class="field">
    <label for="change-${name}">${label}</label>
    ${
      isSwitch
        ? html`<select ...${common} value=${text} onChange=${taken}>
            <option value="">automatic</option><option value="true">yes</option>
            <option value="false">no</option></select>`
        : html`<input ...${common} value=${text} autocomplete="off" maxlength="300"
            inputmode=${name === "title" ? "text" : "decimal"} aria-invalid=${Boolean(problem)}
            placeholder=${name === "title" || name === "priority" ? "" : "automatic"}
            onInput=${taken} />`
    }
    <small id="change-${name}-hint" class=${problem ? "wrong" : ""}>${problem || hint}</small>
  </p>`;
}
