// The wall's settings as the page reads and changes them; the service keeps them, so that all
// windows agree. What they mean for the zoom is in sight.js.

import { computed, signal } from "@preact/signals";
import { send } from "../api.js";
import { state } from "../store.js";
import { remOn, zoomFor } from "./sight.js";

/** @import {Hours} from "./rest.js" */

/**
 * @typedef {object} WallSettings  under their names in the API, without "wall."
 * @property {"manual"|"distance"} sizing
 * @property {number} zoom
 * @property {number} diagonal  in inches
 * @property {number} distance  in metres
 * @property {boolean} curve
 * @property {boolean} road
 * @property {boolean} routes
 * @property {boolean} strip
 * @property {boolean} auto_focus
 * @property {number} cycle_s
 * @property {Hours} dim
 * @property {boolean} shift
 */

/** @type {WallSettings} */
const DEFAULTS = {
  sizing: "manual",
  zoom: 1,
  diagonal: 55,
  distance: 3,
  curve: true,
  road: true,
  routes: true,
  strip: true,
  auto_focus: true,
  cycle_s: 15,
  dim: null,
  shift: true,
};

/** Why the last change was not kept, in words. */
export const refused = signal("");

/** @type {import("@preact/signals").ReadonlySignal<WallSettings>} */
export const wallSettings = computed(() => {
  /** @type {Object<string, any>} */
  const all = state.value?.settings ?? {};
  return /** @type {WallSettings} */ (
    Object.fromEntries(
      Object.entries(DEFAULTS).map(([name, usual]) => [name, all[`wall.${name}`] ?? usual]),
    )
  );
});

/** The zoom that the settings mean, on the screen that shows the wall. */
export const wallZoom = computed(() => {
  const { sizing, zoom, diagonal, distance } = wallSettings.value;
  if (sizing === "manual") return zoom;
  return zoomFor({ diagonal, distance }, remOn(diagonal, screen.width / screen.height));
});

/** Whether this window may only look. */
/**
 * Change some, shown at once and taken back when the service refuses; whether they are kept.
 * @param {Partial<WallSettings>} changes
 */
export async function change(changes) {
  const body = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [`wall.${name}`, value]),
  );
  const kept = /** @type {Object<string, unknown>} */ ({ ...state.value?.settings });
  const before = Object.fromEntries(Object.keys(body).map((name) => [name, kept[name]]));
  show(body);
  try {
    show(await send("PATCH", "/settings", body));
    refused.value = "";
    return true;
  } catch (error) {
    show(before);
    refused.value = error instanceof Error ? error.message : String(error);
    return false;
  }
}

/** @param {Object<string, unknown>} settings */
function show(settings) {
  const known = state.value;
  if (known) state.value = { ...known, settings: { ...known.settings, ...settings } };
}
