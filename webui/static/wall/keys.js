// The keys of the wall, and of its settings.

import { route, togglePage } from "../route.js";
import { isHelpOpen } from "../store.js";
import { focusBy, isPanelOpen } from "./state.js";

/** @import {Key} from "../chords.js" */

/** What Esc means to the wall: close its settings, else back to the desk. */
export function leaveWall() {
  if (isPanelOpen.value) isPanelOpen.value = false;
  else if (route.value.page === "wall" && !isHelpOpen.value) togglePage();
}

/** On the wall. @type {Key[]} */
export const WALL_KEYS = [
  {
    keys: ["ArrowUp", "k"],
    shown: "↑",
    does: "Bring out the task above, for a minute",
    isMotion: true,
    run: () => focusBy(-1),
  },
  {
    keys: ["ArrowDown", "j"],
    shown: "↓",
    does: "Bring out the task below, for a minute",
    isMotion: true,
    run: () => focusBy(1),
  },
];

/** On both pages. @type {Key[]} */
export const WALL_SETTINGS_KEYS = [
  {
    keys: ["w"],
    shown: "W",
    does: "Settings of the big screen",
    run: () => (isPanelOpen.value = !isPanelOpen.value),
    isChange: true,
  },
];
