// Asking the service for a change: one at a time where order matters, busy meanwhile, and what was
// refused said in words. Used by everything that a person does to tasks and to the queue.

import { Refused, read } from "./api.js";
import { applyTask, busy, forget, notice } from "./store.js";

/**
 * Ask for something, and say so meanwhile. Whatever is refused is told in the page.
 * @template T
 * @param {string} what  the verb
 * @param {() => Promise<T>} request
 * @param {number} [about]  the task it is about: when it is refused, its record is read again
 * @returns {Promise<T|null>} null when it was refused
 */
export async function asking(what, request, about) {
  busy.value = what;
  notice.value = "";
  try {
    return await request();
  } catch (error) {
    notice.value = reasonOf(error);
    if (about !== undefined && error instanceof Refused && error.status) await reread(about);
    return null;
  } finally {
    busy.value = "";
  }
}

/** Why something could not be done, and what can. @param {unknown} error */
export function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  const allowed = error instanceof Refused ? (error.problem.allowed ?? []) : [];
  return allowed.length ? `${error.message}. Possible now: ${allowed.join(", ")}.` : error.message;
}

/** The task as it is by now. @param {number} id */
export async function reread(id) {
  try {
    applyTask(await read(`/tasks/${id}`));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) forget([id]);
  }
}

let turn = /** @type {Promise<unknown>} */ (Promise.resolve());

/**
 * Do things one after another: each sees what the one before has brought.
 * @template T
 * @param {() => Promise<T>} step
 * @returns {Promise<T>}
 */
export function inTurn(step) {
  const next = turn.then(step, step);
  turn = next.catch(() => undefined);
  return next;
}
