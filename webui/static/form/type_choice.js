// The choice of what to start: all task types, narrowed while a word of them is typed.

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { choose, proposed } from "../new_task.js";
import { state } from "../store.js";
import { note, types } from "./entries.js";
import { fitting } from "./matching_types.js";
import { TypeIcon } from "./type_icon.js";

export function TypeChoice() {
  const words = useSignal("");
  const found = fitting(types.value, words.value);
  const first = Math.max(0, words.value ? 0 : found.findIndex(({ name }) => name === proposed()));
  const at = useSignal(first);
  const chosen = Math.min(at.value, found.length - 1);
  useEffect(() => {
    document.getElementById(`type-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      at.value = (chosen + by + found.length) % Math.max(1, found.length);
    } else if (event.key === "Enter" && found[chosen]) {
      event.preventDefault();
      choose(found[chosen].name);
    }
  };
  return html`<div class="sheet-body types">
    ${note.value ? html`<p class="said" role="status">${note.value}</p>` : null}
    <label class="unseen" for="type-words">Find a task type</label>
    <input id="type-words" data-first type="text" role="combobox" aria-expanded="true"
      aria-controls="type-list" aria-autocomplete="list" autocomplete="off" spellcheck=${false}
      aria-activedescendant=${found.length ? `type-${chosen}` : undefined}
      placeholder="What should be done?" value=${words.value} onKeyDown=${onKeyDown}
      onInput=${(/** @type {any} */ event) => {
        words.value = event.currentTarget.value;
        at.value = 0;
      }} />
    <ul id="type-list" role="listbox" aria-label="Task types">
      ${found.map(
        (type, i) => html`<li key=${type.name} id="type-${i}" role="option"
            aria-selected=${i === chosen} onClick=${() => choose(type.name)}>
          <${TypeIcon} type=${type} />
          <span><b>${type.title}</b><span>${firstLine(type.description)}</span></span>
          <em>${type.guarantee}</em>
        </li>`,
      )}
    </ul>
    ${
      found.length
        ? null
        : html`<p class="muted" role="status">${
            types.value.length
              ? "No task type has these words."
              : state.value
                ? "There is no task type yet."
                : "Asking the service …"
          }</p>`
    }
  </div>`;
}

/** What a type does, in one line. @param {string} description */
const firstLine = (description) => description.split("\n")[0].replaceAll("`", "");
