// What this browser keeps for the page between visits: small values in its local storage. Tabs of
// one browser share them; a browser that keeps nothing (or is full) only forgets sooner.

const PREFIX = "longhaul.";

/**
 * @template T
 * @param {string} name @param {T} otherwise  when nothing, or nothing sound, is kept
 * @returns {T}
 */
export function kept(name, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** @param {string} name @param {unknown} value */
export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // private windows and full disks: it is asked for again next time
  }
}

/**
 * Run `change` while no other tab of this browser does the same under `name`; where the browser
 * has no locks (an address that is not this machine's own), at once.
 * @param {string} name @param {() => void} change
 */
export async function alone(name, change) {
  if (!navigator.locks) return change();
  await navigator.locks.request(PREFIX + name, change);
}
