// The size and the colours of everything, as the settings say; the service keeps them, so that all
// windows look alike. All lengths are in rem, so the root's font size is the zoom. The wall has a
// zoom of its own, for it is looked at from further away.

import { computed, effect, signal } from "@preact/signals";
import { send } from "./api.js";
import { route } from "./route.js";
import { state } from "./store.js";
import { change, wallZoom } from "./wall/settings.js";

/** @import {PageName} from "./addresses.js" */

const STEPS = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];
/** Milliseconds of rest before a new zoom is sent. */
const REST_MS = 400;

/**
 * What this window asked for and the service does not keep yet, or could not keep.
 * @type {import("@preact/signals").Signal<{[page in PageName]?: number}>}
 */
const asked = signal({});
/** Of the page that is shown. */
export const zoom = computed(() => {
  const { page } = route.value;
  const kept = page === "wall" ? wallZoom.value : (state.value?.settings.zoom ?? 1);
  return asked.value[page] ?? kept;
});
/** One rem in pixels, as it is now. */
export const remInPixels = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
/** @type {{[page in PageName]?: number}} */
const timers = {};

/** Look as the settings say, from now on. */
export function obeySettings() {
  const root = document.documentElement;
  effect(() => {
    if (state.value) root.dataset.theme = state.value.settings.theme;
  });
  effect(() => {
    const isWall = route.value.page === "wall";
    // 1rem of the wall is a hundredth of its width, so that every screen shows the same picture
    const size = isWall ? `calc(min(1vw, 1.7778vh) * ${zoom.value})` : `${zoom.value * 100}%`;
    root.style.fontSize = size;
    root.style.setProperty("--zoom", String(zoom.value));
    root.dataset.page = route.value.page;
  });
}

/** @param {1|-1} direction */
export function zoomBy(direction) {
  const next =
    direction > 0 ? STEPS.find((z) => z > zoom.value) : STEPS.findLast((z) => z < zoom.value);
  zoomTo(next ?? zoom.value);
}

/** @param {number} value */
export function zoomTo(value) {
  const { page } = route.value;
  asked.value = { ...asked.value, [page]: value };
  clearTimeout(timers[page]);
  const own = window.setTimeout(async () => {
    // A zoom that could not be kept still holds in this window.
    const isKept = await keep(page, value);
    // A newer one is not undone by this answer.
    if (isKept && timers[page] === own) asked.value = { ...asked.value, [page]: undefined };
  }, REST_MS);
  timers[page] = own;
}

/** @param {PageName} page @param {number} value */
async function keep(page, value) {
  if (page === "wall") return change({ zoom: value, sizing: "manual" });
  try {
    const settings = await send("PATCH", "/settings", { zoom: value });
    if (state.value) state.value = { ...state.value, settings };
    return true;
  } catch {
    return false;
  }
}
