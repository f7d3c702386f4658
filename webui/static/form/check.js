// What the form can say about an entry while it is typed. Pure. Only hints: the service judges.

import { spanOf, figure } from "./words.js";
import { isEmpty } from "./values.js";

/** @import {Field} from "./schema.js" */
/** @import {Entry, Typed} from "./values.js" */

/** A password that was masked in what the form was filled from. */
const MASKED = /:\*\*\*@/;

/**
 * Fields that stand in the form as it is: not those of a section that is left out or is JSON.
 * @param {Field[]} fields @param {Typed} typed @returns {Field[]}
 */
export function standing(fields, typed) {
  return fields.flatMap((field) => {
    if (field.kind !== "section") return [field];
    const entry = typed[field.pointer];
    const isOpen = entry === undefined || entry === true;
    return [field, ...(isOpen ? standing(field.fields, typed) : [])];
  });
}

/** What has to be filled in and is not. @param {Field[]} fields @param {Typed} typed */
export const missing = (fields, typed) =>
  standing(fields, typed).filter((field) => isMissing(field, typed[field.pointer]));

/** @param {Field} field @param {Entry|undefined} entry */
function isMissing(field, entry) {
  const isNeeded = field.isRequired && !field.isNullable;
  // an empty list is a list
  const mayBeEmpty = ["switch", "choices", "section"].includes(field.kind);
  return isNeeded && !mayBeEmpty && isEmpty(entry);
}

/** A sentence about an entry that cannot be meant so; "" when there is none.
 * @param {Field} field @param {Entry|undefined} entry @returns {string} */
export function hintOf(field, entry) {
  if (entry === undefined || isEmpty(entry)) return "";
  if (Array.isArray(entry)) return countHint(field.limits, entry.length, "choices");
  if (typeof entry === "object") return jsonHint(entry.json);
  if (typeof entry !== "string") return "";
  switch (field.kind) {
    case "json":
      return jsonHint(entry);
    case "number":
      return numberHint(field, entry.trim());
    case "lines":
      return linesHint(field, entry);
    case "text":
    case "long":
    case "path":
    case "secret":
      return textHint(field.limits, entry);
    default:
      return "";
  }
}

/** @param {string} text */
function jsonHint(text) {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    const at = error instanceof Error && error.message.match(/line \d+ column \d+/);
    return `This is not JSON yet${at ? ` (${at[0].replace(" column", ", column")})` : ""}`;
  }
}

/** @param {Field} field @param {string} text */
function numberHint({ limits, holds }, text) {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return "This is not a number";
  const n = Number(text);
  if (holds === "integer" && !Number.isInteger(n)) return "A whole number, please";
  const { minimum: low, maximum: high, exclusiveMinimum: above, exclusiveMaximum: below } = limits;
  const isOut =
    (low !== undefined && n < low) ||
    (high !== undefined && n > high) ||
    (above !== undefined && n <= above) ||
    (below !== undefined && n >= below);
  if (isOut) return capital(spanOf(limits));
  if (limits.multipleOf && holds === "integer" && n % limits.multipleOf) {
    return `A multiple of ${figure(limits.multipleOf)}`;
  }
  return "";
}

/** @param {Field} field @param {string} text */
function linesHint({ limits, holds }, text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (holds !== "text") {
    const field = /** @type {Field} */ ({ limits: limits.items ?? {}, holds });
    const at = lines.findIndex((line) => numberHint(field, line.trim()));
    if (at >= 0) return `Line ${at + 1}: ${numberHint(field, lines[at].trim())}`;
  }
  return countHint(limits, lines.length, "lines");
}

/** @param {any} limits @param {string} text */
function textHint({ minLength = 0, maxLength = Infinity, pattern }, text) {
  const length = [...text].length;
  if (length < minLength) return `At least ${figure(minLength)} characters`;
  if (length > maxLength) return `At most ${figure(maxLength)} characters; these are ${figure(length)}`;
  if (pattern && !matches(pattern, text)) return `Write it like ${pattern}`;
  return MASKED.test(text) ? "The password is hidden here: write it in place of ***" : "";
}

/**
 * A pattern that only the service's language understands is left to the service.
 * @param {string} pattern @param {string} text
 */
function matches(pattern, text) {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

/** @param {any} limits @param {number} n @param {string} unit */
function countHint({ minItems = 0, maxItems = Infinity }, n, unit) {
  if (n < minItems) return `At least ${figure(minItems)} ${unit}`;
  return n > maxItems ? `At most ${figure(maxItems)} ${unit}` : "";
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
