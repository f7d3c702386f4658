// What is said about documents, and the marks in their texts. Pure.

import assert from "node:assert/strict";
import test from "node:test";
import * as words from "../../../webui/static/documents/words.js";

const counts = (completed, failed = 0, queued = 0) => ({
  total: completed + failed + queued,
  completed,
  failed,
  queued,
});
const source = (values) => ({ kind: "pdf", size: 1_600_000, status: "completed", pages: counts(3), ...values });

test("facts begin with how far it is", () => {
  assert.equal(words.factsOf(source({})), "3 pages · 1.6 MB");
  assert.equal(words.factsOf(source({ pages: counts(1), kind: "epub" })), "1 chapter · 1.6 MB");
  assert.equal(
    words.factsOf(source({ status: "running", pages: counts(1, 1, 7) })),
    "2 of 9 pages · 1 failed · 1.6 MB",
  );
  assert.equal(words.factsOf(source({ pages: counts(0) })), "1.6 MB");
});

test("a document that is read in part says so", () => {
  assert.equal(words.lookOfSource(source({ pages: counts(2, 1) })).word, "read in part");
  assert.equal(words.lookOfSource(source({ status: "cancelled" })).word, "not read");
});

test("pages have names", () => {
  assert.equal(words.nameOf({ number: 4, label: "" }, "pdf"), "Page 4");
  assert.equal(words.nameOf({ number: 4, label: "iv" }, "pdf"), "Page 4 (iv)");
  assert.equal(words.nameOf({ number: 4, label: "Loomings" }, "epub"), "Loomings");
  assert.equal(words.nameOf({ number: 1, label: "" }, "txt"), "Part 1");
});

const found = (text, q) =>
  words
    .marked(text, q)
    .filter(({ is_match }) => is_match)
    .map(({ text: piece }) => piece);

test("marks fall on what the index finds", () => {
  assert.deepEqual(found("A Whale, whales and narwhale", "whale"), ["Whale", "whales"]);
  assert.deepEqual(found("Das Café und die Cafés", "cafe"), ["Café", "Cafés"]);
  assert.deepEqual(found("the white whale", '"white whale" -ship'), ["white whale"]);
  assert.deepEqual(found("a (b) [c] c.d", "( [ * c.d"), ["c.d"]);
  assert.deepEqual(found("anything", ""), []);
});

test("marked pieces put together are the text", () => {
  const text = "𝔘nder the İstanbul sky: a whale\n<b>whale</b>";
  assert.equal(
    words
      .marked(text, "whale")
      .map(({ text: piece }) => piece)
      .join(""),
    text,
  );
});

test("the name of a saved page is one of a file", () => {
  assert.equal(words.fileName("a/My: book?.pdf", 7), "a My book-7.txt");
  assert.equal(words.fileName("???.pdf", 1), "document-1.txt");
});

test("documents are told by their ending", () => {
  assert.ok(words.isDocument("A.PDF"));
  assert.ok(!words.isDocument("a.exe"));
});
