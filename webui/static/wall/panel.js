// The settings of the wall, beside the picture that they change at once; on the desk too. They are
// the service's, so every window shows the change.

import { html } from "htm/preact";
import { isReadOnly } from "../store.js";
import { useTakenFocus } from "../views/focus.js";
import { KeptInput } from "../views/kept_input.js";
import { Screens } from "../views/screens.js";
import { change, refused, wallSettings, wallZoom } from "./settings.js";
import { sightOf } from "./sight.js";
import { isPanelOpen } from "./state.js";

/** @import {WallSettings} from "./settings.js" */

/** @type {[keyof WallSettings, string][]} */
const PARTS = [
  ["curve", "Speed over time"],
  ["road", "The road of all records"],
  ["routes", "The running tasks"],
  ["strip", "What needs somebody"],
];
const ZOOMS = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];

export function WallPanel() {
  const close = () => (isPanelOpen.value = false);
  const { sizing } = wallSettings.value;
  const taken = useTakenFocus();
  return html`<section class="wall-panel" role="dialog" aria-label="Settings of the big screen"
      tabindex="-1" data-scrolls ref=${taken}>
    <header><h2>Big screen</h2>
      <button class="button" onClick=${close}>Close <kbd>Esc</kbd></button></header>
    ${isReadOnly.value ? html`<p class="muted">This window may only look.</p>` : null}
    ${refused.value ? html`<p class="notice" role="alert">${refused.value}</p>` : null}
    <fieldset disabled=${isReadOnly.value}><legend>Size</legend>
      <${Choice} of="distance" is=${sizing} label="From screen and distance" />
      <${Number} name="diagonal" label="Screen diagonal" unit="inches" min="5" max="300"
          step="1" isOff=${sizing !== "distance"} />
      <${Number} name="distance" label="Looked at from" unit="metres" min="0.3" max="50"
          step="0.1" isOff=${sizing !== "distance"} />
      <${Choice} of="manual" is=${sizing} label="Set by hand" />
      <${Zooms} isOff=${sizing !== "manual"} />
      <${Sight} />
    </fieldset>
    <fieldset disabled=${isReadOnly.value}><legend>Show</legend>
      ${PARTS.map(([name, label]) => html`<${Check} key=${name} name=${name} label=${label} />`)}
    </fieldset>
    <fieldset disabled=${isReadOnly.value}><legend>Attention</legend>
      <${Check} name="auto_focus" label="Bring out one task by itself" />
      <${Number} name="cycle_s" label="On to the next after" unit="seconds" min="0" max="3600"
          step="1" />
      <p class="muted">0 stays where it is. ↑ and ↓ choose a task for a minute.</p>
    </fieldset>
    <fieldset disabled=${isReadOnly.value}><legend>Spare the screen</legend>
      <${Check} name="shift" label="Move the picture by a few pixels" />
      <${Dim} />
    </fieldset>
    ${
      isReadOnly.value
        ? null
        : html`<fieldset><legend>A second screen</legend><${Screens} /></fieldset>`
    }
  </section>`;
}

/** @param {{of: WallSettings["sizing"], is: string, label: string}} props */
function Choice({ of, is, label }) {
  return html`<label class="check"><input type="radio" name="wall-sizing" checked=${of === is}
      onChange=${() => change({ sizing: of })} /><span>${label}</span></label>`;
}

/** @param {{name: keyof WallSettings, label: string}} props */
function Check({ name, label }) {
  const isOn = Boolean(wallSettings.value[name]);
  return html`<label class="check"><input type="checkbox" checked=${isOn}
      onChange=${() => change({ [name]: !isOn })} /><span>${label}</span></label>`;
}

/** A number that is sent when it is complete; what the service refuses, it says in its words.
 * @param {{name: keyof WallSettings, label: string, unit: string, isOff?: boolean}} props */
function Number({ name, label, unit, isOff = false, ...limits }) {
  /** @param {Event} event */
  const onChange = ({ target }) => {
    if (target instanceof HTMLInputElement && target.value !== "" && target.checkValidity())
      change({ [name]: target.valueAsNumber });
  };
  return html`<label class="field"><span>${label}</span><span><${KeptInput} type="number"
      value=${wallSettings.value[name]} disabled=${isOff} onChange=${onChange} ...${limits} />
      <span class="unit">${unit}</span></span></label>`;
}

/** @param {{isOff: boolean}} props */
function Zooms({ isOff }) {
  const { zoom } = wallSettings.value;
  const steps = [...new Set([...ZOOMS, zoom])].sort((a, b) => a - b);
  return html`<label class="field"><span>Zoom</span><select disabled=${isOff}
      onChange=${(/** @type {Event} */ { target }) =>
        target instanceof HTMLSelectElement && change({ zoom: parseFloat(target.value) })}>
    ${steps.map(
      (step) => html`<option value=${step} selected=${step === zoom}>${percentOf(step)}</option>`,
    )}
  </select></label>`;
}

/** @param {number} zoom */
const percentOf = (zoom) => `${Math.round(zoom * 100)} %`;

/** What the size means for the eyes. */
function Sight() {
  const { diagonal, distance } = wallSettings.value;
  const { facts, labels, word } = sightOf({ diagonal, distance }, wallZoom.value);
  return html`<p class="muted" role="status">At ${percentOf(wallZoom.value)}, on ${diagonal} inches
    from ${distance} m: ${word}. Facts ${Math.round(facts)}′, labels ${Math.round(labels)}′ of arc;
    16′ is the least, from 20′ on it is comfortable.</p>`;
}

/** The hours in which the picture is dimmed. */
function Dim() {
  const { dim } = wallSettings.value;
  const hours = dim ?? { start: "22:00", end: "06:00" };
  /** @param {"start"|"end"} end */
  const time = (end) => html`<${KeptInput} type="time" value=${hours[end]} disabled=${!dim}
    aria-label=${end === "start" ? "Dimmed from" : "Dimmed until"}
    onChange=${(/** @type {Event} */ { target }) =>
      target instanceof HTMLInputElement &&
      target.value &&
      change({ dim: { ...hours, [end]: target.value } })} />`;
  return html`<label class="check"><input type="checkbox" checked=${dim !== null}
      onChange=${() => change({ dim: dim ? null : hours })} /><span>Dim it at night</span></label>
    <div class="field times"><span>${time("start")} to ${time("end")}</span></div>`;
}
