// What is said about a task beside its parameters: title, priority, what it waits for; and when it
// begins, once or again and again.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { Refused, read } from "../api.js";
import { moment } from "../format.js";
import { now, state } from "../store.js";
import { toggleSchedules } from "../schedules.js";
import { about, changeAbout, told, type } from "./entries.js";
import { Labelled } from "./field.js";
import { preview } from "./previewing.js";
import { CHOICES, WEEKDAYS, cronOf } from "./when.js";

/** @import {Repeat} from "./when.js" */
/** @typedef {Object<string, unknown>} Common */

/** @param {string} field */
const wrong = (field) => told.value.at.get(field) ?? "";
/** @param {any} event @returns {string} */
const valueOf = (event) => event.currentTarget.value;

/** The title a task gets by itself, as far as it is known. @param {string} otherwise */
export const titleMade = (otherwise) => preview.value.found?.title || otherwise;

/** @param {{typeTitle: string}} props */
export function AboutTask({ typeTitle }) {
  const { title, note = "", priority, canary = "", after } = about.value;
  const waiting = [...(state.value?.tasks.values() ?? [])]
    .filter(({ status }) => ["queued", "running", "paused"].includes(status))
    .slice(0, 50);
  return html`<fieldset class="section">
    <legend>This task</legend>
    <${Labelled} place="title" label="Title" wrong=${wrong("title") || wrong("name")}>${(
      /** @type {Common} */ common,
    ) => html`<input ...${common} type="text" value=${title} autocomplete="off"
        placeholder=${titleMade(typeTitle)}
        onInput=${(/** @type {any} */ e) => changeAbout({ title: valueOf(e) })} />`}</${Labelled}>
    <${Labelled} place="note" label="Note" wrong=${wrong("note")}
        help="For who shall start it, or look at it later">${(
          /** @type {Common} */ common,
        ) => html`<input ...${common} type="text" value=${note} autocomplete="off" maxlength="2000"
        onInput=${(/** @type {any} */ e) => changeAbout({ note: valueOf(e) })} />`}</${Labelled}>
    <${Labelled} place="priority" label="Priority" wrong=${wrong("priority")} kind="number"
        help="Higher comes first; 0 is usual">${(
          /** @type {Common} */ common,
        ) => html`<input ...${common} type="text" inputmode="numeric" value=${priority} placeholder="0"
        autocomplete="off"
        onInput=${(/** @type {any} */ e) => changeAbout({ priority: valueOf(e) })} />`}</${Labelled}>
    ${
      type.value?.has_canary
        ? html`<${Labelled} place="canary" label="Canary" wrong=${wrong("canary")} kind="number"
            help="Pause after so many ${type.value.unit} for a look; resume goes on from there">${(
              /** @type {Common} */ common,
            ) => html`<input ...${common} type="text" inputmode="numeric" value=${canary} placeholder="none"
            autocomplete="off"
            onInput=${(/** @type {any} */ e) => changeAbout({ canary: valueOf(e) })} />`}</${Labelled}>`
        : null
    }
    <${Labelled} place="after" label="After task" wrong=${wrong("after")}
        help="Its number, or several: it waits until they have completed">${(
          /** @type {Common} */ common,
        ) => html`<input ...${common} type="text" value=${after} autocomplete="off" list="tasks-there"
        onInput=${(/** @type {any} */ e) => changeAbout({ after: valueOf(e) })} /><datalist
        id="tasks-there">${waiting.map(
          ({ id, title: of }) => html`<option key=${id} value=${String(id)} label=${of}></option>`,
        )}</datalist>`}</${Labelled}>
  </fieldset>`;
}

/** When it begins. @param {{way: "once"|"repeat", choose: (way: "once"|"repeat") => void}} props */
export function When({ way, choose }) {
  return html`<fieldset class="section when">
    <legend>When it begins</legend>
    <div class="ways" role="radiogroup" aria-label="Once or again">
      ${[
        ["once", "Once, at a time"],
        ["repeat", "Again and again"],
      ].map(
        ([value, label]) => html`<label key=${value}><input type="radio" name="way" value=${value}
          data-way checked=${way === value}
          onChange=${() => choose(/** @type {"once"|"repeat"} */ (value))} />${label}</label>`,
      )}
    </div>
    ${way === "once" ? html`<${Once} />` : html`<${Again} />`}
  </fieldset>`;
}

