import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hintOf, missing } from "../../../webui/static/form/check.js";
import { placed } from "../../../webui/static/form/errors.js";
import { fieldsOf } from "../../../webui/static/form/schema.js";
import { stepped } from "../../../webui/static/form/stepping.js";
import { paramsOf, strangers, typedOf } from "../../../webui/static/form/values.js";
import { labelOf, spanOf } from "../../../webui/static/form/words.js";

const SCHEMA = JSON.parse(readFileSync(new URL("everything.json", import.meta.url), "utf8"));
const FIELDS = fieldsOf(SCHEMA);
const field = (name, fields = FIELDS) => fields.find((one) => one.name === name);
const only = (schema, isRequired = false) =>
  fieldsOf({ type: "object", properties: { it: schema }, required: isRequired ? ["it"] : [] });

/** What is sent when this stands in the form of a schema's one field. */
function sent(schema, entry, isRequired) {
  const fields = only(schema, isRequired);
  return paramsOf(fields, { ...typedOf(fields, {}), "/it": entry }).params;
}

const FILLED = {
  name: "Orders",
  count: 7,
  rate: 2.5,
  price: "12.30",
  notes: "two\nlines",
  dry: true,
  maybe: false,
  mode: "all",
  speed: "fast",
  level: 2,
  tables: ["orders", "refunds"],
  tags: ["a", " b with spaces "],
  sizes: [1, -2],
  folder: "/data/photos",
  file: "/data/plan.md",
  day: "2024-02-29",
  moment: "2024-07-31T09:30:15Z",
  at: "23:59",
  anything: { deep: [1, null] },
  mapping: { a: 1 },
  either: "text",
  token: "s3cret",
  source: { address: "shop.test", token: "t" },
  other: { address: "else.test", token: "u" },
  many: [{ address: "one.test", token: "x" }],
};

test("every kind of parameter has its field", () => {
  const kinds = Object.fromEntries(FIELDS.map(({ name, kind }) => [name, kind]));
  assert.deepEqual(kinds, {
    name: "text",
    count: "number",
    rate: "number",
    price: "number",
    notes: "long",
    dry: "switch",
    maybe: "choice",
    mode: "choice",
    speed: "choice",
    level: "choice",
    tables: "choices",
    tags: "lines",
    sizes: "lines",
    folder: "path",
    file: "path",
    day: "date",
    moment: "moment",
    at: "time",
    anything: "json",
    mapping: "json",
    either: "json",
    token: "secret",
    source: "section",
    other: "section",
    many: "json",
  });
  assert.deepEqual(
    field("source").fields.map(({ pointer, kind }) => [pointer, kind]),
    [
      ["/source/address", "text"],
      ["/source/token", "secret"],
    ],
  );
});

test("what is filled in comes out as it went in, of every kind", () => {
  const { params, unreadable } = paramsOf(FIELDS, typedOf(FIELDS, FILLED));
  assert.deepEqual(params, FILLED);
  assert.equal(unreadable.size, 0);
});

test("an untouched form sends the defaults, and leaves out what has none", () => {
  const { params } = paramsOf(FIELDS, typedOf(FIELDS, {}));
  assert.deepEqual(params, {
    count: 3,
    rate: null,
    price: "1.50",
    notes: "",
    dry: false,
    maybe: null,
    mode: "missing",
    speed: "slow",
    level: null,
    tables: ["orders"],
    tags: [],
    sizes: [],
    folder: null,
    file: null,
    moment: null,
    at: null,
    mapping: {},
    either: 3,
    source: {},
    other: null,
    many: [],
  });
});

test("what does not fit its control stands there as JSON and comes out the same", () => {
  const odd = {
    ...FILLED,
    name: "two\nlines",
    count: "seven",
    dry: "perhaps",
    mode: "unheard of",
    tables: ["orders", "orders"],
    tags: ["a", ""],
    sizes: [1, "two"],
    folder: 7,
    day: "tomorrow",
    moment: "2024-07-31T09:30:15.123Z",
    at: "23:59:59.5",
    token: 12,
    source: { address: "shop.test", colour: "red" },
    other: "none",
  };
  const typed = typedOf(FIELDS, odd);
  assert.deepEqual(typed["/count"], { json: '"seven"' });
  assert.deepEqual(paramsOf(FIELDS, typed).params, odd);
});

test("names that no field takes are told", () => {
  assert.deepEqual(strangers(FIELDS, { name: "x", nmae: 1 }), ["nmae"]);
});

