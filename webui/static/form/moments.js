// Moments as a control for date and time has them (local, without a zone) ↔ as the API has them
// (RFC 3339). Pure, apart from the zone of the machine.

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** A moment as the control shows it: "2026-07-31T09:30". @param {Date} at */
export function localText(at) {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = at.getSeconds() ? `:${two(at.getSeconds())}` : "";
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}

/**
 * RFC 3339, or a local moment, as the control shows it; undefined when it cannot, because it knows
 * no parts of a second.
 * @param {string} text
 */
export function localOf(text) {
  const found = text.match(
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(z|[-+]\d\d:?\d\d)?$/i,
  );
  if (!found || Number(found[4] ?? 0) !== 0) return undefined;
  const [, day, minute, second = ":00", , zone = ""] = found;
  const at = new Date(`${day}T${minute}${second}${zone}`);
  return Number.isNaN(at.getTime()) ? undefined : localText(at);
}

/**
 * What the control shows, as the API takes it: in UTC, or without a zone where that is meant. What
 * is no moment stays as it is.
 * @param {string} local @param {boolean} [isLocal]
 */
export function momentOf(local, isLocal = false) {
  const at = new Date(local);
  if (Number.isNaN(at.getTime())) return local;
  if (isLocal) return local.length === 16 ? `${local}:00` : local;
  return at.toISOString().replace(/\.000Z$/, "Z");
}
