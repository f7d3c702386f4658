// A task's progress as a bar: done, and hatched what failed. The words are beside it.

import { html } from "htm/preact";

/** @param {{task: import("../types.js").Task}} props */
export function Bar({ task: { progress, status } }) {
  const { done, failed, skipped, total } = progress;
  const isOpenEnded = total === null && status === "running";
  const share = (/** @type {number} */ n) =>
    total ? `${(100 * n) / total}%` : status === "completed" ? "100%" : "0%";
  return html`<div class="bar ${isOpenEnded ? "open-ended" : ""}" aria-hidden="true">
    <i style=${{ width: share(done + skipped) }}></i>
    ${failed > 0 && total ? html`<i class="hatched" style=${{ width: share(failed) }}></i>` : null}
  </div>`;
}
