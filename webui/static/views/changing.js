// The small form that changes a task: title, priority, and the knobs of its type.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { valueOf } from "../actions.js";
import { changing, fieldsOf, firstField, meant, save, wrongWith } from "../changing.js";
import { notice } from "../store.js";
import { Modal } from "./modal.js";

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
  return html`<${Modal} label="Change this task" kind="changing" onClose=${close}>
    <form onSubmit=${submit} novalidate>
      <h2>Change this task</h2>
      ${fields.map(({ name, label, hint }) => {
        const problem = isTried.value ? wrong[name] : "";
        return html`<p class="field" key=${name}>
          <label for="change-${name}">${label}</label>
          <input id="change-${name}" value=${texts.value[name]} autocomplete="off"
            inputmode=${name === "title" ? "text" : "decimal"}
            placeholder=${name === "title" || name === "priority" ? "" : "automatic"}
            data-first=${name === firstField.value} aria-invalid=${Boolean(problem)}
            aria-describedby="change-${name}-hint" maxlength="300"
            onInput=${(/** @type {InputEvent} */ event) => {
              const { value } = /** @type {HTMLInputElement} */ (event.target);
              texts.value = { ...texts.value, [name]: value };
            }} />
          <small id="change-${name}-hint" class=${problem ? "wrong" : ""}>${problem || hint}</small>
        </p>`;
      })}
      ${notice.value ? html`<p class="notice" role="alert">${notice.value}</p>` : null}
      <p class="answers">
        <button class="button primary" type="submit">Save <kbd>Enter</kbd></button>
        <button class="button" type="button" onClick=${close}>Leave it <kbd>Esc</kbd></button>
      </p>
    </form>
  </${Modal}>`;
}
