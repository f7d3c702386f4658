import assert from "node:assert/strict";
import { test } from "node:test";
import { fatesOf, formOf, shareOf, together } from "../../../webui/static/photos/form_body.js";

const file = (name, size = 10) => Object.assign(new Blob(["x".repeat(size)]), { name });

test("a form is one text that any server reads, and its parts end where it says", async () => {
  const files = [file("a.jpg", 3), file("Zürich 写真.jpg", 5)];
  const { pieces, ends, size } = formOf(files, { session_id: "s" }, "edge");
  const blob = new Blob(pieces);
  assert.equal(blob.size, size);
  const text = await blob.text();
  assert.ok(text.startsWith('--edge\r\nContent-Disposition: form-data; name="session_id"\r\n\r\ns\r\n'));
  assert.ok(text.endsWith("\r\n--edge--\r\n"));
  const bytes = Buffer.from(text);
  assert.equal(bytes.subarray(ends[0] - 3, ends[0]).toString(), "xxx");
  assert.equal(bytes.subarray(ends[1] - 5, ends[1] + 2).toString(), "xxxxx\r\n");
});

test("a name cannot break out of its header", () => {
  const { pieces } = formOf([file('a"\r\nX: y\n.jpg')], {}, "edge");
  assert.match(String(pieces[0]), /filename="a%22%0D%0AX: y%0D%0A.jpg"\r\nContent-Type/);
});

test("the same form sent twice is the same to the byte, so that it can be gone on with", async () => {
  const files = [file("a.jpg", 3)];
  const text = async () => new Blob(formOf(files, {}, "edge").pieces).text();
  assert.equal(await text(), await text());
});

test("how much of a file has gone follows from the bytes of the body", () => {
  assert.equal(shareOf(50, 100, 20), 0);
  assert.equal(shareOf(90, 100, 20), 0.5);
  assert.equal(shareOf(100, 100, 20), 1);
  assert.equal(shareOf(100, 100, 0), 1);
  assert.equal(shareOf(99, 100, 0), 0);
});

test("few files go first, then more together, and never too many bytes", () => {
  const many = Array.from({ length: 5000 }, (_, i) => file(`${i}`, 0));
  const counts = [0, 1, 2, 3, 9].map((batches) => together(many, batches));
  assert.deepEqual(counts, [6, 24, 96, 250, 250]);
  const large = [{ name: "a", size: 600 << 20 }, { name: "b", size: 1 }];
  assert.equal(together(large, 0), 1); // one goes, however large
  assert.equal(together([], 0), 0);
});

test("each file learns what became of it", () => {
  const files = [file("a.jpg"), file("b.txt"), file("c.jpg"), file("d.jpg")];
  const fates = fatesOf(files, {
    taken: [
      { name: "a.jpg", given: "a.jpg", already: false },
      { name: "c.jpg", given: "c.jpg", already: true },
      { name: "d (2).jpg", given: "d.jpg", already: false },
    ],
    refused: [{ name: "b.txt", reason: "no photo" }],
  });
  assert.deepEqual(
    fates.map(({ state, note, name }) => [state, note, name]),
    [
      ["done", "", "a.jpg"],
      ["refused", "no photo", "b.txt"],
      ["already", "is there already", "c.jpg"],
      ["renamed", "now d (2).jpg", "d (2).jpg"],
    ],
  );
});

test("of two files with one name, refused both, each is refused", () => {
  const refused = [{ name: "x.txt", reason: "no" }, { name: "x.txt", reason: "no" }];
  const fates = fatesOf([file("x.txt"), file("x.txt")], { taken: [], refused });
  assert.deepEqual(fates.map(({ state }) => state), ["refused", "refused"]);
});
