// An input that keeps what is being typed while news of its value arrive: every event draws it
// anew, and the value that the service still has would take the place of what is half written.

import { html } from "htm/preact";
import { useRef } from "preact/hooks";

/**
 * Shows `value` until somebody types; then what was typed, until the value that came of it is there.
 * `onChange` is asked when the entry is complete; when it answers false (or a promise of it), the entry
 * was not taken, and the value is shown again.
 * @param {{value: string|number|null, onChange: (event: any) => unknown, [attribute: string]: any}} props
 */
export function KeptInput({ value, onChange, ...attributes }) {
  const typed = useRef(/** @type {string|null} */ (null));
  const isSent = useRef(false);
  const shown = useRef(value);
  if (shown.current !== value) {
    shown.current = value;
    if (isSent.current) typed.current = null;
  }
  const onInput = (/** @type {any} */ { target }) => {
    typed.current = target.value;
    isSent.current = false;
  };
  const onComplete = async (/** @type {any} */ event) => {
    const { target } = event;
    isSent.current = true;
    if ((await onChange(event)) !== false) return;
    typed.current = null;
    target.value = shown.current ?? "";
  };
  return html`<input ...${attributes} value=${typed.current ?? value}
    onInput=${onInput} onChange=${onComplete} />`;
}
