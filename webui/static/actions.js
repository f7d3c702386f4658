// What a person does to a task and to the queue. Each asks the service and takes its answer; what
// is possible now the task says itself (`allowed`).

import { send } from "./api.js";
import { applyTask, busy, confirming, notice, select, state, task } from "./store.js";

/** @import {Task} from "./types.js" */

/** @typedef {"pause"|"resume"} Toggle */
/** @typedef {Toggle|"cancel"|"retry"|"start"} Verb */

/** The verb that Space stands for now. @param {Task} of @returns {Toggle|null} */
export function toggleOf({ allowed, held }) {
  if (held) return null; // it does not move anyway, until it is started
  if (allowed.includes("resume")) return "resume";
  return allowed.includes("pause") ? "pause" : null;
}

/** Whether a verb is offered: starting only what was held. @param {Task} of @param {Verb} verb */
export const isOffered = (of, verb) => of.allowed.includes(verb) && (verb !== "start" || of.held);

/** Do it to the task that is shown, if it is possible now. @param {Verb|null} verb */
export async function act(verb) {
  const on = task.value;
  if (!on || !verb || busy.value || !isOffered(on, verb)) return;
  select(on.id); // what a person acts on stays in view, whatever else begins to run
  confirming.value = null;
  await asking(verb, async () => applyTask(await send("POST", `/tasks/${on.id}/${verb}`)));
}

/** Ask in the page whether the task that is shown should really be cancelled. */
export function askCancel() {
  const on = task.value;
  if (!on || !isOffered(on, "cancel")) return;
  select(on.id);
  confirming.value = on.id;
}

/** Let a paused queue start things again; its event brings the new figures. */
export const resumeQueue = () => asking("resume-queue", () => send("POST", "/queue/resume"));

/** Something to see on an empty list: counts to a number in two steps. */
export async function rehearse() {
  const title = "My first task: counting to 1,000";
  const params = { records: 500, batch_size: 10, seconds_per_batch: 0.4 };
  await asking("rehearse", async () => {
    applyTask(await send("POST", "/tasks", { type: "rehearsal", title, params, source: "page" }));
  });
}

/** Whether the service knows the type that `rehearse` starts. */
export const canRehearse = () => state.value?.types.has("rehearsal") ?? false;

/** @param {string} what @param {() => Promise<unknown>} request */
async function asking(what, request) {
  busy.value = what;
  notice.value = "";
  try {
    await request();
  } catch (error) {
    notice.value = error instanceof Error ? error.message : String(error);
  } finally {
    busy.value = "";
  }
}
