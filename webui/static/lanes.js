// The lanes of the queue as a sheet: opened here, fetched and drawn by views/lanes.js when somebody
// first asks for it.

import { signal } from "@preact/signals";

/** @import {Key} from "./chords.js" */

/** The sheet's component while it is open. @type {import("@preact/signals").Signal<any>} */
export const lanesView = signal(null);

export async function openLanes() {
  const { Lanes } = await import("./views/lanes.js");
  lanesView.value = Lanes;
}

export const closeLanes = () => (lanesView.value = null);

/** @type {Key[]} */
export const LANES_KEYS = [
  {
    keys: ["Shift+p"],
    shown: "Shift P",
    does: "Its lanes: what runs in each, and how many slots it has",
    run: openLanes,
  },
];
