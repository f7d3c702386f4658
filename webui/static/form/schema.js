// A task type's `params_schema` → the fields of its form. Pure. It reads what pydantic writes; what
// it does not know becomes a field of JSON, so that nothing is out of reach. What stands in the
// fields is in values.js, how they look in field.js.

import { labelOf } from "./words.js";

/**
 * @typedef {Object<string, any>} Schema  JSON Schema
 * @typedef {"text"|"long"|"number"|"switch"|"choice"|"choices"|"lines"|"path"|"date"|"moment"|
 *   "time"|"secret"|"json"|"section"} Kind
 * @typedef {{key: string, label: string}} Option  `key` is the value as JSON
 *
 * @typedef {object} Field
 * @property {string} pointer  from the parameters on: "/source/token"
 * @property {string} name
 * @property {Kind} kind
 * @property {string} label
 * @property {string} help
 * @property {string} placeholder
 * @property {boolean} isRequired
 * @property {boolean} isNullable  empty means null
 * @property {boolean} isKept  its draft may be kept: there is no secret in it
 * @property {unknown} fallback  the default; undefined where there is none
 * @property {Schema} limits  minimum, maxLength, pattern and so on, as the schema says them
 * @property {"integer"|"number"|"decimal"|"text"} holds  what a number, or a line of lines, is
 * @property {"any"|"file"|"folder"|"database"} names  what a path leads to
 * @property {Option[]} options
 * @property {Field[]} fields  of a section
 */

/** How deep sections go; what refers to itself becomes JSON. */
const DEEPEST = 4;
/** @type {Object<string, Field["names"]>} */
const PATHS = {
  path: "any",
  "file-path": "file",
  file: "file",
  "directory-path": "folder",
  folder: "folder",
  database: "database",
};
/** @type {Object<string, Kind>} */
const FORMATS = {
  date: "date",
  "date-time": "moment",
  time: "time",
  password: "secret",
  long: "long",
  textarea: "long",
  multiline: "long",
};

/**
 * The fields of a schema's object, in the order of its properties.
 * @param {Schema} schema @returns {Field[]}
 */
export const fieldsOf = (schema) => inner(plain(schema, schema), schema, "", undefined, 0);

/** Every field that holds a value, sections too. @param {Field[]} fields @returns {Field[]} */
export const allOf = (fields) => fields.flatMap((field) => [field, ...allOf(field.fields)]);

/**
 * @param {Schema} object @param {Schema} root @param {string} base
 * @param {any} given  the default of the whole object @param {number} depth @returns {Field[]}
 */
