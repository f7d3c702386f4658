// What is said about documents and their pages. Pure.

import { bytes } from "../detail/cells.js";
import { counted, whole } from "../format.js";

/**
 * @typedef {"queued"|"running"|"paused"|"completed"|"failed"|"cancelled"} Status
 * @typedef {{code: string, message: string, hint: string}} Trouble
 * @typedef {{text: string, is_match: boolean}} Piece
 * @typedef {{id: number, source_id: number, number: number, label: string,
 *   status: "queued"|"completed"|"failed", characters: number, problem: Trouble|null,
 *   snippet?: Piece[]|null}} PageEntry
 * @typedef {PageEntry & {text: string, title: string, kind: string, previous_id: number|null,
 *   next_id: number|null}} PageText
 * @typedef {{id: number, kind: string, title: string, path: string, is_copy: boolean, size: number,
 *   status: Status, pages: {total: number, completed: number, failed: number, queued: number},
 *   problem: Trouble|null, task_id: number|null, created_at: string, updated_at: string,
 *   matches?: number|null, hits?: PageEntry[]|null}} Source
 */

/** The endings of files that are documents. */
export const ENDINGS = [".pdf", ".docx", ".epub", ".html", ".htm", ".xhtml", ".txt", ".text", ".md"];

/** Whether a file's name is one of a document. @param {string} name */
export const isDocument = (name) => ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));

/** "144 pages · 1.6 MB"; what is still to do or failed comes first. @param {Source} source */
export function factsOf({ pages, size, status, kind }) {
  const { total, completed, failed } = pages;
  const facts = [];
  if (status === "running" && total) facts.push(`${whole(completed + failed)} of ${pagesOf(total, kind)}`);
  else if (total) facts.push(pagesOf(total, kind));
  if (failed) facts.push(`${whole(failed)} failed`);
  return [...facts, bytes(size)].join(" · ");
}

/** "3 pages", "3 chapters". @param {number} n @param {string} kind */
export const pagesOf = (n, kind) => counted(n, kind === "epub" ? "chapters" : PARTS.has(kind) ? "parts" : "pages");
const PARTS = new Set(["docx", "html", "txt"]);

/** How a page is called: by its own name, where it has one. @param {PageEntry} page @param {string} kind */
export function nameOf({ number, label }, kind) {
  if (label && kind === "epub") return label;
  const word = kind === "epub" ? "Chapter" : PARTS.has(kind) ? "Part" : "Page";
  return label ? `${word} ${number} (${label})` : `${word} ${number}`;
}

/** How the status of a page looks. @param {PageEntry} page */
export function lookOfPage({ status, characters }) {
  if (status === "completed") return { glyph: "completed", word: characters ? "read" : "no text", tone: "completed" };
  if (status === "failed") return { glyph: "failed", word: "failed", tone: "failed" };
  return { glyph: "queued", word: "waiting", tone: "queued" };
}

/** How the status of a document looks. @param {Source} source */
export function lookOfSource({ status, pages }) {
  if (status === "completed" && pages.failed) return { glyph: "failed", word: "read in part", tone: "paused" };
  const word = { completed: "read", running: "reading", queued: "waiting", cancelled: "not read" }[
    /** @type {string} */ (status)
  ];
  return { glyph: status, word: word ?? status, tone: status };
}

/** The words of a search: those that a page is marked with. @param {string} q @returns {string[]} */
export const wordsOf = (q) =>
  [...q.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)]
    .filter(([, minus]) => !minus)
    .map(([, , phrase, word]) => (phrase ?? word).replace(/\*$/, "").trim())
    .filter((word) => /[\p{L}\p{N}]/u.test(word));

/**
 * A text in pieces, those that the search found marked. Letters count as the index counts them:
 * without accents, large or small. @param {string} text @param {string} q @returns {Piece[]}
 */
export function marked(text, q) {
  const words = wordsOf(q).map((word) => folded(word).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!words.length) return [{ text, is_match: false }];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})[\\p{L}\\p{N}]*`, "gu");
  const plain = folded(text);
  if (plain.length !== text.length) return [{ text, is_match: false }];
  /** @type {Piece[]} */ const pieces = [];
  let at = 0;
  for (const { index, 0: found } of plain.matchAll(pattern)) {
    if (index > at) pieces.push({ text: text.slice(at, index), is_match: false });
    pieces.push({ text: text.slice(index, index + found.length), is_match: true });
    at = index + found.length;
  }
  return at < text.length ? [...pieces, { text: text.slice(at), is_match: false }] : pieces;
}

/** One letter for one letter, so that places stay. @param {string} text */
const folded = (text) =>
  [...text]
    .map((letter) => {
      const base = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      return base.length === letter.length ? base : letter;
    })
    .join("");

/** A name for the file that a page's text is saved as. @param {string} title @param {number} number */
export const fileName = (title, number) =>
  `${title.replace(/\.[^.]+$/, "").replace(/[^\p{L}\p{N}._-]+/gu, " ").trim() || "document"}-${number}.txt`;
