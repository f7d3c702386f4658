// Leaving and coming back: what ended while nobody looked, what still runs of what was begun or
// watched here, and each end as it happens. Each is told once in this browser, whichever tab it is.
//
// A tab is present while the desk is seen and the stream is live. While it is, events bring the
// news; whenever it becomes so again, it asks what it missed.

import { computed, effect, signal, untracked } from "@preact/signals";
import { read } from "./api.js";
import { keep, kept } from "./kept.js";
import { isNews, keyOfEnd, newsOf, stillRunning } from "./news.js";
import { go, route } from "./route.js";
import { sessionId } from "./session.js";
import { link, select, selected, state } from "./store.js";
import { tab } from "./tabs.js";
import { claimed, toast } from "./toasts.js";

/** @import {News} from "./news.js" */
/** @import {StreamEvent, Task} from "./types.js" */

/** Milliseconds over which ends are gathered: a hundred tasks that end together are one message. */
const GATHER_MS = 700;
/** Milliseconds between two notes of when somebody was here. */
const SEEN_MS = 5000;
/** Milliseconds by which clocks and ways may differ; what was told is not told again anyway. */
const OVERLAP_MS = 10_000;
/** Tasks that somebody chose, of which it is told that they still run. */
const WATCHED = 50;

const isVisible = signal(!document.hidden);
const isPresent = computed(
  () =>
    isVisible.value &&
    route.value.page !== "wall" &&
    link.value.status === "live" &&
    state.value !== null,
);
/** @type {Map<string, Task>} */
let gathered = new Map();
let isGreeted = false;
let isCaughtUp = false;

/** Watch who comes and goes, from now on. */
export function watchAway() {
  const look = () => (isVisible.value = !document.hidden);
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", noteSeen);
  setInterval(noteSeen, SEEN_MS);
  effect(() => {
    const isHere = isPresent.value;
    untracked(() => {
      if (isHere) arrive().catch(() => undefined); // it is asked again at the next arrival
      else isCaughtUp = false;
    });
  });
  effect(() => {
    const id = selected.value;
    if (id === null) return;
    const others = kept("watched", /** @type {number[]} */ ([])).filter((other) => other !== id);
    keep("watched", [...others, id].slice(-WATCHED));
  });
}

/** Somebody is here now, and has been told everything. */
function noteSeen() {
  if (isPresent.peek() && isCaughtUp) keep("seen", Date.now());
}

/** Take ends as they happen. @param {StreamEvent[]} events */
export function noteEnds(events) {
  if (!isPresent.peek()) return;
  const isFirst = !gathered.size;
  for (const { kind, data } of events) {
    if (kind === "task_finished" && isNews(data)) gathered.set(keyOfEnd(data), data);
  }
  if (isFirst && gathered.size) setTimeout(tellGathered, GATHER_MS);
}

function tellGathered() {
  const ended = [...gathered.values()];
  gathered = new Map();
  tellEnds(ended, false);
}

/** @param {Task[]} ended @param {boolean} wasAway  then it waits for the person */
async function tellEnds(ended, wasAway) {
  const keys = new Set(await claimed(ended.map(keyOfEnd)));
  const fresh = ended.filter((task) => keys.has(keyOfEnd(task)));
  for (const news of newsOf(fresh, wasAway, undefined, toastOf)) show(news, wasAway);
}

/** What its type wants said when a task has completed. @param {Task} task */
const toastOf = ({ type }) => state.peek()?.types.get(type)?.toast ?? "";

/** Somebody has come, or come back. */
async function arrive() {
  const seen = kept("seen", /** @type {number|null} */ (null));
  const since = new Date(Math.min(seen ?? Infinity, Date.now()) - OVERLAP_MS).toISOString();
  const { items } = await read(`/completions?since=${since}&limit=500`);
  const ended = items.filter(isNews);
  if (seen !== null) await tellEnds(ended, true);
  else await claimed(ended.map(keyOfEnd)); // what was before the first visit is no news
  if (!isGreeted) {
    for (const news of stillRunning(await mine())) show(news, false);
    isGreeted = true;
  }
  isCaughtUp = true;
  noteSeen();
}

/** What runs of that which was begun or watched in this browser. @returns {Promise<Task[]>} */
async function mine() {
  const { items } = await read(`/sessions/${sessionId()}/tasks?limit=100`);
  const watched = kept("watched", /** @type {number[]} */ ([])).map((id) =>
    state.value?.tasks.get(id),
  );
  /** @type {Map<number, Task>} */
  const found = new Map();
  for (const task of [...items, ...watched]) {
    if (task?.status === "running") found.set(task.id, task);
  }
  return [...found.values()];
}

/** @param {News} news @param {boolean} stays */
function show({ key, title, text, tone, task, tab: shown, label }, stays) {
  const lead = () => {
    if (route.value.page !== "desk") go("/tasks");
    select(task);
    if (shown) tab.value = shown;
  };
  toast({ key, title, text, tone, link: { label, go: lead }, stays, again: true });
}
