// When a task should start, in plain choices ↔ cron expressions. Pure. Whether an expression is
// one, and when it comes true, only the service knows.

/**
 * @typedef {"hour"|"day"|"weekdays"|"week"|"month"|"custom"} Every
 * @typedef {object} Repeat
 * @property {Every} every
 * @property {string} time  "03:00"
 * @property {string} minute  of the hour
 * @property {string} weekday  0 is Sunday
 * @property {string} day  of the month
 * @property {string} cron  as the person wrote it
 */

/** @type {Repeat} */
export const EVERY_NIGHT = {
  every: "day",
  time: "03:00",
  minute: "0",
  weekday: "1",
  day: "1",
  cron: "",
};
/** @type {[Every, string][]} */
export const CHOICES = [
  ["hour", "Every hour"],
  ["day", "Every day"],
  ["weekdays", "Monday to Friday"],
  ["week", "Every week"],
  ["month", "Every month"],
  ["custom", "By a cron expression"],
];
export const WEEKDAYS = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];

/** The expression of a choice; what is not filled in is left out, and the service says so.
 * @param {Repeat} repeat */
export function cronOf({ every, time, minute, weekday, day, cron }) {
  const [h = "", m = ""] = time.split(":").map((part) => String(Number(part)));
  const at = time ? `${m} ${h}` : "";
  switch (every) {
    case "hour":
      return `${minute.trim()} * * * *`.trim();
    case "day":
      return `${at} * * *`.trim();
    case "weekdays":
      return `${at} * * 1-5`.trim();
    case "week":
      return `${at} * * ${weekday}`.trim();
    case "month":
      return `${at} ${day.trim()} * *`.trim();
    default:
      return cron.trim();
  }
}

/** An expression in words, as far as it is one of the plain choices. @param {string} cron */
export function wordsOf(cron) {
  const text = NICKNAMES[cron.trim().toLowerCase()] ?? cron.trim().replace(/\s+/g, " ");
  const found = text.match(/^(\d+) (\d+|\*) (\d+|\*) \* (\*|1-5|\d)$/);
  if (!found) return cron;
  const [, minute, hour, day, weekday] = found;
  const at = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (hour === "*") {
    const isPlain = day === "*" && weekday === "*";
    return isPlain ? `Every hour, at minute ${minute}` : cron;
  }
  if (day !== "*") return weekday === "*" ? `Every month on day ${day}, at ${at}` : cron;
  if (weekday === "*") return `Every day at ${at}`;
  if (weekday === "1-5") return `Monday to Friday at ${at}`;
  return `Every ${WEEKDAYS[Number(weekday) % 7]} at ${at}`;
}

/** @type {Object<string, string>} */
const NICKNAMES = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
};
