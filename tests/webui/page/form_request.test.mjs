import assert from "node:assert/strict";
import { test } from "node:test";
import { draftOf, dropDraft, keepDraft } from "../../../webui/static/form/draft.js";
import { idOf } from "../../../webui/static/form/ids.js";
import { fitting } from "../../../webui/static/form/matching_types.js";
import { localOf, localText, momentOf } from "../../../webui/static/form/moments.js";
import { isAskable, taken } from "../../../webui/static/form/paths.js";
import { NOTHING_SAID, requestOf } from "../../../webui/static/form/request.js";
import { tableOf } from "../../../webui/static/form/sample.js";
import { fieldsOf } from "../../../webui/static/form/schema.js";
import { EVERY_NIGHT, cronOf, wordsOf } from "../../../webui/static/form/when.js";

const asked = (way, said = {}) =>
  requestOf({
    type: "count",
    params: { to: 3 },
    about: { ...NOTHING_SAID, ...said },
    way,
    session: "me",
    made: "Count to 3",
  });

/** A storage like the browser's. */
function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => kept.set(name, text),
    removeItem: (name) => kept.delete(name),
  };
}

test("a task that begins now says no more than it must", () => {
  assert.deepEqual(asked("now"), {
    path: "/tasks",
    body: { type: "count", params: { to: 3 }, source: "page", session_id: "me" },
  });
});

test("title, priority and what it waits for go along", () => {
  const { body } = asked("held", { title: "Mine", priority: "-5", after: "#12, 14 x" });
  assert.equal(body.title, "Mine");
  assert.equal(body.priority, -5);
  assert.deepEqual(body.after, [12, 14, "x"]);
  assert.equal(body.hold, true);
  assert.equal(asked("now", { priority: "high" }).body.priority, "high");
});

test("once at a time is a moment of the API", () => {
  const { body } = asked("once", { at: "2030-01-02T03:04" });
  assert.equal(Date.parse(body.not_before), new Date("2030-01-02T03:04").getTime());
  assert.equal(asked("once").body.not_before, "");
});

test("again and again is a schedule, named like its task", () => {
  assert.deepEqual(asked("repeat"), {
    path: "/schedules",
    body: { name: "Count to 3", cron: "0 3 * * *", type: "count", params: { to: 3 } },
  });
  assert.equal(asked("repeat", { title: "Nightly" }).body.name, "Nightly");
});

test("plain choices become expressions, and words again", () => {
  const made = (every, values = {}) => cronOf({ ...EVERY_NIGHT, every, ...values });
  const told = {
    "0 * * * *": made("hour"),
    "30 2 * * *": made("day", { time: "02:30" }),
    "5 7 * * 1-5": made("weekdays", { time: "07:05" }),
    "0 3 * * 0": made("week", { weekday: "0" }),
    "0 3 15 * *": made("month", { day: "15" }),
    "*/7 * * * *": made("custom", { cron: " */7 * * * * " }),
  };
  for (const [expected, cron] of Object.entries(told)) assert.equal(cron, expected);
  assert.equal(wordsOf("0 * * * *"), "Every hour, at minute 0");
  assert.equal(wordsOf("30 2 * * *"), "Every day at 02:30");
  assert.equal(wordsOf("5 7 * * 1-5"), "Monday to Friday at 07:05");
  assert.equal(wordsOf("0 3 * * 0"), "Every Sunday at 03:00");
  assert.equal(wordsOf("0 3 15 * *"), "Every month on day 15, at 03:00");
  assert.equal(wordsOf("@daily"), "Every day at 00:00");
  for (const odd of ["*/7 * * * *", "0 3 15 * 1", "0 3 1 1 *", "soon"])
    assert.equal(wordsOf(odd), odd);
  assert.equal(made("day", { time: "" }), "* * *", "nothing is invented for an empty time");
});

test("moments go from the control to the API and back", () => {
  for (const text of ["2024-01-31T23:59:00Z", "2024-07-01T00:00:30Z"]) {
    assert.equal(momentOf(localOf(text)), text);
  }
  assert.equal(localOf("2024-07-01T00:00:00.5Z"), undefined);
  assert.equal(localOf("soon"), undefined);
  assert.equal(momentOf("soon"), "soon");
  assert.equal(localText(new Date(2024, 0, 2, 3, 4)), "2024-01-02T03:04");
});

test("a draft comes back without its secrets, for each type", () => {
  const fields = fieldsOf({
    type: "object",
    properties: { name: { type: "string" }, token: { type: "string", writeOnly: true } },
  });
  const place = storage();
  const draft = { typed: { "/name": "x", "/token": "s3cret" }, about: NOTHING_SAID, key: "k" };
  keepDraft("count", draft, fields, place);
  assert.ok(![...place.kept.values()].join().includes("s3cret"));
  assert.deepEqual(draftOf("count", place), { ...draft, typed: { "/name": "x" } });
  assert.equal(draftOf("other", place), null);
  dropDraft("count", place);
  assert.equal(draftOf("count", place), null);
});

test("a storage that refuses or holds nonsense is no draft", () => {
  const broken = {
    getItem: () => "{",
    setItem: () => {
      throw new Error("full");
    },
  };
  keepDraft("count", { typed: {}, about: NOTHING_SAID, key: "k" }, [], broken);
  assert.equal(draftOf("count", broken), null);
});

test("paths are asked about below the roots and on the way there", () => {
  const roots = ["/home/me", "/home/me/.local/longhaul"];
  const asks = ["", "/", "/ho", "/home/me", "/home/me/", "/home/me/Pho", "/home/me/.loc", "~/x"];
  for (const text of asks) assert.ok(isAskable(text, roots), text);
  assert.ok(isAskable("/home/me/.local/longhaul/a", roots), "hidden, yet a root of its own");
  for (const text of ["/etc/", "/home/meg", "/home/me/.ssh/", "/home/me/a/.git/x", "photos"]) {
    assert.ok(!isAskable(text, roots), text);
  }
  assert.equal(taken({ path: "/a/b", name: "b", is_folder: true }), "/a/b/");
  assert.equal(taken({ path: "/a/b", name: "b", is_folder: false }), "/a/b");
});

test("types are found by the words of title, name and description", () => {
  const type = (title, fields = {}) => ({
    title,
    name: title.toLowerCase(),
    description: "",
    user_relevant: true,
    ...fields,
  });
  const types = [
    type("Sweep", { user_relevant: false }),
    type("Dates", { description: "Count days" }),
    type("Count"),
  ];
  const titles = (words) => fitting(types, words).map(({ title }) => title);
  assert.deepEqual(titles(""), ["Dates", "Count", "Sweep"]);
  assert.deepEqual(titles("cou"), ["Count", "Dates"]);
  assert.deepEqual(titles("days count"), ["Dates"]);
  assert.deepEqual(titles("nothing"), []);
});

test("a sample is a table of what changes", () => {
  const { names, labels, rows } = tableOf([
    { id: 1, url: "a", before: null, after: "2021", note: "", is_guess: false },
    { id: 2, url: "b", before: null, after: null, note: "", is_guess: false },
  ]);
  assert.deepEqual(names, ["id", "before", "after", "url"]);
  assert.deepEqual(labels, ["ID", "Before", "After", "URL"]);
  assert.deepEqual(rows[1], ["2", "–", "–", "b"]);
});

test("different places have different ids", () => {
  const ids = ["/a/b", "/a_b", "/a-b", "title", "/title"].map(idOf);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[\w-]+$/);
});
