import assert from "node:assert/strict";
import { test } from "node:test";
import { heirOf } from "../../../webui/static/leaving.js";

const ORDER = [9, 7, 5, 3, 1];
const heir = (/** @type {number|null} */ chosen, /** @type {number[]} */ going) => heirOf(ORDER, chosen, new Set(going));

test("the next row that stays is at hand, or the one before", () => {
  assert.equal(heir(5, [5]), 3);
  assert.equal(heir(5, [5, 3, 7]), 1);
  assert.equal(heir(5, [5, 3, 1]), 7);
  assert.equal(heir(5, ORDER), null);
});

test("a row that stays, one that is not shown, and none are left as they are", () => {
  assert.equal(heir(5, [9, 3]), 5);
  assert.equal(heir(4, [4]), 4);
  assert.equal(heir(null, [9]), null);
});
