// A task's parameters as a person can use them elsewhere: as JSON, and as a line for a terminal.
// Pure.

import { PATHS } from "../addresses.js";

/** @import {Task} from "../types.js" */

/** What a POSIX shell takes as it is. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** @param {string} text */
export const quoted = (text) => (PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What the service shows in place of a secret. */
export const MASK = "***";

/**
 * The command that asks for the same again. What the command could read as something else (lists,
 * nothing, texts that look like numbers) is written as JSON, behind `:=`. Secrets are left out, as
 * nobody may be shown them.
 * @param {Task} task
 */
export function commandOf({ type, params }) {
  const words = Object.entries(params)
    .filter(([, value]) => value !== MASK)
    .map(([name, value]) => quoted(wordOf(name, value)));
  return ["longhaul add", quoted(type), ...words].join(" ");
}

/**
 * The address that fills the form in with the same, for who shall start it. Parameters
 * with a secret in them are left out.
 * @param {Task} task @param {string} origin  of the page
 */
export function linkOf({ type, params }, origin) {
  const known = Object.entries(params).filter(([, value]) => !JSON.stringify(value).includes(MASK));
  const query = new URLSearchParams({ new: type, params: JSON.stringify(Object.fromEntries(known)) });
  return `${origin}${PATHS.desk}?${query}`;
}

/** @param {string} name @param {unknown} value */
function wordOf(name, value) {
  const isText = typeof value === "string" && value !== "" && !isJson(value);
  const isPlain = isText || typeof value === "number" || typeof value === "boolean";
  return isPlain ? `${name}=${value}` : `${name}:=${JSON.stringify(value)}`;
}

/** @param {string} text */
function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {Task} task */
export const jsonOf = ({ params }) => JSON.stringify(params, null, 2);
