// Progress as a bar: done, and hatched what failed. The words are beside it. Its parts are moved,
// not resized: the compositor does that alone.

import { html } from "htm/preact";

/** @param {{task: {progress: import("../types.js").Progress, status: string}}} props */
export function Bar({ task: { progress, status } }) {
  const { done, failed, skipped, total } = progress;
  const isOpenEnded = total === null && status === "running";
  const upTo = (/** @type {number} */ n) => {
    const share = total ? n / total : Number(status === "completed");
    return { transform: `translateX(${100 * (share - 1)}%)` };
  };
  return html`<div class="bar ${isOpenEnded ? "open-ended" : ""}" aria-hidden="true">
    ${
      failed > 0 && total
        ? html`<i class="hatched" style=${upTo(done + skipped + failed)}></i>`
        : null
    }
    <i class="done" style=${isOpenEnded ? {} : upTo(done + skipped)}></i>
  </div>`;
}
