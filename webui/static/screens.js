// Second screens: an address that lets another screen look and nothing else, which screens look now,
// and that one of them may no longer. Drawn by views/screens.js.

import { signal } from "@preact/signals";
import { ask, read, send } from "./api.js";

/** @typedef {"this machine"|"network"} Reach  from where the address can be opened */
/** @typedef {{mark: string, made_at: string, used_at: string, ends_at: string}} Screen */
/** @typedef {{address: string, code: string, mark: string, until: number}} Invitation
 *   `until` in milliseconds since 1970 */

/** Those that look; null until they were asked for.
 * @type {import("@preact/signals").Signal<Screen[]|null>} */
export const screens = signal(null);
/** @type {import("@preact/signals").Signal<Reach>} */
export const reach = signal(/** @type {Reach} */ ("this machine"));
/** The address that was made last; it works once. @type {import("@preact/signals").Signal<Invitation|null>} */
export const invitation = signal(null);
/** Why something could not be done. */
export const trouble = signal("");

/** Which screens look now. An address that was used is gone. */
export async function readScreens() {
  const found = await trying(() => read("/screens"));
  if (!found) return;
  screens.value = found.items;
  reach.value = found.reach;
  const { mark, until } = invitation.value ?? { mark: "", until: 0 };
  const isUsed = found.items.some((/** @type {Screen} */ each) => each.mark === mark);
  if (isUsed || until < Date.now()) invitation.value = null;
}

/** Make an address for one more. */
export async function invite() {
  const made = await trying(() => send("POST", "/codes", { scope: "read" }));
  if (!made) return;
  const { address, code, mark, expires_in_s } = made;
  invitation.value = { address, code, mark, until: Date.now() + expires_in_s * 1000 };
  reach.value = made.reach;
}

/** One of them may no longer look. @param {string} mark */
export async function endScreen(mark) {
  await trying(() => ask(`/screens/${mark}`, { method: "DELETE" }));
  await readScreens();
}

/** @param {() => Promise<any>} request */
async function trying(request) {
  trouble.value = "";
  try {
    return await request();
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
    return null;
  }
}