function Once() {
  return html`<${Labelled} place="at" label="Not before" isNeeded wrong=${wrong("not_before")}
      help="It begins then, or as soon afterwards as there is room">${(
        /** @type {Common} */ common,
      ) => html`<input ...${common} type="datetime-local" value=${about.value.at}
      onInput=${(/** @type {any} */ e) => changeAbout({ at: valueOf(e) }, "not_before")} />`}
  </${Labelled}>`;
}

function Again() {
  const { repeat } = about.value;
  const { every, time, minute, weekday, day, cron } = repeat;
  const put = (/** @type {Partial<Repeat>} */ values) =>
    changeAbout({ repeat: { ...repeat, ...values } }, "cron");
  const input = (/** @type {Common} */ common, /** @type {keyof Repeat} */ name, type = "text") =>
    html`<input ...${common} type=${type} value=${repeat[name]} autocomplete="off"
      onInput=${(/** @type {any} */ e) => put({ [name]: valueOf(e) })} />`;
  const at = (/** @type {Common} */ common) => input(common, "time", "time");
  const times = useTimes(cronOf({ every, time, minute, weekday, day, cron }));
  const said = wrong("cron") || times.problem;
  return html`
    <${Labelled} place="every" label="How often">${(
      /** @type {Common} */ common,
    ) => html`<select ...${common} value=${every}
        onChange=${(/** @type {any} */ e) => put({ every: e.currentTarget.value })}>
      ${CHOICES.map(([value, label]) => html`<option key=${value} value=${value} selected=${value === every}>${label}</option>`)}
    </select>`}</${Labelled}>
    ${
      every === "hour"
        ? html`<${Labelled} place="minute" label="At minute" kind="number" wrong=${said}>${(
            /** @type {Common} */ common,
          ) => input(common, "minute")}</${Labelled}>`
        : null
    }
    ${
      every === "week"
        ? html`<${Labelled} place="weekday" label="On">${(/** @type {Common} */ common) => html`<select
            ...${common} value=${weekday}
            onChange=${(/** @type {any} */ e) => put({ weekday: e.currentTarget.value })}>
            ${WEEKDAYS.map((label, i) => html`<option key=${i} value=${String(i)} selected=${String(i) === weekday}>${label}</option>`)}
          </select>`}</${Labelled}>`
        : null
    }
    ${
      every === "month"
        ? html`<${Labelled} place="day" label="On day" kind="number">${(
            /** @type {Common} */ common,
          ) => input(common, "day")}</${Labelled}>`
        : null
    }
    ${
      ["day", "weekdays", "week", "month"].includes(every)
        ? html`<${Labelled} place="time" label="At" kind="time" wrong=${said}>${at}</${Labelled}>`
        : null
    }
    ${
      every === "custom"
        ? html`<${Labelled} place="cron" label="Expression" wrong=${said}
            help="Minute, hour, day, month, weekday, such as 30 2 * * 1-5; or @daily">${(
              /** @type {Common} */ common,
            ) => input({ ...common, class: "mono" }, "cron")}</${Labelled}>`
        : null
    }
    <p class="next" role="status">${
      times.next.length
        ? `Next: ${times.next.map((text) => moment(Date.parse(text), now.value)).join(" · ")}`
        : ""
    }</p>
    <p><button type="button" class="plain" onClick=${toggleSchedules}>All schedules</button></p>
  `;
}

/** When an expression comes true next, as the service tells it. @param {string} cron */
function useTimes(cron) {
  const found = useSignal(/** @type {{next: string[], problem: string}} */ ({ next: [], problem: "" }));
  useEffect(() => {
    const flight = new AbortController();
    const timer = setTimeout(async () => {
      if (cron.split(/\s+/).length !== 5 && !cron.startsWith("@")) {
        found.value = { next: [], problem: "" };
        return;
      }
      try {
        const query = `cron=${encodeURIComponent(cron)}&count=3`;
        const { times } = await read(`/schedules/times?${query}`, flight.signal);
        found.value = { next: times, problem: "" };
      } catch (error) {
        if (flight.signal.aborted) return;
        const problem = error instanceof Refused && error.status === 422 ? error.message : "";
        found.value = { next: [], problem };
      }
    }, 250);
    return () => {
      clearTimeout(timer);
      flight.abort();
    };
  }, [cron]);
  return found.value;
}
