// The mark of a task type beside its title.

import { html } from "htm/preact";
import { iconPath } from "../icons.js";

/** What stands for a type without an icon of its own. */
const PLAIN = "M4 18h9a4 4 0 0 0 4-4V9M17 9a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z";

/** @param {{type: {icon: string}}} props */
export function TypeIcon({ type: { icon } }) {
  const path = iconPath(icon) || PLAIN;
  return html`<svg class="type-icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`;
}
