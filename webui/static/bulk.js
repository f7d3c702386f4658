// What a person does to many chosen tasks at once: who it applies to, the question before what
// cannot be taken back, and what became of each. Which are chosen is in selection.js.

import { computed } from "@preact/signals";
import { Refused, read, send } from "./api.js";
import { askPerson } from "./asking.js";
import { act, askCancel, askClear, retry } from "./actions.js";
import { MOST, moveBy, raise } from "./reorder.js";
import { asking } from "./requesting.js";
import { chosen, chosenTasks, everything, leave } from "./selection.js";
import { DEEDS, OPPOSITES, offers, outcome, tasksOf, toggleOf } from "./steer/verbs.js";
import { forget, notice, spoken, state, task } from "./store.js";
import { tell } from "./undo.js";

/** @import {Key} from "./chords.js" */
/** @import {Deed, Outcome, Verb} from "./steer/verbs.js" */

/**
 * What many are offered: by number, or by filter when not all of them are loaded.
 * @typedef {{deed: Deed, count: number, ids?: number[], filter?: Object<string, unknown>}} Offer
 */

/** Deeds that the service does by filter. @type {Deed[]} */
const BY_FILTER = ["pause", "resume", "retry", "cancel", "clear"];
/** Deeds that are done task by task. */
const ONE_BY_ONE = ["top", "priority"];

/** @type {import("@preact/signals").ReadonlySignal<Offer[]>} */
export const offered = computed(() => {
  if (!chosen.value.size || !state.value) return [];
  const all = everything.value;
  const loaded = offers(chosenTasks()).map(({ deed, ids }) => ({ deed, ids, count: ids.length }));
  if (!all) return loaded.filter(({ deed, count }) => !ONE_BY_ONE.includes(deed) || count <= MOST);
  return BY_FILTER.flatMap((deed) => {
    const statuses = DEEDS[deed].statuses.filter((status) => status in all.byStatus);
    const count = statuses.reduce((sum, status) => sum + (all.byStatus[status] ?? 0), 0);
    return count ? [{ deed, count, filter: { ...all.filter, status: statuses } }] : [];
  });
});

/** Whether many are chosen and some of them are offered this. @param {Deed} deed */
export const isForMany = (deed) => offered.value.some((offer) => offer.deed === deed);

/** Do it to those of the chosen that it applies to; after a question, where it is for good.
 * @param {Deed} deed */
export function actOnChosen(deed) {
  const offer = offered.value.find((one) => one.deed === deed);
  if (!offer) return undefined;
  if (deed === "top") return moveBy(-Infinity);
  if (deed === "priority") return raise(1);
  return deed === "cancel" || deed === "clear" ? askFirst(offer) : carryOut(offer);
}

/** @param {Offer} offer @param {string} [before]  a sentence that comes first */
function askFirst(offer, before = "") {
  const { deed, count } = offer;
  const { label } = DEEDS[deed];
  const rest =
    deed === "clear"
      ? "They go from the list and from the database, with their logs and results."
      : deed === "cancel"
        ? "What is done stays done; the rest will not be."
        : "";
  askPerson({
    title: `${label} ${tasksOf(count)}?`,
    text: [before, rest].filter(Boolean).join(" "),
    yes: `${label} ${tasksOf(count)}`,
    no: deed === "cancel" || deed === "clear" ? "Keep them" : "Leave them",
    run: () => carryOut(offer),
  });
}

/** @param {Offer} offer */
async function carryOut(offer) {
  const { deed, ids, filter, count } = offer;
  const body = { action: deed, ...(ids ? { ids } : { filter, expected: count }) };
  /** @returns {Promise<{results: Outcome[], changed: number}|"drifted">} */
  const request = () =>
    send("POST", "/tasks/actions", body).catch((error) =>
      error instanceof Refused && error.problem.type === "urn:longhaul:drifted"
        ? "drifted"
        : Promise.reject(error),
    );
  const answer = await asking(deed, request);
  if (answer === null) return tell(notice.value);
  if (answer === "drifted") return askAgain(offer);
  const changed = answer.results.filter(({ ok }) => ok).map(({ id }) => id);
  if (deed === "clear") {
    forget(changed);
    leave();
  }
  const text = outcome(deed, answer.results);
  spoken.value = text;
  const back = OPPOSITES[deed];
  if (back && changed.length) {
    tell(text, { key: `bulk:${deed}:${Date.now()}`, undo: () => takeBack(back, changed) });
  } else tell(text);
  return undefined;
}

