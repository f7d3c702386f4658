import assert from "node:assert/strict";
import { test } from "node:test";
import { lineAt, marked, placesOf, rowsOf } from "../../../webui/static/detail/lines.js";

const line = (id, message, level = "info") => ({ id, at: 0, level, stage: "", message });

test("a text takes as many rows as its width needs, and each of its lines at least one", () => {
  assert.equal(rowsOf("", 10), 1);
  assert.equal(rowsOf("0123456789", 10), 1);
  assert.equal(rowsOf("0123456789x", 10), 2);
  assert.equal(rowsOf("one\n\ntwo", 10), 3);
  assert.equal(rowsOf("one\n", 10), 1, "a break at the end begins no row");
});

test("letters of unknown width get room for two", () => {
  assert.equal(rowsOf("日本語の文字", 10), 2);
  assert.equal(rowsOf("ümläut ok", 10), 1);
});

test("the word of a loud level is part of its width", () => {
  const loud = line(1, "123456", "warning");
  assert.deepEqual([...placesOf([loud], 10)], [0, 2]);
  assert.deepEqual([...placesOf([line(2, "123456")], 10)], [0, 1]);
});

test("places are counted anew for another width", () => {
  const lines = [line(1, "a".repeat(30)), line(2, "b")];
  assert.deepEqual([...placesOf(lines, 10)], [0, 3, 4]);
  assert.deepEqual([...placesOf(lines, 15)], [0, 2, 3]);
});

test("the line at a row is found among a hundred thousand", () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => line(i, i % 3 ? "x" : "y".repeat(15)));
  const places = placesOf(lines, 10);
  for (const at of [0, 1, 2, 3, 77_777, 99_999]) {
    assert.equal(lineAt(places, places[at]), at);
    assert.equal(lineAt(places, places[at + 1] - 1), at);
  }
  assert.equal(lineAt(places, 10 ** 9), 99_999);
});

test("what is looked for is marked wherever it stands, without regard to case", () => {
  assert.deepEqual(
    marked("Retry a RETRY", "retry").map(({ text, isHit }) => (isHit ? `[${text}]` : text)),
    ["[Retry]", " a ", "[RETRY]"],
  );
  assert.deepEqual(marked("<b>", ""), [{ text: "<b>", isHit: false }]);
  assert.equal(
    marked("İİ x", "x")
      .map(({ text }) => text)
      .join(""),
    "İİ x",
  );
});
