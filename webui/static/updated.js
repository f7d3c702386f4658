// An update of the service while the page is open: asks for a reload, and forces none. What was
// typed into a form is kept over it (form/draft.js).

import { read } from "./api.js";
import { toast } from "./toasts.js";

/** The version that this page came from. */
let loaded = "";

/** The page was loaded from a service of this version. @param {string} version */
export function noteVersion(version) {
  if (!loaded) loaded = version;
  else if (version !== loaded) ask(version);
}

/** The service answers again: is it still the same? */
export async function askVersion() {
  const known = await read("/version").catch(() => null);
  if (known) noteVersion(known.version);
}

/** @param {string} version */
function ask(version) {
  toast({
    key: `updated ${version}`,
    title: `Longhaul was updated to ${version}`,
    text: "Reload the page to use it. What runs goes on, and what you typed is kept.",
    tone: "plain",
    link: { label: "Reload", go: () => location.reload() },
    stays: true,
    again: true,
  });
}