/** The number of those that fit is another by now: told, and asked again. @param {Offer} offer */
async function askAgain(offer) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(offer.filter ?? {})) query.set(name, String(value));
  const counts = await asking("count", () => read(`/queue/counts?${query}`));
  if (!counts) return tell(notice.value);
  const words = `Meanwhile there are ${tasksOf(counts.total)} instead of ${tasksOf(offer.count)}.
    Nothing was changed yet.`;
  if (everything.value) {
    const byStatus = { ...everything.value.byStatus, ...counts.by_status };
    const total = Object.values(byStatus).reduce((sum, n) => sum + n, 0);
    everything.value = { ...everything.value, byStatus, total };
  }
  if (!counts.total) return tell("Meanwhile there are none of them left. Nothing was changed.");
  return askFirst({ ...offer, count: counts.total }, words);
}

/** @param {Verb} verb @param {number[]} ids */
async function takeBack(verb, ids) {
  const answer = await asking(verb, () => send("POST", "/tasks/actions", { action: verb, ids }));
  if (!answer) {
    tell(`It could not be taken back: ${notice.value}`);
    return false;
  }
  const failed = answer.results.filter((/** @type {Outcome} */ { ok }) => !ok).length;
  if (!failed) return true;
  tell(`Taken back for ${tasksOf(answer.changed)}; ${failed} had moved on`);
  return false;
}

/** The verb for the chosen, else for the one that is shown.
 * @param {Deed} deed @param {() => unknown} alone */
const either = (deed, alone) => () => (chosen.value.size ? actOnChosen(deed) : alone());
/** @param {Deed} deed @param {() => boolean} [alone] */
const canEither = (deed, alone) => () =>
  chosen.value.size ? isForMany(deed) : (alone?.() ?? shownOffers(deed));

/** @param {Deed} deed */
const shownOffers = (deed) =>
  Boolean(task.value && offersOne(deed).includes(task.value.id));
/** @param {Deed} deed */
const offersOne = (deed) =>
  offers(task.value ? [task.value] : []).find((offer) => offer.deed === deed)?.ids ?? [];

/** What Space means for the chosen: pause what moves, else let it go on. @returns {Deed} */
const toggleDeed = () => (isForMany("pause") ? "pause" : "resume");

/** @type {Key[]} */
export const TASK_KEYS = [
  {
    keys: [" "],
    shown: "Space",
    does: "Pause or resume it",
    when: () =>
      chosen.value.size ? isForMany(toggleDeed()) : Boolean(task.value && toggleOf(task.value)),
    run: () =>
      chosen.value.size ? actOnChosen(toggleDeed()) : act(task.value && toggleOf(task.value)),
  },
  {
    keys: ["s"],
    shown: "S",
    does: "Start it now",
    when: canEither("start"),
    run: either("start", () => act("start")),
  },
  {
    keys: ["h"],
    shown: "H",
    does: "Hold it until you start it",
    when: canEither("hold"),
    run: either("hold", () => act("hold")),
  },
  {
    keys: ["r"],
    shown: "R",
    does: "Retry it, or run it again",
    when: canEither("retry", () => Boolean(task.value?.allowed.includes("retry"))),
    run: either("retry", retry),
  },
  {
    keys: ["x"],
    shown: "X",
    does: "Cancel it, after a question",
    when: canEither("cancel"),
    run: either("cancel", askCancel),
  },
  {
    keys: ["Delete"],
    shown: "Del",
    does: "Clear it when it has finished, after a question",
    when: canEither("clear"),
    run: either("clear", askClear),
  },
];