test("empty means null where it may be, the default where there is one, else nothing", () => {
  const integer = { type: "integer" };
  assert.deepEqual(sent({ anyOf: [integer, { type: "null" }], default: 5 }, ""), { it: null });
  assert.deepEqual(sent({ ...integer, default: 5 }, " "), {});
  assert.deepEqual(sent(integer, "", true), {});
  assert.deepEqual(sent({ type: "string", default: "abc" }, ""), { it: "" });
  assert.deepEqual(sent({ type: "string", minLength: 1, default: "abc" }, ""), {});
  assert.deepEqual(sent({ type: "string" }, "", true), {});
  assert.deepEqual(sent({ type: "array", items: { type: "string" } }, ""), {});
  assert.deepEqual(sent({ type: "array", items: { type: "string" }, default: [] }, ""), { it: [] });
  assert.deepEqual(sent({ type: "array", items: { enum: [1, 2] } }, [], true), { it: [] });
});

test("numbers are sent as they are meant; what is none goes as text to be judged", () => {
  const integer = { type: "integer" };
  assert.deepEqual(sent(integer, " 12 "), { it: 12 });
  assert.deepEqual(sent({ type: "number" }, "1e3"), { it: 1000 });
  assert.deepEqual(sent(integer, "9007199254740993"), { it: "9007199254740993" });
  assert.deepEqual(sent(integer, "a dozen"), { it: "a dozen" });
  assert.deepEqual(sent({ anyOf: [{ type: "number" }, { type: "string" }] }, "0.10"), {
    it: "0.10",
  });
});

test("values that may be chosen keep their type", () => {
  assert.deepEqual(sent({ enum: [1, "1", null] }, '"1"'), { it: "1" });
  assert.deepEqual(sent({ enum: [1, "1", null] }, "1"), { it: 1 });
  assert.deepEqual(sent({ enum: [1, "1", null] }, ""), { it: null });
  assert.deepEqual(sent({ const: "only" }, '"only"'), { it: "only" });
  const [named] = only({ enum: ["a", "b"], labels: { a: "The first" } });
  assert.deepEqual(
    named.options.map(({ label }) => label),
    ["The first", "b"],
  );
});

test("a yes or no without a default can stay unsaid", () => {
  assert.equal(only({ type: "boolean" })[0].kind, "choice");
  assert.deepEqual(sent({ type: "boolean" }, ""), {});
  assert.equal(only({ type: "boolean" }, true)[0].kind, "switch");
});

test("JSON that cannot be read is not sent, and its field is told", () => {
  const typed = { ...typedOf(FIELDS, FILLED), "/mapping": "{", "/source/address": "shop.test" };
  const { params, unreadable } = paramsOf(FIELDS, typed);
  assert.ok(!("mapping" in params));
  assert.deepEqual([...unreadable.keys()], ["/mapping"]);
});

test("a moment whose default has no zone is sent without one", () => {
  const local = { type: "string", format: "date-time", default: "2021-03-04T05:06:07" };
  assert.deepEqual(sent(local, "2021-03-04T05:06:07"), { it: "2021-03-04T05:06:07" });
  assert.deepEqual(sent(local, "2021-03-04T05:06"), { it: "2021-03-04T05:06:00" });
  const zoned = sent({ type: "string", format: "date-time" }, "2021-03-04T05:06").it;
  assert.equal(Date.parse(zoned), new Date("2021-03-04T05:06").getTime());
  assert.match(zoned, /Z$/);
});

test("secrets are never filled in from what is shown of them", () => {
  const typed = typedOf(FIELDS, { ...FILLED, token: "***" });
  assert.equal(typed["/token"], "");
  assert.equal(field("token").fallback, undefined);
  assert.equal(field("token").isKept, false);
  assert.equal(field("many").isKept, false, "JSON that may hold a secret");
  assert.equal(field("mapping").isKept, true);
  const [database] = only({ type: "string", format: "database" });
  assert.match(hintOf(database, "postgresql://me:***@host/db"), /password is hidden/);
});

