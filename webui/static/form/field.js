// A field of the form: label, control, help, and what is wrong with it. Sections hold fields.

import { html } from "htm/preact";
import { Control } from "./controls.js";
import { hintOf, missing } from "./check.js";
import { change, told, typed, visited } from "./entries.js";
import { idOf } from "./ids.js";
import { preview } from "./previewing.js";
import { typedOf } from "./values.js";

/** @import {Field} from "./schema.js" */

/** @param {{fields: Field[]}} props */
export function Fields({ fields }) {
  return html`${fields.map((field) =>
    field.kind === "section" && !isJson(field)
      ? html`<${Section} key=${field.pointer} field=${field} />`
      : html`<${One} key=${field.pointer} field=${field} />`,
  )}`;
}

/** @param {Field} field */
function isJson({ pointer }) {
  const entry = typed.value[pointer];
  return typeof entry === "object" && !Array.isArray(entry);
}

/** A field with its name, beside the parameters too.
 * @param {{place: string, label: string, help?: any, isNeeded?: boolean, wrong?: string,
 *   isGroup?: boolean, kind?: string, children: (common: Object<string, unknown>) => any}} props */
export function Labelled({ place, label, help, isNeeded, wrong, isGroup, kind = "", children }) {
  const id = idOf(place);
  const described = [help && `${id}-help`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  const common = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": wrong ? "true" : undefined,
    "aria-required": isNeeded ? "true" : undefined,
  };
  const look = isNeeded ? "label needed" : "label";
  return html`<div class="field ${kind && `of-${kind}`}" role=${isGroup ? "group" : undefined}
      aria-labelledby=${isGroup ? `${id}-label` : undefined}
      aria-describedby=${isGroup ? described || undefined : undefined}>
    ${
      isGroup
        ? html`<span class=${look} id="${id}-label">${label}</span>`
        : html`<label class=${look} for=${id}>${label}</label>`
    }
    <div class="control">
      ${children(common)}
      ${help ? html`<small id="${id}-help">${help}</small>` : null}
      <small class="wrong" id="${id}-wrong" role="status">${wrong ?? ""}</small>
    </div>
  </div>`;
}

/** @param {{field: Field}} props */
function One({ field }) {
  const isRaw = isJson(field);
  const isNeeded = field.isRequired && !field.isNullable && field.kind !== "switch";
  return html`<${Labelled} place=${field.pointer} label=${field.label} help=${helpOf(field, isRaw)}
      isNeeded=${isNeeded} wrong=${wrongOf(field)} kind=${isRaw ? "json" : field.kind}
      isGroup=${field.kind === "choices" && !isRaw}>
    ${(/** @type {Object<string, unknown>} */ common) => html`<${Control} field=${field}
      common=${common} />`}
  </${Labelled}>`;
}

/** What is wrong: in the service's words, else a hint. @param {Field} field */
function wrongOf(field) {
  const said = told.value.at.get(field.pointer) ?? preview.value.at.get(field.pointer);
  if (said) return said;
  const hint = hintOf(field, typed.value[field.pointer]);
  if (hint) return hint;
  const isLeft = visited.value.has(field.pointer);
  return isLeft && missing([field], typed.value).includes(field) ? "This has to be filled in" : "";
}

/** @param {Field} field @param {boolean} isRaw */
function helpOf(field, isRaw) {
  if (isRaw) {
    const back = () => change(field.pointer, typedOf([field], {})[field.pointer] ?? true);
    return html`${field.help} What was given does not fit this field, so it stands here as JSON.
      <button type="button" class="plain" onClick=${back}>Back to the field</button>`;
  }
  const more = [];
  if (field.help) more.push(field.help);
  if (field.kind === "lines") more.push("One on each line");
  if (field.kind === "json") more.push("As JSON");
  return more.join(" · ");
}

/** @param {{field: Field}} props */
function Section({ field }) {
  const { pointer, label, help, isNullable, fields } = field;
  const isOn = !isNullable || typed.value[pointer] === true;
  const wrong = told.value.at.get(pointer) ?? preview.value.at.get(pointer);
  const id = idOf(pointer);
  const described = [help && `${id}-help`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return html`<fieldset class="section" aria-describedby=${described || undefined}>
    <legend>${
      isNullable
        ? html`<label><input id=${id} type="checkbox" checked=${isOn}
            onChange=${(/** @type {any} */ e) => change(pointer, e.currentTarget.checked)} />${label}
          </label>`
        : label
    }</legend>
    ${help ? html`<small id="${id}-help">${help}</small>` : null}
    ${wrong ? html`<small class="wrong" id="${id}-wrong">${wrong}</small>` : null}
    ${isOn ? html`<${Fields} fields=${fields} />` : null}
  </fieldset>`;
}
