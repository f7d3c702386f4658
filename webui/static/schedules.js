// Tasks that start by the calendar: the list of them, and what a person does to one. The service
// tells no events about them, so the list is read anew while it is open.

import { signal } from "@preact/signals";
import { ask, read, send } from "./api.js";
import { sheet } from "./form/entries.js";
import { applyTask, select } from "./store.js";

/**
 * @typedef {object} Schedule
 * @property {number} id
 * @property {string} name
 * @property {string} cron
 * @property {string} type
 * @property {Object<string, unknown>} params
 * @property {boolean} enabled
 * @property {string|null} next_at
 * @property {string|null} last_at
 * @property {number|null} last_task_id
 * @property {string} problem
 */

/** Null until they were read. @type {import("@preact/signals").Signal<Schedule[]|null>} */
export const schedules = signal(null);
/** What could not be done, in words. */
export const refused = signal("");
/** The one whose removal waits for a second word. */
export const leaving = signal(0);
/** What is under way: a verb and a number. */
export const doing = signal("");

/** Show them, or put them away. */
export function toggleSchedules() {
  sheet.value = sheet.value === "schedules" ? "" : "schedules";
  leaving.value = 0;
  refused.value = "";
}

export async function readSchedules() {
  try {
    schedules.value = (await read("/schedules")).items;
    if (refused.value === LOST) refused.value = "";
  } catch {
    refused.value = LOST;
  }
}

const LOST = "The service does not answer. The schedules go on when it does.";

/** Turn it on or off; shown at once, and taken back when the service refuses. @param {Schedule} of */
export const turn = (of) =>
  doingTo(`turn-${of.id}`, async () => {
    const enabled = !of.enabled;
    take({ ...of, enabled });
    try {
      take(await send("PATCH", `/schedules/${of.id}`, { enabled }));
    } catch (error) {
      take(of);
      throw error;
    }
  });

/** Start its task now, whatever the calendar says. @param {Schedule} of */
export const runNow = ({ id }) =>
  doingTo(`run-${id}`, async () => {
    const task = await send("POST", `/schedules/${id}/run`);
    applyTask(task);
    select(task.id);
    await readSchedules();
  });

/** Remove it, once it was asked for twice. @param {Schedule} of */
export function remove({ id }) {
  if (leaving.value !== id) {
    leaving.value = id;
    return undefined;
  }
  leaving.value = 0;
  return doingTo(`remove-${id}`, async () => {
    await ask(`/schedules/${id}`, { method: "DELETE" });
    schedules.value = (schedules.value ?? []).filter((one) => one.id !== id);
  });
}

/** @param {Schedule} changed */
function take(changed) {
  schedules.value = (schedules.value ?? []).map((one) => (one.id === changed.id ? changed : one));
}

/** @param {string} what @param {() => Promise<unknown>} act */
async function doingTo(what, act) {
  if (doing.value) return;
  doing.value = what;
  refused.value = "";
  try {
    await act();
  } catch (error) {
    refused.value = error instanceof Error ? error.message : String(error);
  } finally {
    doing.value = "";
  }
}

/** @type {import("./chords.js").Key[]} */
export const SCHEDULE_KEYS = [
  { keys: ["Shift+n"], shown: "Shift N", does: "Schedules: what starts by itself", run: toggleSchedules },
];
