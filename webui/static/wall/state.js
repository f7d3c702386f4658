// What the wall shows now, as signals: which rows, which of them is brought out, what the strip
// tells.
//
// The wall looks at the store once a second and not with every event: nobody across the room can
// tell, and the work of drawing stays the same however much happens.

import { computed, effect, signal } from "@preact/signals";
import { haulOf, headlineOf } from "../haul.js";
import { isNews } from "../news.js";
import { link, now, state } from "../store.js";
import { byStart, inLine, places, waitingBecause } from "../rows.js";
import { lastOf, nextOf } from "./coming.js";
import { endedOf, withEnds } from "./ended.js";
import { warm } from "./heat.js";
import { needsOf, toldOf } from "./needs.js";
import { idlePlanOf, planOf } from "./plan.js";
import { wallSettings } from "./settings.js";
import { moved, tickAt, turnOf } from "./turns.js";
import { zoom } from "../zoom.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {State} from "../reducer.js" */
/** @import {Schedule} from "./coming.js" */
/** @import {Ended} from "./ended.js" */
/** @import {Move} from "./turns.js" */

const NO_QUEUE = { is_paused: false, waiting_because: null };

/** The store as it was at the last look. @type {import("@preact/signals").Signal<State|null>} */
export const seen = signal(null);
effect(() => {
  now.value; // a look with every second
  seen.value = state.peek();
});
effect(() => {
  // what a person does to the whole is seen at once
  const [last, next] = [seen.peek(), state.value];
  if (last?.settings !== next?.settings || last?.queue !== next?.queue) seen.value = next;
});

/** The window, in pixels. */
export const room = signal({ width: innerWidth, height: innerHeight });
addEventListener("resize", () => (room.value = { width: innerWidth, height: innerHeight }));

/** What a person moved to by hand. @type {import("@preact/signals").Signal<Move|null>} */
const move = signal(null);
/** Whether the panel of settings is open. */
export const isPanelOpen = signal(false);

export const tasks = computed(() => [...(seen.value?.tasks.values() ?? [])]);
export const wallHaul = computed(() => haulOf(tasks.value));
/** There is a road where a share of it means something. */
const hasRoad = computed(() => wallHaul.value.total > 0 && !headlineOf(wallHaul.value).isCount);
export const running = computed(() =>
  tasks.value.filter(({ status }) => status === "running").sort(byStart),
);
/** The waiting tasks, in the order of their turn. */
export const line = computed(() =>
  tasks.value.filter(({ status }) => status === "queued").sort(inLine),
);
export const needs = computed(() => {
  const { queue, conditions } = seen.value ?? { queue: NO_QUEUE, conditions: [] };
  return needsOf({ tasks: tasks.value, queue, conditions, link: link.value }, now.value);
});
/** What ended while this page listened. @type {import("@preact/signals").Signal<Ended[]>} */
const ended = signal([]);

/** Take ends as they happen. @param {StreamEvent[]} events */
export function noteWallEnds(events) {
  const tasks = events.filter(({ kind, data }) => kind === "task_finished" && isNews(data));
  if (!tasks.length) return;
  ended.value = withEnds(
    ended.value,
    tasks.map(({ data }) => data),
    Date.now(),
  );
}

export const tick = computed(() => tickAt(now.value, wallSettings.value.cycle_s));
export const isLost = computed(() => needs.value[0]?.isLoss ?? false);
/** What the strip tells now. A lost connection is told whatever the settings say. */
export const told = computed(() => {
  if (!wallSettings.value.strip && !isLost.value) return null;
  // an idle wall tells what ended last anyway
  const news = running.value.length ? endedOf(ended.value, now.value) : null;
  return toldOf(needs.value, news, tick.value);
});

/** Pixels of a rem at zoom 1, as style/wall.css has it. */
const unit = computed(() => Math.min(room.value.width / 100, (room.value.height * 1.7778) / 100));
/** The room inside of the safe edges, in rem. */
const inside = computed(() => {
  const rem = unit.value * zoom.value;
  const of = (/** @type {number} */ length) => (length * 0.9 - 8) / rem;
  return { width: of(room.value.width), height: of(room.value.height) };
});
export const width = computed(() => inside.value.width);

export const plan = computed(() => {
  const { curve, road, routes, auto_focus } = wallSettings.value;
  return planOf(inside.value.width, inside.value.height, zoom.value, {
    curve,
    road: road && hasRoad.value,
    running: routes ? running.value.length : 0,
    waiting: routes && running.value.length ? line.value.filter(({ held }) => !held).length : 0,
    strip: told.value !== null,
    isLost: isLost.value,
    isFocused: auto_focus || move.value !== null,
    heat: running.value.some(({ id }) => warm.value.has(id)),
  });
});

/** The schedules, as they were read last. @type {import("@preact/signals").Signal<Schedule[]>} */
export const schedules = signal([]);
export const last = computed(() => lastOf(tasks.value));
export const next = computed(() => {
  const { queue } = seen.value ?? { queue: NO_QUEUE };
  const ahead = places(line.value);
  return nextOf(line.value, schedules.value, (task) => waitingBecause(task, queue, ahead));
});

export const idlePlan = computed(() =>
  idlePlanOf(inside.value.width, inside.value.height, zoom.value, {
    strip: told.value !== null,
    isLost: isLost.value,
    isEmpty: !last.value && !line.value.length,
    ends: Number(last.value !== null) + Number(next.value !== null),
    road: wallSettings.value.road && wallHaul.value.open > 0 && hasRoad.value,
  }),
);

export const turn = computed(() =>
  turnOf(
    running.value.map(({ id }) => id),
    plan.value.running,
    { tick: tick.value, now: now.value, isAuto: wallSettings.value.auto_focus, move: move.value },
  ),
);

/**
 * Bring out the task `by` rows further; what goes on by itself waits for a minute.
 * @param {number} by
 */
export function focusBy(by) {
  const ids = running.value.map(({ id }) => id);
  const id = moved(ids, turn.value.focus, by);
  if (id !== null) move.value = { id, at: Date.now() };
}