test("unknown, recursive and forked schemas become JSON, so nothing is out of reach", () => {
  const tree = { type: "object", properties: { next: { $ref: "#/$defs/Tree" } } };
  const fields = fieldsOf({ $defs: { Tree: tree }, ...tree });
  let deepest = fields[0];
  for (let i = 0; i < 9 && deepest.fields.length; i++) [deepest] = deepest.fields;
  assert.equal(deepest.kind, "json");
  for (const schema of [
    {},
    { type: "array", prefixItems: [{ type: "integer" }] },
    { oneOf: [{ type: "integer" }, { type: "boolean" }] },
    { type: ["integer", "boolean"] },
    { type: "object", properties: { a: {} }, additionalProperties: true },
    { $ref: "#/nowhere" },
    { not: {} },
  ]) {
    const [made] = only(schema);
    assert.equal(made.kind, "json", JSON.stringify(schema));
    assert.deepEqual(sent(schema, '{"any": [1]}'), { it: { any: [1] } });
  }
});

test("a section's default fills in its fields", () => {
  const fields = fieldsOf({
    $defs: { S: { type: "object", properties: { a: { type: "integer" } }, required: ["a"] } },
    type: "object",
    properties: { s: { $ref: "#/$defs/S", default: { a: 4 } } },
  });
  assert.deepEqual(paramsOf(fields, typedOf(fields, {})).params, { s: { a: 4 } });
  assert.deepEqual(missing(fields, typedOf(fields, {})), []);
});

test("labels are the author's, or the name in words", () => {
  assert.equal(labelOf("html_column", "Html Column"), "HTML column");
  assert.equal(labelOf("id_column", "Key of the table"), "Key of the table");
  assert.equal(labelOf("dry_run"), "Dry run");
  assert.equal(field("speed").label, "Speed");
  assert.equal(spanOf({ minimum: 1, maximum: 5000 }), "1 to 5,000");
  assert.equal(spanOf({ exclusiveMinimum: 0 }), "more than 0");
  assert.equal(spanOf({}), "");
});

test("hints say what cannot be meant so", () => {
  const said = (name, entry) => hintOf(field(name), entry);
  assert.equal(said("count", "24"), "1 to 16");
  assert.equal(said("count", "1.5"), "A whole number, please");
  assert.equal(said("count", "x"), "This is not a number");
  assert.equal(said("count", "16"), "");
  assert.equal(said("count", ""), "");
  assert.equal(said("rate", "0"), "More than 0");
  assert.equal(said("name", "x".repeat(41)), "At most 40 characters; these are 41");
  assert.equal(said("tags", "a\nb\n\nc\nd"), "At most 3 lines");
  assert.equal(said("sizes", "1\ntwo"), "Line 2: This is not a number");
  assert.match(said("mapping", "{"), /not JSON yet/);
  assert.equal(said("mapping", "{}"), "");
  assert.equal(hintOf(only({ type: "string", pattern: "^a+$" })[0], "b"), "Write it like ^a+$");
  assert.equal(hintOf(only({ type: "string", pattern: "(?P<x>" })[0], "b"), "");
});

test("what is needed and empty is missing, inside a section that is left out it is not", () => {
  const typed = typedOf(FIELDS, {});
  const names = () => missing(FIELDS, typed).map(({ pointer }) => pointer);
  assert.deepEqual(names(), ["/name", "/day", "/token", "/source/address"]);
  typed["/other"] = true;
  assert.ok(names().includes("/other/address"));
});

test("complaints find their fields; what is about none of them stands at the top", () => {
  const { at, rest } = placed(
    [
      { pointer: "/params/count", message: "Too many" },
      { pointer: "/params/tags/2", message: "Too odd" },
      { pointer: "/params/source/address", message: "Field required" },
      { pointer: "/params/many/0/token", message: "No" },
      { pointer: "/params/many/1", message: "Neither" },
      { pointer: "/priority", message: "Too high" },
      { pointer: "/after/0", message: "No such task" },
      { pointer: "/params", message: "They contradict each other" },
      { pointer: "/params/unheard", message: "There is none" },
      { pointer: "", message: "All of it" },
    ],
    FIELDS,
  );
  assert.deepEqual(Object.fromEntries(at), {
    "/count": "Too many",
    "/tags": "Too odd",
    "/source/address": "This has to be filled in",
    "/many": "No; Neither",
    priority: "Too high",
    after: "No such task",
  });
  assert.deepEqual(rest, ["They contradict each other", "There is none", "All of it"]);
});

test("a step up and down stays within the limits", () => {
  const limits = { minimum: 1, maximum: 16 };
  assert.equal(stepped("3", 1, limits), "4");
  assert.equal(stepped("16", 1, limits), "16");
  assert.equal(stepped("", 1, limits), "1");
  assert.equal(stepped("0.1", 1, {}), "1.1");
  assert.equal(stepped("x", 1, {}), null);
});
