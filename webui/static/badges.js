// How many tasks run, where it is seen while the list is not: in the window's title and on the way
// to the big screen.

import { computed, effect } from "@preact/signals";
import { haul } from "./store.js";

export const running = computed(() => haul.value.running);

/** Say it in the title, for as long as the page lives. */
export function followTitle() {
  effect(() => {
    document.title = running.value ? `(${running.value}) Longhaul` : "Longhaul";
  });
}
