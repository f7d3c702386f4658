// The size and the colours of everything, as the settings say; the service keeps them, so that all
// windows look alike. All lengths are in rem, so the root's font size is the zoom.

import { effect, signal } from "@preact/signals";
import { send } from "./api.js";
import { state } from "./store.js";

const STEPS = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];
/** Milliseconds of rest before a new zoom is sent. */
const REST_MS = 400;

export const zoom = signal(1);
let timer = 0;

/** Look as the settings say, from now on. */
export function obeySettings() {
  effect(() => {
    const settings = state.value?.settings;
    if (!settings || timer) return;
    zoom.value = settings.zoom;
    document.documentElement.dataset.theme = settings.theme;
  });
  effect(() => {
    document.documentElement.style.fontSize = `${zoom.value * 100}%`;
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
  zoom.value = value;
  clearTimeout(timer);
  const own = window.setTimeout(async () => {
    // A zoom that could not be kept still holds in this window.
    await send("PATCH", "/settings", { zoom: value }).catch(() => undefined);
    if (timer === own) timer = 0; // else there is a newer one, which this answer must not undo
  }, REST_MS);
  timer = own;
}
