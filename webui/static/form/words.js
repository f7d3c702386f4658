// Names and limits of parameters as people read them. Pure.

import { spaced, whole } from "../format.js";

/** Words that people write otherwise than code does. @type {Object<string, string>} */
const WORDS = { id: "ID", url: "URL", html: "HTML", json: "JSON", csv: "CSV", api: "API", sql: "SQL" };

/**
 * A parameter's label: the author's title, or its name in words. pydantic makes a title of every
 * name ("Html Column"), which is no title of the author's.
 * @param {string} name @param {string} [title]
 */
export function labelOf(name, title) {
  const made = name.replace(/[a-z]+/gi, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase());
  if (title && title !== made.replaceAll("_", " ").trim()) return title;
  return spaced(name).replace(/[a-z]+/gi, (word) => WORDS[word.toLowerCase()] ?? word);
}

/** A number as a person reads it. @param {number} n */
export const figure = (n) => (Number.isInteger(n) ? whole(n) : String(n));

/** The allowed span in words: "1 to 5,000", "more than 0"; "" for any. @param {any} limits */
export function spanOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  if (minimum !== undefined && maximum !== undefined) return `${figure(minimum)} to ${figure(maximum)}`;
  const low =
    minimum !== undefined
      ? `${figure(minimum)} or more`
      : exclusiveMinimum !== undefined
        ? `more than ${figure(exclusiveMinimum)}`
        : "";
  const high =
    maximum !== undefined
      ? `at most ${figure(maximum)}`
      : exclusiveMaximum !== undefined
        ? `less than ${figure(exclusiveMaximum)}`
        : "";
  return [low, high].filter(Boolean).join(", ");
}
