// Saving the text of a page as a file. The text is here already, so nothing is asked for.

import { fileName } from "./words.js";

/** @import {PageText} from "./words.js" */

/** @param {PageText} page */
export function save({ text, title, number }) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName(title, number);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
