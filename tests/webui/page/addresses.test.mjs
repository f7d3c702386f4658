import assert from "node:assert/strict";
import { test } from "node:test";
import { changed, pathOf, placeAt } from "../../../webui/static/addresses.js";

test("the wall has one address, with or without a slash; all others are the desk's", () => {
  const paths = ["/", "/tasks", "/background-tasks", "/background-tasks/", "/x", "/projectsx"];
  const found = paths.map((path) => placeAt(path).page);
  assert.deepEqual(found, ["desk", "desk", "wall", "wall", "desk", "desk"]);
});

test("what stands below a page's own address is handed to it, decoded part by part", () => {
  assert.deepEqual(placeAt("/projects/"), { page: "projects", rest: [] });
  const there = { page: "projects", rest: ["Summer 2024", "a/b", "50%"] };
  assert.deepEqual(placeAt(pathOf("projects", "Summer 2024", "a/b", "50%")), there);
  assert.deepEqual(placeAt("/projects/Summer%202024//a%2Fb/50%"), there);
  assert.deepEqual(placeAt("/recordings/7"), { page: "recordings", rest: ["7"] });
  assert.equal(pathOf("documents", 7), "/documents/7");
});

test("values of an address are set and taken out, the others stay", () => {
  const query = new URLSearchParams("q=a b&status=failed");
  assert.equal(changed(query, { q: "c&d", status: null }).toString(), "q=c%26d");
  assert.equal(changed(query, { q: "" }).toString(), "status=failed");
  assert.equal(query.toString(), "q=a+b&status=failed");
});
