// The service's complaints → the fields they are about. Pure.

import { allOf } from "./schema.js";

/** @import {Field} from "./schema.js" */
/** @typedef {{pointer: string, message: string}} Complaint */

/** Members of a request that have a field beside the parameters. */
const OWN = ["title", "name", "note", "priority", "after", "not_before", "cron"];

/** Sentences that the form says in its own words. @type {Object<string, string>} */
const PLAINER = { "Field required": "This has to be filled in" };

/**
 * By field, and what is about none of them. A complaint about a part of a field (the third line,
 * a member of its JSON) stands at the field. Own fields are found under "title", "after" …
 * @param {Complaint[]} complaints @param {Field[]} fields
 * @returns {{at: Map<string, string>, rest: string[]}}
 */
export function placed(complaints, fields) {
  const known = allOf(fields).map((field) => field.pointer);
  /** @type {Map<string, string>} */
  const at = new Map();
  /** @type {string[]} */
  const rest = [];
  for (const { pointer, message: said } of complaints) {
    const place = placeOf(pointer, known);
    const message = PLAINER[said] ?? said;
    if (place === null) rest.push(message);
    else at.set(place, at.has(place) ? `${at.get(place)}; ${message}` : message);
  }
  return { at, rest };
}

/** @param {string} pointer @param {string[]} known */
function placeOf(pointer, known) {
  const [, member, ...way] = pointer.split("/");
  if (member !== "params") return OWN.includes(member) ? member : null;
  for (let n = way.length; n > 0; n--) {
    const candidate = `/${way.slice(0, n).join("/")}`;
    if (known.includes(candidate)) return candidate;
  }
  return null;
}
