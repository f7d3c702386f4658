// The waiting line in another order, by keys and by dragging. The service's order is the truth: what
// it refuses stays where it was. The arithmetic is in steer/line.js.

import { signal } from "@preact/signals";
import { send } from "./api.js";
import { inTurn, reasonOf, reread } from "./requesting.js";
import { said } from "./actions.js";
import { idsOf } from "./rows.js";
import { chosen, chosenTasks } from "./selection.js";
import { gapBy, lineOf, movesBack, movesInto } from "./steer/line.js";
import { tasksOf } from "./steer/verbs.js";
import { applyTask, busy, notice, rows, select, spoken, state, task } from "./store.js";
import { tell } from "./undo.js";

/** @import {Key} from "./chords.js" */
/** @import {InLine, Step} from "./steer/line.js" */
/** @import {Task} from "./types.js" */

/** Tasks that are changed one by one at a time, at most. */
export const MOST = 200;
/** What is being dragged, and where it would go: drawn by views/dragging.js.
 * @typedef {{text: string, x: number, y: number,
 *   line: {left: number, width: number, y: number}|null}} Dragging
 * @type {import("@preact/signals").Signal<Dragging|null>} */
export const dragging = signal(null);

/** Those that a move is about: the chosen ones that can move, else the one that is shown. */
export function movers() {
  const found = chosen.value.size ? chosenTasks() : task.value ? [task.value] : [];
  return found.filter(({ allowed }) => allowed.includes("move"));
}

const canMove = () => {
  const n = movers().length;
  return n > 0 && n <= MOST;
};

/** The line that a task stands in, as it is now. @param {Task} of */
export const lineAround = (of) => lineOf(state.value?.tasks.values() ?? [], of);

/** Those of a line that the list shows: a step is one that can be seen. @param {Task[]} line */
function shownOf(line) {
  const shown = new Set(idsOf(rows.value));
  return line.map(({ id }) => id).filter((id) => shown.has(id));
}

/** Up (-1), down (1), to the top or the bottom (±Infinity). @param {number} by */
export const moveBy = (by) =>
  inTurn(async () => {
    const moving = movers();
    if (!moving.length || moving.length > MOST) return;
    const line = lineAround(moving[0]);
    const ids = new Set(moving.map(({ id }) => id));
    const block = line.filter(({ id }) => ids.has(id));
    const order = shownOf(line);
    if (!Number.isFinite(by)) {
      const to = by < 0 ? "top" : "bottom";
      const inOrder = by < 0 ? block.toReversed() : block;
      const steps = inOrder.map(({ id }) => ({ id, place: { to: /** @type {"top"} */ (to) } }));
      await run(line, block, steps, `to the ${to}`);
    } else {
      const steps = movesInto(order, ids, gapBy(order, ids, by));
      if (steps.length) await run(line, block, steps, by < 0 ? "up" : "down");
      else spoken.value = by < 0 ? "It is the first in line" : "It is the last in line";
    }
  });

/**
 * Move tasks beside another one, as they were dropped.
 * @param {Task[]} moving @param {number} other @param {boolean} isBefore
 */
export const moveBeside = (moving, other, isBefore) =>
  inTurn(async () => {
    const line = lineAround(moving[0]);
    const ids = new Set(moving.map(({ id }) => id));
    const order = shownOf(line);
    const at = order.indexOf(other);
    const steps = at < 0 ? [] : movesInto(order, ids, isBefore ? at : at + 1);
    const block = line.filter(({ id }) => ids.has(id));
    if (steps.length) await run(line, block, steps, "");
  });

/**
 * @param {Task[]} line  as it was @param {Task[]} block  what is moved of it
 * @param {Step[]} steps @param {string} where
 */
async function run(line, block, steps, where) {
  const ids = block.map(({ id }) => id);
  if (ids.length === 1) select(ids[0]); // what is moved stays in view
  const moved = await take(steps);
  if (moved.size) {
    const place = where || placeOf(block[0].id);
    const who = ids.length === 1 ? said(block[0]) : tasksOf(moved.size);
    tell(`${who} moved ${place}`, {
      key: `move ${where}:${ids.join()}`,
      undo: () => inTurn(() => putBack(line, moved)),
    });
    spoken.value = `${who} moved ${placeOf(ids.at(-1) ?? 0)}`;
  }
}

/** Do the steps until one is refused; the ids of those that were done. @param {Step[]} steps */
async function take(steps) {
  /** @type {Set<number>} */
  const done = new Set();
  busy.value = "move";
  notice.value = "";
  for (const step of steps) {
    try {
      applyTask(await sendStep(step));
      done.add(step.id);
    } catch (error) {
      notice.value = `It stays where it was. ${reasonOf(error)}`;
      tell(notice.value);
      await reread(step.id);
      break;
    }
  }
  busy.value = "";
  return done;
}

