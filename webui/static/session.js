// Who this browser is to the service: a name of its own, kept, so that tasks that were started here
// are found again by whoever comes back to them.

import { keep, kept } from "./kept.js";

/** Letters and digits that nobody guesses. */
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The session's name; made when it is first asked for. */
export function sessionId() {
  const known = kept("session", "");
  if (typeof known === "string" && known) return known;
  const made = `page-${randomName()}`;
  keep("session", made);
  return made;
}
