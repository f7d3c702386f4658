// What the task works on, as links to its page: a document and one page of it, or a recording.

import { html } from "htm/preact";
import { pathOf } from "../addresses.js";
import { isPlain } from "../pages.js";
import { goTo } from "../route.js";
import { isReadOnly } from "../store.js";

/** @import {PageName} from "../addresses.js" */
/** @import {Task} from "../types.js" */
/** @typedef {{label: string, page: PageName, rest: (string|number)[]}} Way */

/** @param {{of: Task}} props */
export function Belongs({ of }) {
  const ways = isReadOnly.value ? [] : waysOf(of);
  if (!ways.length) return null;
  return html`<p class="belongs">${ways.map(
    ({ label, page, rest }) => html`<a key=${label} class="button small"
        href=${pathOf(page, ...rest)} onClick=${going(page, rest)}>${label}</a>`,
  )}</p>`;
}

/** Where a task's matter is shown. @param {Task} task @returns {Way[]} */
export function waysOf({ source_id, page_id, related, params }) {
  /** @type {Way[]} */ const ways = [];
  if (source_id !== null) {
    ways.push({ label: "Its document", page: "documents", rest: [source_id] });
    const number = Number(params.page);
    if (page_id !== null && number)
      ways.push({ label: `Page ${number} of it`, page: "documents", rest: [source_id, number] });
  }
  if (related?.type === "recording")
    ways.push({ label: "Its recording", page: "recordings", rest: [related.id] });
  return ways;
}

/** @param {PageName} page @param {(string|number)[]} rest */
const going = (page, rest) => (/** @type {MouseEvent} */ event) => {
  if (!isPlain(event)) return;
  event.preventDefault();
  goTo(page, ...rest);
};