/** @param {Step} step @returns {Promise<Task>} */
async function sendStep({ id, place, priority, instead }) {
  try {
    return await (place
      ? send("POST", `/tasks/${id}/move`, place)
      : send("PATCH", `/tasks/${id}`, { priority }));
  } catch (error) {
    if (instead) return sendStep(instead);
    throw error;
  }
}

/** @param {InLine[]} before @param {Set<number>} moved */
async function putBack(before, moved) {
  const isThere = (/** @type {number} */ id) => state.value?.tasks.get(id)?.allowed.includes("move");
  const steps = movesBack(before, moved).filter(({ id }) => isThere(id));
  const done = await take(steps);
  if (!steps.length) tell("It has started meanwhile and cannot be put back");
  return done.size > 0;
}

/** Where a task stands now, in words: "before “B”, 2 of 9 in line". @param {number} id */
function placeOf(id) {
  const of = state.value?.tasks.get(id);
  if (!of) return "";
  const line = lineAround(of);
  const at = line.findIndex((other) => other.id === id);
  const next = line[at + 1];
  const beside = next ? `before ${said(next)}` : "to the end";
  return `${beside}, ${at + 1} of ${line.length} in line`;
}

/** Another priority for the chosen ones, or the one that is shown. @param {number} by */
export const raise = (by) =>
  inTurn(async () => {
    const targets = chosen.value.size ? chosenTasks() : task.value ? [task.value] : [];
    const steps = targets
      .filter(({ status }) => ["queued", "running", "paused"].includes(status))
      .slice(0, MOST)
      .map(({ id, priority }) => ({ id, priority: Math.min(1000, Math.max(-1000, priority + by)) }));
    await setPriorities(steps, targets);
  });

/** @param {{id: number, priority: number}[]} steps @param {Task[]} targets */
export async function setPriorities(steps, targets) {
  const changed = steps.filter(
    ({ id, priority }) => targets.find((one) => one.id === id)?.priority !== priority,
  );
  if (!changed.length) return;
  const before = new Map(targets.map((one) => [one.id, one]));
  const lines = linesOf(changed.flatMap(({ id }) => before.get(id) ?? []));
  const done = await take(changed);
  if (!done.size) return;
  const first = changed[0];
  const one = before.get(first.id);
  const text =
    changed.length === 1 && one
      ? `Priority of ${said(one)} is ${first.priority}`
      : `Priority of ${tasksOf(done.size)} changed`;
  spoken.value = text;
  tell(text, {
    key: `priority:${changed.map(({ id }) => id).join()}`,
    undo: () => inTurn(() => priorityBack(lines, done, before)),
  });
}

/** The lines that some tasks stand in, each once. @param {Task[]} tasks */
function linesOf(tasks) {
  /** @type {Map<string, Task[]>} */
  const lines = new Map();
  for (const one of tasks) {
    const key = `${one.status} ${one.held}`;
    if (one.allowed.includes("move") && !lines.has(key)) lines.set(key, lineAround(one));
  }
  return [...lines.values()];
}

/** @param {Task[][]} lines @param {Set<number>} done @param {Map<number, Task>} before */
async function priorityBack(lines, done, before) {
  const isThere = (/** @type {number} */ id) => state.value?.tasks.get(id)?.allowed.includes("move");
  const steps = lines.flatMap((line) => movesBack(line, done)).filter(({ id }) => isThere(id));
  const placed = new Set(steps.map(({ id }) => id));
  const rest = [...done]
    .filter((id) => !placed.has(id))
    .map((id) => ({ id, priority: before.get(id)?.priority ?? 0 }));
  return (await take([...steps, ...rest])).size > 0;
}

/** @type {Key[]} */
export const LINE_KEYS = [
  { keys: ["Alt+ArrowUp"], shown: "Alt ↑", does: "Move it up", when: canMove, run: () => moveBy(-1) },
  {
    keys: ["Alt+ArrowDown"],
    shown: "Alt ↓",
    does: "Move it down",
    when: canMove,
    run: () => moveBy(1),
  },
  {
    keys: ["Alt+Home"],
    shown: "Alt Home",
    does: "Move it to the top",
    when: canMove,
    run: () => moveBy(-Infinity),
  },
  {
    keys: ["Alt+End"],
    shown: "Alt End",
    does: "Move it to the bottom",
    when: canMove,
    run: () => moveBy(Infinity),
  },
  { keys: ["+", "="], shown: "+", does: "Raise its priority", when: isOpen, run: () => raise(1) },
  { keys: ["-"], shown: "−", does: "Lower its priority", when: isOpen, run: () => raise(-1) },
];

function isOpen() {
  const targets = chosen.value.size ? chosenTasks() : task.value ? [task.value] : [];
  return targets.some(({ status }) => ["queued", "running", "paused"].includes(status));
}
