// What stands in a form's controls ↔ the parameters that are sent. Pure. Whatever the parameters
// are, they come out of the form as they went in; a value that no control of its field can show
// (a text where a number belongs, in a link) stands there as JSON.

import { localOf, momentOf } from "./moments.js";

/** @import {Field} from "./schema.js" */

/**
 * @typedef {string|boolean|string[]|{json: string}} Entry  what stands in one control
 * @typedef {Object<string, Entry>} Typed  by pointer
 */

/** Says that a parameter is left out, so that its default holds. */
const LEFT_OUT = Symbol("left out");
/** How a secret looks that was stored and is not shown to anybody. */
const MASK = "***";

/** What was typed is no JSON. */
export class Unreadable extends Error {}

/**
 * What stands in the controls for these parameters; what is absent has its default.
 * @param {Field[]} fields @param {Object<string, any>|undefined} params @param {Typed} [into]
 * @returns {Typed}
 */
export function typedOf(fields, params, into = {}) {
  for (const field of fields) {
    const given = params && Object.hasOwn(params, field.name) ? params[field.name] : undefined;
    if (field.kind === "section") {
      const value = given === undefined ? field.fallback : given;
      if (given !== undefined && !isFor(field, given)) {
        into[field.pointer] = asJson(given);
      } else if (field.isNullable) {
        into[field.pointer] = value !== null && value !== undefined;
      }
      typedOf(field.fields, given ?? undefined, into);
    } else {
      const value = given === undefined ? field.fallback : given;
      into[field.pointer] = shown(field, value) ?? asJson(value);
    }
  }
  return into;
}

/**
 * The parameters that stand in the form, and where something cannot be read at all.
 * @param {Field[]} fields @param {Typed} typed
 */
export function paramsOf(fields, typed) {
  /** @type {Map<string, string>} */
  const unreadable = new Map();
  /** @type {Object<string, any>} */
  const params = {};
  for (const field of fields) {
    try {
      const value = read(field, typed, unreadable);
      if (value !== LEFT_OUT) params[field.name] = value;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unreadable.set(field.pointer, error.message);
    }
  }
  return { params, unreadable };
}

/** The names among `params` that no field takes. @param {Field[]} fields @param {object} params */
export const strangers = (fields, params) =>
  Object.keys(params).filter((name) => !fields.some((field) => field.name === name));

/** Whether nothing stands there. @param {Entry|undefined} entry */
export function isEmpty(entry) {
  if (entry === undefined || entry === "") return true;
  if (typeof entry === "string") return entry.trim() === "";
  if (Array.isArray(entry)) return entry.length === 0;
  return typeof entry === "object" && entry.json.trim() === "";
}

/** @param {unknown} value */
const asJson = (value) => ({ json: value === undefined ? "" : JSON.stringify(value, null, 2) });

/** Whether a section's fields can hold the value. @param {Field} field @param {unknown} value */
function isFor(field, value) {
  if (value === null) return field.isNullable;
  if (typeof value !== "object" || Array.isArray(value)) return false;
  return strangers(field.fields, value).length === 0;
}

/**
 * What stands in a field's control for a value; undefined when the control cannot show it.
 * @param {Field} field @param {any} value @returns {Entry|undefined}
 */
function shown(field, value) {
  const isText = typeof value === "string";
  if (field.kind === "json") {
    const isNothing = value === undefined || (value === null && field.fallback === null);
    return isNothing ? "" : JSON.stringify(value, null, 2);
  }
  if (field.kind === "choices") return value == null ? [] : keysOf(field, value);
  if (field.kind === "switch") return value === undefined ? false : value === !!value ? value : undefined;
  if (value === undefined || (value === null && (field.isNullable || field.fallback === null))) return "";
  switch (field.kind) {
    case "secret":
      return isText ? (value === MASK ? "" : value) : undefined;
    case "number":
      return numberShown(field, value);
    case "choice": {
      const key = JSON.stringify(value);
      return field.options.some((option) => option.key === key) ? key : undefined;
    }
    case "lines":
      return linesShown(field, value);
    case "date":
      return isText && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
    case "time":
      return isText && /^\d\d:\d\d(:\d\d)?$/.test(value) ? value : undefined;
    case "moment":
      return isText ? localOf(value) : undefined;
    case "text":
      // one line cannot hold two
      return isText && !/[\r\n]/.test(value) ? value : undefined;
    default:
      return isText ? value : undefined;
  }
}

