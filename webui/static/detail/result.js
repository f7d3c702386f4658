// The result of the task that is shown: read while it is looked at, up to a size that a page can
// show well; more than that is for saving.

import { effect, signal } from "@preact/signals";
import { API, ask } from "../api.js";
import { task } from "../store.js";
import { shownTab } from "../tabs.js";
import { latest, quietly } from "./reading.js";

/** Bytes of a result that are read to be shown. */
const MOST = 8 * 1024 * 1024;

/**
 * @typedef {object} Result
 * @property {string} key  of the task and its run
 * @property {string} mediaType
 * @property {Uint8Array<ArrayBuffer>} content  its beginning, or all of it
 * @property {boolean} isCut
 * @property {number|null} size  in bytes, where it is known
 */

/** @type {import("@preact/signals").Signal<Result|null>} */
export const result = signal(null);
/** Whether it has the room of the page instead of that of the details. */
export const isLarge = signal(false);
const reading = latest();

/** @param {import("../types.js").Task} task */
export const resultKey = ({ id, run, finished_at }) => `${id} ${run} ${finished_at}`;

/** Where it is saved from. @param {number} id */
export const resultAddress = (id) => `${API}/tasks/${id}/result`;

/** Read what is looked at, from now on. */
export function followResult() {
  effect(() => {
    const of = task.value;
    const isThere = of !== null && of.result_url !== null && of.status === "completed";
    if (!isThere) {
      reading.begin();
      result.value = null;
      isLarge.value = false;
      return;
    }
    if (result.peek()?.key === resultKey(of) || shownTab.value !== "result") return;
    const signal = reading.begin();
    result.value = null;
    quietly(of.id, signal, () => readResult(of.id, resultKey(of), signal));
  });
}

/** @param {number} id @param {string} key @param {AbortSignal} signal */
async function readResult(id, key, signal) {
  const answer = await ask(`/tasks/${id}/result`, { signal });
  const reader = answer.body?.getReader();
  const pieces = [];
  let length = 0;
  while (reader && length <= MOST) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  if (length > MOST) await reader?.cancel();
  const content = new Uint8Array(await new Blob(pieces).slice(0, MOST).arrayBuffer());
  if (signal.aborted) return;
  const size = Number(answer.headers.get("Content-Length")) || (length > MOST ? null : length);
  const mediaType = answer.headers.get("Content-Type") ?? "";
  result.value = { key, mediaType, content, isCut: length > MOST, size };
}
