// The controls of a form: what takes a value of each kind. Label, help and complaints are around
// them in field.js.

import { html } from "htm/preact";
import { change, typed, visit } from "./entries.js";
import { idOf } from "./ids.js";
import { PathControl } from "./path_control.js";
import { stepped } from "./stepping.js";
import { spanOf } from "./words.js";

/** @import {Field} from "./schema.js" */

/**
 * @typedef {object} Props
 * @property {Field} field
 * @property {Object<string, unknown>} common  id, name, required, and what describes it
 */

/** The control of a field as it now stands. @param {Props} props */
export function Control({ field, common }) {
  const entry = typed.value[field.pointer];
  if (typeof entry === "object" && !Array.isArray(entry)) {
    return html`<${Area} field=${field} common=${common} text=${entry.json} isCode
      set=${(/** @type {string} */ json) => change(field.pointer, { json })} />`;
  }
  const text = typeof entry === "string" ? entry : "";
  const set = (/** @type {string} */ value) => change(field.pointer, value);
  const onInput = (/** @type {any} */ event) => set(event.currentTarget.value);
  const onBlur = () => visit(field.pointer);
  switch (field.kind) {
    case "switch":
      return html`<input ...${common} type="checkbox" checked=${entry === true}
        onChange=${(/** @type {any} */ e) => change(field.pointer, e.currentTarget.checked)} />`;
    case "choice":
      return html`<${Choice} field=${field} common=${common} value=${text} />`;
    case "choices":
      return html`<${Choices} field=${field} keys=${Array.isArray(entry) ? entry : []} />`;
    case "number":
      return html`<${NumberControl} field=${field} common=${common} text=${text} />`;
    case "path":
      return html`<${PathControl} field=${field} common=${common} text=${text} />`;
    case "lines":
    case "long":
      return html`<${Area} field=${field} common=${common} text=${text} set=${set} />`;
    case "json":
      return html`<${Area} field=${field} common=${common} text=${text} isCode set=${set} />`;
    case "secret":
      // a form of its own: browsers take the passwords of one form for a person's one password
      return html`<form onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <input type="text" autocomplete="username" value=${field.label} readonly hidden /><input
        ...${common} type="password" value=${text} autocomplete="new-password"
        placeholder=${field.placeholder || undefined} onInput=${onInput} onBlur=${onBlur} /></form>`;
    default:
      return html`<input ...${common} type=${TYPES[field.kind] ?? "text"} value=${text}
        step=${field.kind === "moment" || field.kind === "time" ? 1 : undefined}
        placeholder=${field.placeholder || undefined} spellcheck=${false} autocomplete="off"
        onInput=${onInput} onBlur=${onBlur} />`;
  }
}

/** @type {Object<string, string>} */
const TYPES = { date: "date", moment: "datetime-local", time: "time" };

/**
 * Several lines; it grows with them.
 * @param {Props & {text: string, set: (text: string) => void, isCode?: boolean}} props
 */
function Area({ field, common, text, set, isCode = false }) {
  const rows = Math.min(10, Math.max(isCode ? 3 : 2, text.split("\n").length));
  return html`<textarea ...${common} class=${isCode ? "mono" : ""} rows=${rows} spellcheck=${false}
    placeholder=${field.placeholder || undefined} value=${text}
    onInput=${(/** @type {any} */ e) => set(e.currentTarget.value)}
    onBlur=${() => visit(field.pointer)}></textarea>`;
}

/** @param {Props & {value: string}} props */
function Choice({ field, common, value }) {
  const mayBeEmpty = field.isNullable || field.isRequired || field.fallback === undefined;
  const isNeeded = field.isRequired && !field.isNullable;
  return html`<select ...${common} value=${value} onBlur=${() => visit(field.pointer)}
      onChange=${(/** @type {any} */ e) => change(field.pointer, e.currentTarget.value)}>
    ${mayBeEmpty ? html`<option value="">${isNeeded ? "Choose …" : "–"}</option>` : null}
    ${field.options.map(
      ({ key, label }) => html`<option key=${key} value=${key} selected=${key === value}>
        ${label}</option>`,
    )}
  </select>`;
}

/** @param {{field: Field, keys: string[]}} props */
function Choices({ field, keys }) {
  const put = (/** @type {string} */ key, /** @type {boolean} */ isOn) =>
    change(field.pointer, isOn ? [...keys, key] : keys.filter((one) => one !== key));
  return html`<span class="picks">${field.options.map(
    ({ key, label }, i) => html`<label key=${key}><input type="checkbox" checked=${keys.includes(key)}
      id=${i === 0 ? idOf(field.pointer) : undefined}
      onChange=${(/** @type {any} */ e) => put(key, e.currentTarget.checked)} />${label}</label>`,
  )}</span>`;
}

/**
 * A number, as text: so nothing that is typed is swallowed. ↑ and ↓ go a step.
 * @param {Props & {text: string}} props
 */
function NumberControl({ field, common, text }) {
  const { pointer, limits, holds } = field;
  const step = (/** @type {number} */ by) => {
    const next = stepped(text, by * (limits.multipleOf ?? 1), limits);
    if (next !== null) change(pointer, next);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    step(by);
  };
  const span = spanOf(limits);
  return html`<span class="spin"><span class="box"><input ...${common} type="text" role="spinbutton"
      inputmode=${holds === "integer" ? "numeric" : "decimal"} autocomplete="off" value=${text}
      aria-valuenow=${Number.isFinite(Number(text)) && text.trim() ? Number(text) : undefined}
      aria-valuetext=${text.trim() || "empty"}
      aria-valuemin=${limits.minimum} aria-valuemax=${limits.maximum}
      placeholder=${field.placeholder || undefined} onKeyDown=${onKeyDown}
      onInput=${(/** @type {any} */ e) => change(pointer, e.currentTarget.value)}
      onBlur=${() => visit(pointer)} /><span class="steps" aria-hidden="true">
      <button type="button" tabindex="-1" onClick=${() => step(1)}><i></i></button>
      <button type="button" tabindex="-1" onClick=${() => step(-1)}><i></i></button></span></span>
    ${span ? html`<small>${span}</small>` : null}</span>`;
}
