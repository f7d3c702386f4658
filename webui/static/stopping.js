// Ending the service from the page: the question, the answer, and that it has ended.

import { signal } from "@preact/signals";
import { send } from "./api.js";

/**
 * Where the end is: nobody asked, it is asked for, the service has begun to end, it is gone.
 * @typedef {"no"|"asking"|"stopping"|"stopped"} Stopping
 */

/** @type {import("@preact/signals").Signal<Stopping>} */
export const stopping = signal(/** @type {Stopping} */ ("no"));
/** Why it could not be asked to end, in words. */
export const refusal = signal("");

/** Ask the person whether the service should end. */
export function askStop() {
  refusal.value = "";
  if (stopping.value === "no") stopping.value = "asking";
}

/** The person thought better of it. */
export function keepRunning() {
  if (stopping.value === "asking") stopping.value = "no";
}

/** End it: what runs is brought to its next checkpoint first. */
export async function stop() {
  refusal.value = "";
  try {
    await send("POST", "/service/stop");
    stopping.value = "stopping";
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
  }
}

/**
 * What the stream tells decides: without it a service that was stopping has stopped, and one that
 * answers again, if only to say that it does not know us, was started again.
 * @param {string} link
 */
export function noteLink(link) {
  if (link !== "lost" && stopping.value === "stopped") stopping.value = "no";
  if (link !== "live" && stopping.value === "stopping") stopping.value = "stopped";
}
