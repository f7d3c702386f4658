// Where the person is among the photos, and which are chosen: by arrows, with Shift, by the mouse.

import { computed, signal } from "@preact/signals";
import { kept, keep } from "../kept.js";
import { goTo } from "../route.js";
import { lookedAt, project, shown } from "./album.js";
import { SIZES, moved } from "./geometry.js";

/** The photo that the arrows are on, by name. @type {import("@preact/signals").Signal<string|null>} */
export const cursor = signal(null);
/** Those that are chosen beside it. @type {import("@preact/signals").Signal<Set<string>>} */
export const chosen = signal(new Set());
/** Where a range begins. @type {string|null} */
let anchor = null;
/** What the grid is like at the moment; grid.js says it. */
export const room = { columns: 1, page: 1 };

/** Which of SIZES a tile has. */
export const size = signal(Math.min(SIZES.length - 1, kept("photo-size", 2)));

/** Larger or smaller tiles. @param {number} by */
export function resize(by) {
  size.value = Math.max(0, Math.min(SIZES.length - 1, size.value + by));
  keep("photo-size", size.value);
}

/** The place of the cursor among those that are shown; -1 when it is on none. */
export const place = computed(() => {
  const name = cursor.value;
  return name === null ? -1 : shown.value.findIndex((photo) => photo.name === name);
});

/** The photos that a command is about: those chosen, else the one that the arrows are on.
 * @returns {string[]} */
export function meant() {
  const alone = lookedAt.peek();
  if (alone !== null) return [alone];
  if (chosen.peek().size) return [...chosen.peek()];
  const on = shown.peek()[place.peek()];
  return on ? [on.name] : [];
}

/** Whether a command would be about something. */
export const isMeant = () => meant().length > 0;

/** Obey an arrow. @param {string} key @param {boolean} [isRange] */
export function step(key, isRange = false) {
  const all = shown.peek();
  const to = moved(key, place.peek(), { ...room, count: all.length });
  if (to >= 0) go(all[to].name, isRange ? "range" : "one");
}

/**
 * Go to a photo: alone, as the end of a range, or chosen beside the others.
 * @param {string} name @param {"one"|"range"|"also"} how
 */
export function go(name, how) {
  const before = cursor.peek();
  cursor.value = name;
  if (how === "range") chooseRange(anchor ?? before ?? name, name);
  else if (how === "also") {
    const next = new Set(chosen.peek());
    if (!next.delete(name)) next.add(name);
    chosen.value = next;
    anchor = name;
  } else {
    anchor = name;
    if (chosen.peek().size) chosen.value = new Set();
  }
}

/** @param {string} from @param {string} to */
function chooseRange(from, to) {
  anchor = from;
  chosen.value = new Set(between(from, to));
}

/** The names of all that are shown from one to another. @param {string} from @param {string} to */
export function between(from, to) {
  const names = shown.peek().map(({ name }) => name);
  const ends = [names.indexOf(from), names.indexOf(to)].filter((at) => at >= 0);
  return names.slice(Math.min(...ends), Math.max(...ends) + 1);
}

/** Where a range that ends here would begin. */
export const anchorOf = () => anchor ?? cursor.peek();

export function chooseAll() {
  chosen.value = new Set(shown.peek().map(({ name }) => name));
}

/** Nothing is chosen any more; whether something was. */
export function chooseNone() {
  const was = chosen.peek().size > 0;
  if (was) chosen.value = new Set();
  return was;
}

/** Look at the photo of the cursor alone. @param {string} [name] */
export function open(name = shown.peek()[place.peek()]?.name) {
  if (name === undefined || project.peek() === null) return;
  cursor.value = name;
  goTo("projects", /** @type {string} */ (project.peek()), "photo", name);
}

/** While one is looked at: the one before or behind it. @param {number} by */
export function turn(by) {
  const names = shown.peek().map(({ name }) => name);
  const next = names[names.indexOf(lookedAt.peek() ?? "") + by];
  if (next !== undefined) open(next);
}
