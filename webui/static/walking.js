// Folding and unfolding where the person is in the list: → opens, ← closes, and leads to the
// heading. Keys and clicks come here.

import { atRow, fold, unfolded } from "./folds.js";
import { toggleTask } from "./jobs.js";
import { keyOf } from "./rows.js";
import { arrangement, place, rows, select } from "./store.js";

/** @import {Key} from "./chords.js" */
/** @import {HeadingRow} from "./rows.js" */

/** Fold a group, or unfold it; the arrows are on it then. @param {HeadingRow} heading */
export function toggleGroup(heading) {
  fold(`${arrangement.peek().grouping.by}:${heading.key}`, !heading.isFolded);
  atRow.value = keyOf(heading);
}

/** → unfolds what is folded, and goes into what is not. */
export function open() {
  const row = rows.peek().at(place.peek());
  if (!row || "more" in row || "of" in row) return;
  if ("id" in row) {
    if (!unfolded.peek().has(row.id)) toggleTask(row.id);
    return;
  }
  if (row.isFolded) return toggleGroup(row);
  const next = rows.peek().at(place.peek() + 1);
  if (next && "id" in next) select(next.id);
}

/** ← folds what is unfolded, or goes up to what it belongs to. */
export function close() {
  const at = place.peek();
  const row = rows.peek().at(at);
  if (!row || "more" in row) return;
  if ("of" in row) return select(row.of);
  if ("heading" in row) {
    if (!row.isFolded) toggleGroup(row);
    return;
  }
  if (unfolded.peek().has(row.id)) return toggleTask(row.id);
  const { starts, sections } = rows.peek();
  const section = sections[starts.findLastIndex((start) => start <= at)];
  if (section) atRow.value = keyOf(section.heading);
}

/** @type {Key[]} */
export const WALKING_KEYS = [
  { keys: ["ArrowRight"], shown: "→", does: "Unfold its jobs, or the group", run: open },
  { keys: ["ArrowLeft"], shown: "←", does: "Fold it, or go to its group", run: close },
].map((key) => ({ ...key, isMotion: true }));