function inner(object, root, base, given, depth) {
  const needed = new Set(object.required ?? []);
  return Object.entries(object.properties ?? {}).map(([name, schema]) => {
    const above = given && typeof given === "object" && name in given ? given[name] : undefined;
    const pointer = `${base}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return fieldOf({ schema, root, pointer, name, above, depth }, needed.has(name));
  });
}

/**
 * @param {{schema: Schema, root: Schema, pointer: string, name: string, above: unknown,
 *   depth: number}} place
 * @param {boolean} isNeeded @returns {Field}
 */
function fieldOf({ schema, root, pointer, name, above, depth }, isNeeded) {
  const { real, isNullable } = withoutNull(plain(schema, root), root);
  const fallback = above !== undefined ? above : schema.default;
  /** @type {Field} */
  const field = {
    pointer,
    name,
    kind: "json",
    label: labelOf(name, schema.title),
    help: schema.description ?? "",
    placeholder: String(real.placeholder ?? schema.placeholder ?? real.examples?.[0] ?? ""),
    isRequired: isNeeded && above === undefined,
    isNullable,
    isKept: true,
    fallback,
    limits: real,
    holds: "text",
    names: "any",
    options: [],
    fields: [],
  };
  const isSection = real.type === "object" && real.properties && !real.additionalProperties;
  if (isSection && depth < DEEPEST) {
    const fields = inner(real, root, pointer, fallback, depth + 1);
    const help = field.help || (real.description ?? "");
    return { ...field, kind: "section", help, fields, isKept: true };
  }
  Object.assign(field, controlOf(real, root, field));
  if (field.kind === "secret") return { ...field, isKept: false, fallback: undefined };
  if (field.kind === "json") field.isKept = !hasSecret(real, root, 0);
  return field;
}

/**
 * Which control takes a value of this schema.
 * @param {Schema} real @param {Schema} root @param {Field} field @returns {Partial<Field>}
 */
function controlOf(real, root, field) {
  const options = optionsOf(real);
  if (options) return { kind: "choice", options };
  if (isDecimal(real, field.fallback)) return { kind: "number", holds: "decimal" };
  switch (real.type) {
    case "boolean": {
      // yes, no, and nothing said where that is something else
      const isPlain = !field.isNullable && (field.isRequired || field.fallback !== undefined);
      return isPlain ? { kind: "switch" } : { kind: "choice", options: YES_NO };
    }
    case "integer":
    case "number":
      return { kind: "number", holds: real.type };
    case "string": {
      const names = PATHS[real.format];
      if (names) return { kind: "path", names };
      if (real.writeOnly) return { kind: "secret" };
      return { kind: FORMATS[real.format] ?? "text" };
    }
    case "array":
      return listOf(real, root);
    default:
      return {};
  }
}

const YES_NO = [
  { key: "true", label: "Yes" },
  { key: "false", label: "No" },
];

/** @param {Schema} real @param {Schema} root @returns {Partial<Field>} */
function listOf(real, root) {
  if (real.prefixItems) return {};
  const items = plain(real.items ?? {}, root);
  const options = optionsOf(items);
  if (options) return { kind: "choices", options };
  const isText = items.type === "string" && !items.writeOnly && items.format !== "date-time";
  if (isText) return { kind: "lines" };
  if (items.type === "integer" || items.type === "number") {
    return { kind: "lines", holds: items.type };
  }
  return {};
}

/**
 * The values that may be chosen, or null. `labels` of the schema may name them.
 * @param {Schema} schema @returns {Option[]|null}
 */
function optionsOf(schema) {
  const values = "const" in schema ? [schema.const] : schema.enum;
  if (!values) return null;
  const labels = schema.labels ?? {};
  return values
    .filter((/** @type {unknown} */ value) => value !== null)
    .map((/** @type {unknown} */ value) => ({
      key: JSON.stringify(value),
      label: String(labels[String(value)] ?? (typeof value === "string" ? value : JSON.stringify(value))),
    }));
}

/**
 * Exact decimals come as "a number, or a text": as text they lose nothing.
 * @param {Schema} real @param {unknown} fallback
 */
function isDecimal(real, fallback) {
  const types = (real.anyOf ?? []).map((/** @type {Schema} */ option) => option.type).sort();
  const fits = fallback == null || !Number.isNaN(Number(fallback));
  return types.join() === "number,string" && fits;
}

/**
 * A schema without `$ref` and `allOf` of one; what stands beside them wins.
 * @param {Schema} schema @param {Schema} root @returns {Schema}
 */
function plain(schema, root) {
  let found = schema;
  for (let i = 0; i < 20 && (found.$ref || found.allOf?.length === 1); i++) {
    const { $ref, allOf, ...own } = found;
    const { title, ...target } = $ref ? at(root, $ref) : allOf[0];
    found = { ...target, ...(allOf && $ref ? { allOf } : {}), ...own };
  }
  return found;
}

/** What a local `$ref` leads to. @param {Schema} root @param {string} ref @returns {Schema} */
function at(root, ref) {
  const parts = ref.slice(2).split("/");
  const found = parts.reduce(
    (node, part) => node?.[part.replaceAll("~1", "/").replaceAll("~0", "~")],
    /** @type {any} */ (root),
  );
  return found ?? {};
}

/**
 * "This, or null" as this.
 * @param {Schema} schema @param {Schema} root
 */
function withoutNull(schema, root) {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((/** @type {string} */ type) => type !== "null");
    const isNullable = types.length < schema.type.length;
    return { real: types.length === 1 ? { ...schema, type: types[0] } : {}, isNullable };
  }
  const { anyOf, oneOf, ...own } = schema;
  const options = (anyOf ?? oneOf ?? []).map((/** @type {Schema} */ o) => plain(o, root));
  const real = options.filter((/** @type {Schema} */ option) => option.type !== "null");
  const isNullable = real.length < options.length || Boolean(own.enum?.includes(null));
  if (real.length === 1) return { real: { ...real[0], ...own }, isNullable };
  return { real: options.length ? { ...own, anyOf: real } : own, isNullable };
}

/** @param {Schema} schema @param {Schema} root @param {number} depth @returns {boolean} */
function hasSecret(schema, root, depth) {
  if (depth > 12 || typeof schema !== "object" || schema === null) return false;
  if (schema.writeOnly || schema.format === "password") return true;
  const { $ref, ...own } = schema;
  const parts = [...($ref ? [at(root, $ref)] : []), ...Object.values(own)];
  return parts.some((part) => hasSecret(part, root, depth + 1));
}
