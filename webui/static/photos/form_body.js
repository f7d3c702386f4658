// The body of an upload, so that it can be sent again from any byte: parts of files, never read
// here. Pure.

/** @typedef {{name: string, size: number}} Named  a File */

const encoder = new TextEncoder();
/** Bytes of a text as they are sent. @param {string} text */
const bytes = (text) => encoder.encode(text).length;

/** A name as forms write it (HTML, 4.10.21.8). @param {string} name */
const escaped = (name) =>
  name.replace(/\r\n|\r|\n/g, "%0D%0A").replace(/"/g, "%22");

/**
 * A form with these files and texts.
 * @template {Named} F
 * @param {F[]} files @param {Object<string, string>} fields @param {string} boundary
 * @returns {{pieces: (string|F)[], ends: number[], size: number}} `ends`: the byte of the body with
 *   which each file is whole
 */
export function formOf(files, fields, boundary) {
  /** @type {(string|F)[]} */ const pieces = [];
  /** @type {number[]} */ const ends = [];
  let size = 0;
  const add = (/** @type {string|F} */ piece) => {
    pieces.push(piece);
    size += typeof piece === "string" ? bytes(piece) : piece.size;
  };
  for (const [name, value] of Object.entries(fields))
    add(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  for (const file of files) {
    add(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`);
    add(file);
    ends.push(size);
    add("\r\n");
  }
  add(`--${boundary}--\r\n`);
  return { pieces, ends, size };
}

/**
 * How much of a file has gone, 0 to 1.
 * @param {number} sent  bytes of the body @param {number} end  of the file in it @param {number} size
 */
export function shareOf(sent, end, size) {
  if (sent >= end) return 1;
  return size ? Math.max(0, (sent - (end - size)) / size) : 0;
}

/**
 * How many of the waiting files go together: few at first, so that the first pictures come soon,
 * more later, so that thousands are not thousands of tasks.
 * @param {Named[]} waiting @param {number} batches  that went before
 */
export function together(waiting, batches) {
  const most = Math.min(MOST_FILES, FIRST_FILES * 4 ** batches);
  let size = 0;
  let count = 0;
  while (count < waiting.length && count < most) {
    size += waiting[count].size;
    if (count && size > MOST_BYTES) break;
    count++;
  }
  return count;
}
const FIRST_FILES = 6;
const MOST_FILES = 250;
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * What became of each file, as the answer tells it in their order.
 * @param {Named[]} files
 * @param {{taken: {name: string, given: string, already: boolean}[],
 *   refused: {name: string, reason: string}[]}} answer
 * @returns {{state: "done"|"already"|"renamed"|"refused", note: string, name: string}[]}
 */
export function fatesOf(files, { taken, refused }) {
  const [came, stayed] = [[...taken], [...refused]];
  return files.map((file) => {
    const isRefused = stayed.length && (!came.length || stayed[0].name === plainOf(file.name));
    const no = isRefused ? stayed.shift() : undefined;
    if (no) return { state: "refused", note: no.reason, name: file.name };
    const one = came.shift();
    if (!one) return { state: "refused", note: "The service did not take it", name: file.name };
    if (one.already) return { state: "already", note: "is there already", name: one.name };
    if (one.name !== one.given) return { state: "renamed", note: `now ${one.name}`, name: one.name };
    return { state: "done", note: "", name: one.name };
  });
}

/** @param {string} name */
const plainOf = (name) => name.replace(/\\/g, "/").split("/").at(-1);
