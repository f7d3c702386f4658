// Sends what stands in the form: a task that begins now, is held or waits for a time, or a schedule.

import { batch, computed } from "@preact/signals";
import { Refused, send } from "../api.js";
import { randomName, sessionId } from "../session.js";
import { applyTask, select, state } from "../store.js";
import { toast } from "../toasts.js";
import { standing } from "./check.js";
import { dropDraft } from "./draft.js";
import {
  about,
  aside,
  complain,
  fields,
  isArmed,
  isSending,
  key,
  lostKey,
  name,
  sheet,
  type,
  typed,
} from "./entries.js";
import { placed } from "./errors.js";
import { lookAgain, planFor } from "./previewing.js";
import { requestOf } from "./request.js";
import { paramsOf } from "./values.js";

/** @import {Way} from "./request.js" */

/** A task of this type that was begun here and is not finished, while another one would be begun. */
export const twin = computed(() => {
  if (sheet.value !== "form" || lostKey.value === key.value) return null;
  const session = sessionId();
  for (const task of state.value?.tasks.values() ?? []) {
    const isSame = task.type === name.value && task.session_id === session;
    if (isSame && !task.held && ["running", "queued"].includes(task.status)) return task;
  }
  return null;
});

/** Begin it. Pressed twice, or repeated after a lost answer, it begins once.
 * @param {Way} way @param {string} made  the title it gets by itself */
export async function start(way, made) {
  if (isSending.value || !type.value) return;
  const { params, unreadable } = paramsOf(fields.value, typed.value);
  if (unreadable.size) return complain({ at: unreadable, rest: [] });
  if (way === "now" && twin.value && !isArmed.value) {
    isArmed.value = true;
    return;
  }
  const session = sessionId();
  const plan = planFor(params);
  const request = requestOf({ type: name.value, params, about: about.value, way, session, made, plan });
  isSending.value = true;
  try {
    const answer = await send("POST", request.path, request.body, { "Idempotency-Key": key.value });
    finish(way, answer);
  } catch (error) {
    refuse(error);
  } finally {
    isSending.value = false;
  }
}

/** @param {Way} way @param {any} answer  the task, or the schedule */
function finish(way, answer) {
  dropDraft(name.value);
  batch(() => {
    aside.value = null;
    sheet.value = "";
    isArmed.value = false;
    if (way !== "repeat") {
      applyTask(answer);
      select(answer.id);
    }
  });
  const [title, text] = {
    now: ["Added", `${answer.title}. You can safely leave: it goes on without this page.`],
    held: ["Added, held", `${answer.title} waits until you start it.`],
    once: ["Scheduled", answer.title],
    repeat: ["Schedule added", answer.name],
  }[way];
  const show = { label: "Show the schedules", go: () => (sheet.value = "schedules") };
  const link = way === "repeat" ? { link: show } : {};
  toast({ key: `began-${way}-${answer.id}`, title, text, tone: "plain", ...link });
}

/** @param {unknown} error */
function refuse(error) {
  if (!(error instanceof Refused)) throw error;
  const { status, problem } = error;
  if (status === 0) {
    lostKey.value = key.value;
    const safe = "Nothing you typed is lost. Press again when it is back: it begins once, even if";
    return complain({ at: new Map(), rest: [`${error.message} ${safe} the first try arrived.`] });
  }
  if (problem.type === "urn:longhaul:key-reused") {
    key.value = randomName();
    const again = "An earlier try of this form had arrived after all: its task is in the list.";
    return complain({ at: new Map(), rest: [`${again} Press again to begin another one.`] });
  }
  if (problem.type === "urn:longhaul:plan-drifted") {
    key.value = randomName();
    lookAgain();
    const again = "Nothing was begun. It is counted again: look, then press again.";
    return complain({ at: new Map(), rest: [`${error.message} ${again}`] });
  }
  const { at, rest } = placed(problem.errors ?? [], fields.value);
  // what is said at a field that cannot be seen is said at the top
  const seen = new Set(standing(fields.value, typed.value).map((field) => field.pointer));
  for (const [place, message] of at) {
    if (place.startsWith("/") && !seen.has(place)) rest.push(message);
  }
  complain({ at, rest: at.size || rest.length ? rest : [error.message] });
}
