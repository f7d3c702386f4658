// What a task does about records that fail, as a sentence. Pure.

import { whole } from "./format.js";

/** @import {ErrorPolicy} from "./types.js" */

/** "A record that fails is skipped; …". @param {ErrorPolicy} policy */
export function policyWords({ on_error: after, tries, most, share, sample }) {
  const tried = tries > 1 ? `is tried ${whole(tries)} times` : "";
  if (after === "stop")
    return `A record that fails ${tried ? `${tried}, then ends` : "ends"} the run there.`;
  const limits = [];
  if (most) limits.push(`more than ${whole(most)} have failed`);
  if (share < 1)
    limits.push(`more than ${Math.round(share * 100)} % have failed (from ${whole(sample)} on)`);
  const end = limits.length ? `; the run ends when ${limits.join(" or ")}` : "";
  return `A record that fails ${tried ? `${tried}, then skipped` : "is skipped"}${end}.`;
}
