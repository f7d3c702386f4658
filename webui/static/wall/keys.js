// The keys of the wall.

import { isHelpOpen } from "../store.js";
import { go, route } from "../route.js";
import { PATHS } from "../addresses.js";

/** @import {Key} from "../chords.js" */

/** Back to the desk, unless Esc has something to close first. */
export function leaveWall() {
  if (route.value.page === "wall" && !isHelpOpen.value) go(PATHS.desk + location.search);
}

/** @type {Key[]} */
export const WALL_KEYS = [];