/** @param {Field} field @param {any} value @returns {string[]|undefined} */
function keysOf(field, value) {
  if (!Array.isArray(value)) return undefined;
  const keys = value.map((one) => JSON.stringify(one));
  const areKnown = keys.every((key) => field.options.some((option) => option.key === key));
  return areKnown && new Set(keys).size === keys.length ? keys : undefined;
}

/** @param {Field} field @param {any} value */
function numberShown(field, value) {
  if (typeof value === "number") return String(value);
  return field.holds === "decimal" && typeof value === "string" ? value : undefined;
}

/** @param {Field} field @param {any} value */
function linesShown(field, value) {
  if (!Array.isArray(value)) return undefined;
  const wanted = field.holds === "text" ? "string" : "number";
  const fits = (/** @type {any} */ line) =>
    typeof line === wanted && (wanted === "number" || (line.trim() !== "" && !/[\r\n]/.test(line)));
  return value.every(fits) ? value.join("\n") : undefined;
}

/**
 * @param {Field} field @param {Typed} typed @param {Map<string, string>} unreadable
 * @returns {any}
 */
function read(field, typed, unreadable) {
  const entry = typed[field.pointer];
  if (typeof entry === "object" && !Array.isArray(entry)) return jsonOf(entry.json, field);
  if (field.kind === "section") {
    if (field.isNullable && entry !== true) return null;
    const { params, unreadable: more } = paramsOf(field.fields, typed);
    for (const [pointer, message] of more) unreadable.set(pointer, message);
    return params;
  }
  if (field.kind === "switch") return entry === true;
  if (field.kind === "choices") return chosen(field, Array.isArray(entry) ? entry : []);
  const text = typeof entry === "string" ? entry : "";
  if (text.trim() === "" && (text === "" || field.kind !== "text")) return nothing(field);
  switch (field.kind) {
    case "json":
      return jsonOf(text, field);
    case "choice":
      return JSON.parse(text);
    case "number":
      return numberOf(text.trim(), field.holds);
    case "lines":
      return text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== "")
        .map((line) => (field.holds === "text" ? line : numberOf(line.trim(), field.holds)));
    case "moment":
      return momentOf(text, isLocal(field.fallback));
    case "path":
      return text.trim();
    default:
      return text;
  }
}

/** What nothing means. @param {Field} field */
function nothing(field) {
  if (field.isNullable) return null;
  if (field.kind === "lines" && field.fallback !== undefined) return [];
  const isText = field.kind === "text" || field.kind === "long";
  const mayBeEmpty = !field.isRequired && typeof field.fallback === "string" && !field.limits.minLength;
  return isText && mayBeEmpty ? "" : LEFT_OUT;
}

/** @param {Field} field @param {string[]} keys */
function chosen(field, keys) {
  if (!keys.length && field.isNullable) return null;
  if (!keys.length && !field.isRequired && field.fallback === undefined) return LEFT_OUT;
  return field.options.filter(({ key }) => keys.includes(key)).map(({ key }) => JSON.parse(key));
}

/**
 * A number; what is none, or too long to be exact, goes as text for the service to judge.
 * @param {string} text @param {Field["holds"]} holds
 */
function numberOf(text, holds) {
  if (holds === "decimal" || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return text;
  const n = Number(text);
  const isExact = Number.isFinite(n) && (!Number.isInteger(n) || Number.isSafeInteger(n));
  return isExact ? n : text;
}

/** @param {string} text @param {Field} field */
function jsonOf(text, field) {
  if (text.trim() === "") return field.isNullable ? null : LEFT_OUT;
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreadable("This is not JSON yet");
  }
}

/** Whether a moment is meant without a zone, as its default is. @param {unknown} fallback */
const isLocal = (fallback) => typeof fallback === "string" && !/(z|[-+]\d\d:?\d\d)$/i.test(fallback);
