// What a person does to the queue as a whole: pause it, let it go on, clear what is completed, retry
// what failed. The figures of a question are read when it is asked.

import { read, send } from "./api.js";
import { askPerson } from "./asking.js";
import { asking } from "./requesting.js";
import { outcome, tasksOf } from "./steer/verbs.js";
import { isPaused, leaveRows, notice, spoken, state } from "./store.js";
import { tell } from "./undo.js";

/** @import {Key} from "./chords.js" */

/** Let a paused queue start things again; its event brings the new figures. */
export const resumeQueue = () => switchQueue("resume");

/** Pause the queue, or let it go on. */
export const toggleQueue = () => switchQueue(isPaused.value ? "resume" : "pause");

/** @param {"pause"|"resume"} verb */
async function switchQueue(verb) {
  if (!(await ask(verb))) return tell(notice.value);
  const text = verb === "pause" ? "The queue is paused" : "The queue goes on";
  spoken.value = text;
  const back = async () => Boolean(await ask(verb === "pause" ? "resume" : "pause"));
  tell(text, { key: "queue", undo: back });
}

/** @param {"pause"|"resume"} verb */
const ask = (verb) => asking(`${verb}-queue`, () => send("POST", `/queue/${verb}`));

/** Ask whether everything that is completed should be removed. */
export const askClearCompleted = () =>
  askAbout("completed", (n) => ({
    title: `Clear ${tasksOf(n).replace(" ", " completed ")}?`,
    text: "They go from the list and from the database, with their logs and results.",
    yes: n === 1 ? "Clear it" : `Clear ${tasksOf(n)}`,
    path: "/queue/clear-completed",
    done: "cleared",
    none: "Nothing is completed, so there is nothing to clear.",
  }));

/** Ask whether everything that failed should be tried again. */
export const askRetryFailed = () =>
  askAbout("failed", (n) => ({
    title: `Retry ${tasksOf(n).replace(" ", " failed ")}?`,
    text: "Each goes on from where it failed.",
    yes: n === 1 ? "Retry it" : `Retry ${tasksOf(n)}`,
    path: "/queue/retry-failed",
    done: "retried",
    none: "Nothing has failed, so there is nothing to retry.",
  }));

/** Everything that is not finished, maintenance too. */
const OPEN = { status: ["active"], show_maintenance: true };

/** Ask whether everything that waits, runs or is paused should be cancelled, with their number. */
export async function askCancelAll() {
  const counts = await asking("count", () =>
    read("/queue/counts?status=active&show_maintenance=true"),
  );
  if (!counts) return tell(notice.value);
  const n = counts.total;
  if (!n) return tell("Nothing is open, so there is nothing to cancel.");
  askPerson({
    title: `Cancel all ${tasksOf(n)}?`,
    text: "Everything that waits, runs or is paused. What is done stays done; the rest will not be.",
    yes: `Cancel all ${tasksOf(n)}`,
    no: "Keep them",
    run: async () => {
      const body = { action: "cancel", filter: OPEN, expected: n };
      const answer = await asking("cancel", () => send("POST", "/tasks/actions", body));
      tell(answer ? outcome("cancel", answer.results) : notice.value);
    },
  });
}

/**
 * @param {"completed"|"failed"} status
 * @param {(n: number) => {title: string, text: string, yes: string, path: string, done: string,
 *   none: string}} words
 */
async function askAbout(status, words) {
  const figures = await asking("count", () => read("/queue"));
  if (!figures) return tell(notice.value);
  const { title, text, yes, path, done, none } = words(figures[status]);
  if (!figures[status]) return tell(none);
  askPerson({
    title,
    text,
    yes,
    run: async () => {
      const known = [...(state.value?.tasks.values() ?? [])];
      if (status === "completed")
        leaveRows(known.filter((task) => task.status === status).map(({ id }) => id));
      const answer = await asking(done, () => send("POST", path));
      tell(answer ? `${tasksOf(answer.changed)} ${done}` : notice.value);
    },
  });
}

/** @type {Key[]} */
export const QUEUE_KEYS = [
  { keys: ["p"], shown: "P", does: "Pause the queue, or let it go on", run: toggleQueue },
  {
    keys: ["Shift+Delete"],
    shown: "Shift Del",
    does: "Clear all completed, after a question",
    run: askClearCompleted,
  },
  {
    keys: ["Alt+Shift+x"],
    shown: "Alt Shift X",
    does: "Cancel all that is open, after a question",
    run: askCancelAll,
  },
  {
    keys: ["Alt+Shift+r"],
    shown: "Alt Shift R",
    does: "Retry all failed, after a question",
    run: askRetryFailed,
  },
];
