import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, pageAt } from "../../../webui/static/addresses.js";

test("the wall has one address, with or without a slash; all others are the desk's", () => {
  const found = ["/", "/tasks", "/background-tasks", "/background-tasks/", "/x"].map(pageAt);
  assert.deepEqual(found, ["desk", "desk", "wall", "wall", "desk"]);
});

test("values of an address are set and taken out, the others stay", () => {
  const query = new URLSearchParams("q=a b&status=failed");
  assert.equal(changed(query, { q: "c&d", status: null }).toString(), "q=c%26d");
  assert.equal(changed(query, { q: "" }).toString(), "status=failed");
  assert.equal(query.toString(), "q=a+b&status=failed");
});
