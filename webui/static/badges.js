// How many tasks run, where it is seen while the list is not: in the window's title and beside
// the names of the pages.

import { computed, effect } from "@preact/signals";
import { SECTIONS } from "./pages.js";
import { route } from "./route.js";
import { haul } from "./store.js";

export const running = computed(() => haul.value.running);

/** The same of each page: of those that are about some tasks alone.
 * @type {import("@preact/signals").ReadonlySignal<{[page: string]: number}>} */
export const runningIn = computed(() => {
  const { runners } = haul.value;
  return Object.fromEntries(
    SECTIONS.map(({ page, mine }) => [page, runners.filter(mine).length]),
  );
});

/** Say it in the title, for as long as the page lives. */
export function followTitle() {
  effect(() => {
    const { label } = SECTIONS.find(({ page }) => page === route.value.page) ?? {};
    const name = label && route.value.page !== "desk" ? `${label} · Longhaul` : "Longhaul";
    document.title = running.value ? `(${running.value}) ${name}` : name;
  });
}
