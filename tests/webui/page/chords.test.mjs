import assert from "node:assert/strict";
import { test } from "node:test";
import { ariaOf, chordOf, keyOf, lookingOnly } from "../../../webui/static/chords.js";

const press = (key, ...modifiers) => ({
  key,
  ctrlKey: modifiers.includes("ctrl"),
  metaKey: modifiers.includes("meta"),
  altKey: modifiers.includes("alt"),
  shiftKey: modifiers.includes("shift"),
});

test("a letter is itself with and without caps lock, and another chord with Shift", () => {
  assert.equal(chordOf(press("x")), "x");
  assert.equal(chordOf(press("X")), "x");
  assert.equal(chordOf(press("X", "shift")), "Shift+x");
});

test("a character that needs Shift on some keyboards is that character", () => {
  assert.equal(chordOf(press("?", "shift")), "?");
  assert.equal(chordOf(press("+", "shift", "ctrl")), "Ctrl++");
  assert.equal(chordOf(press("/")), "/");
});

test("named keys and the space bar keep their Shift, and ⌘ is Ctrl", () => {
  assert.equal(chordOf(press("ArrowUp", "shift")), "Shift+ArrowUp");
  assert.equal(chordOf(press("End", "alt")), "Alt+End");
  assert.equal(chordOf(press(" ", "shift")), "Shift+ ");
  assert.equal(chordOf(press("p", "meta", "shift")), "Ctrl+Shift+p");
});

test("a chord means the first command that is possible now", () => {
  const key = (does, when) => ({ keys: ["a"], shown: "A", does, run: () => {}, when });
  const areas = (isPossible) => [
    { name: "one", keys: [key("first", () => isPossible)] },
    { name: "two", keys: [key("second")] },
  ];
  assert.equal(keyOf(areas(true), "a")?.does, "first");
  assert.equal(keyOf(areas(false), "a")?.does, "second");
  assert.equal(keyOf(areas(true), "b"), null);
});

test("shortcuts are told to screen readers in their own words", () => {
  assert.equal(ariaOf("Ctrl+k"), "Control+k");
  assert.equal(ariaOf(" "), "Space");
  assert.equal(ariaOf("Ctrl++"), "Control+Plus");
});

test("a page that may only look has no command that changes something", () => {
  const key = (does, isChange) => ({ keys: ["a"], shown: "A", does, run: () => {}, isChange });
  const areas = [
    { name: "one", isChange: true, keys: [key("start")] },
    { name: "two", keys: [key("stop", true), key("look")] },
  ];
  const left = lookingOnly(areas).map(({ name, keys }) => [name, keys.map(({ does }) => does)]);
  assert.deepEqual(left, [["two", ["look"]]]);
});
