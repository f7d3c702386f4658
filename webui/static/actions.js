// What a person does to the task that is shown. Each asks the service and takes its answer; what is
// possible now the task says itself (`allowed`). Many at once are in bulk.js, the line in
// reorder.js, the queue in queue.js.

import { rights, send } from "./api.js";
import { askPerson } from "./asking.js";
import { asking, inTurn, reread } from "./requesting.js";
import { OPPOSITES, DEEDS, isOffered, retriesOf } from "./steer/verbs.js";
import { applyTask, busy, forget, notice, select, state, task } from "./store.js";
import { tell } from "./undo.js";

export { isOffered, toggleOf } from "./steer/verbs.js";

/** @import {Task} from "./types.js" */
/** @typedef {import("./steer/verbs.js").Verb} Verb */
/** @typedef {"pause"|"resume"} Toggle */

/**
 * Do it to the task that is shown, if it is possible now.
 * @param {Verb|null} verb
 * @param {object} [how]  the body, where the verb takes one
 */
export async function act(verb, how) {
  const on = task.value;
  if (!on || !verb || busy.value || !isOffered(on, verb)) return;
  select(on.id); // what a person acts on stays in view, whatever else begins to run
  await steer(on, verb, how);
}

/** @param {Task} on @param {Verb} verb @param {object} [how] */
async function steer(on, verb, how) {
  const request = () => send("POST", `/tasks/${on.id}/${verb}`, how);
  const answer = await asking(verb, request, on.id);
  if (!answer) return false;
  applyTask(answer);
  const back = OPPOSITES[verb];
  const isBack = back && (verb !== "start" || on.held);
  if (isBack) {
    tell(`${said(on)} ${DEEDS[verb].done}`, {
      key: `toggle:${on.id}`,
      undo: () => undoVerb(on.id, back),
    });
  }
  return true;
}

/** @param {number} id @param {Verb} back */
async function undoVerb(id, back) {
  const on = state.value?.tasks.get(id);
  const answer = on && (await asking(back, () => send("POST", `/tasks/${id}/${back}`), id));
  if (answer) applyTask(answer);
  else if (notice.value) tell(`It could not be taken back: ${notice.value}`);
  return Boolean(answer);
}

/** A task's name in a sentence. @param {Task} on */
export const said = ({ title }) => `“${title.length > 48 ? `${title.slice(0, 47)}…` : title}”`;

/** Retry the task that is shown; the usual way, or the one that was chosen.
 * @param {"usual"|"start"|"items"} way */
export function retry(way = "usual") {
  const on = task.value;
  if (!on) return undefined;
  const ways = retriesOf(on, state.value?.types.get(on.type));
  const wanted = ways.find(({ id }) => id === way) ?? (way === "usual" ? ways[0] : undefined);
  return wanted && act("retry", wanted.how);
}

/** Whether the task that is shown can be retried so. @param {"start"|"items"} way */
export const canRetry = (way) =>
  Boolean(
    rights.mayChange &&
      task.value &&
      retriesOf(task.value, state.value?.types.get(task.value.type)).some(({ id }) => id === way),
  );

/** Ask whether the task that is shown should really be cancelled. */
export function askCancel() {
  const on = task.value;
  if (!on || !isOffered(on, "cancel")) return;
  select(on.id);
  askPerson({
    title: "Cancel this task?",
    text: `${said(on)}: what is done stays done; the rest will not be.`,
    yes: "Cancel the task",
    no: "Keep it",
    run: () => act("cancel"),
    stands: () => stillOffers(on.id, "cancel"),
    moot: "It has finished meanwhile.",
  });
}

/** Ask whether the finished task that is shown should be removed for good. */
export function askClear() {
  const on = task.value;
  if (!on || !isOffered(on, "clear")) return;
  select(on.id);
  askPerson({
    title: "Clear this task?",
    text: `${said(on)} goes from the list and from the database, with its log and its result.`,
    yes: "Clear the task",
    no: "Keep it",
    run: () => clear(on),
    stands: () => stillOffers(on.id, "clear"),
    moot: "It is not finished any more, or gone.",
  });
}

/** @param {number} id @param {Verb} verb */
function stillOffers(id, verb) {
  const on = state.value?.tasks.get(id);
  return Boolean(on && isOffered(on, verb));
}

/** @param {Task} on */
async function clear(on) {
  const body = { action: "clear", ids: [on.id] };
  const answer = await asking("clear", () => send("POST", "/tasks/actions", body), on.id);
  if (!answer) return;
  const [result] = answer.results;
  if (!result.ok) notice.value = result.error.message;
  else {
    forget([on.id]);
    tell(`${said(on)} cleared`);
  }
}

/**
 * Change title, priority or live knobs; with the version that the person saw. What somebody else
 * changed meanwhile, the counts of a running task apart, is not overwritten.
 * @param {Task} seen  as it was when the person began to change it
 * @param {Object<string, unknown>} changes
 * @returns {Promise<boolean>}
 */
export const change = (seen, changes) =>
  inTurn(async () => {
    for (let tries = 0; tries < 5; tries++) {
      const on = state.value?.tasks.get(seen.id) ?? seen;
      const others = Object.keys(changes).filter((name) => valueOf(on, name) !== valueOf(seen, name));
      if (others.length) {
        notice.value = `Somebody else changed this task meanwhile (${others.join(", ")}).
          Nothing was overwritten; look, and change it again.`;
        return false;
      }
      const request = () =>
        send("PATCH", `/tasks/${seen.id}`, changes, { "If-Match": `"${on.version}"` }).catch(
          (error) => (error.status === 412 ? "stale" : Promise.reject(error)),
        );
      const answer = await asking("change", request, seen.id);
      if (answer === null) return false;
      if (answer !== "stale") {
        applyTask(answer);
        return true;
      }
      await reread(seen.id);
    }
    notice.value = "The task changes too fast right now; try again.";
    return false;
  });

/** @param {Task} of @param {string} name */
export const valueOf = (of, name) =>
  name === "title" || name === "priority" ? of[name] : (of.knobs?.[name] ?? null);

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
