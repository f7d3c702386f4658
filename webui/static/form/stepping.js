// A number a step up or down. Pure.

/**
 * The number a step on, within its limits; null when there is none to step from.
 * @param {string} text @param {number} by @param {any} limits
 */
export function stepped(text, by, { minimum = -Infinity, maximum = Infinity }) {
  const from = text.trim() === "" ? (Number.isFinite(minimum) ? minimum - by : 0) : Number(text);
  if (!Number.isFinite(from)) return null;
  const places = (String(text).split(".")[1] ?? "").length;
  return String(Number(Math.min(maximum, Math.max(minimum, from + by)).toFixed(places)));
}
