// The second word that what cannot be taken back needs: one question at a time, over the page.
// Drawn by views/question.js.

import { signal } from "@preact/signals";

/**
 * @typedef {object} Question
 * @property {string} title  "Cancel this task?"
 * @property {string} text  what happens then
 * @property {string} yes  what the button says
 * @property {string} [no]
 * @property {() => unknown} run
 * @property {() => boolean} [stands]  whether it is still to be asked; it closes when not
 * @property {string} [moot]  what is told then
 */

/** @type {import("@preact/signals").Signal<Question|null>} */
export const question = signal(null);

/** @param {Question} asked */
export const askPerson = (asked) => (question.value = asked);

/** The person thought better of it; whether anything was asked. */
export function dropQuestion() {
  const was = question.value !== null;
  question.value = null;
  return was;
}

/** The person said yes. */
export function answerYes() {
  const asked = question.value;
  question.value = null;
  return asked?.run();
}
