// How the list is parted: by status, type, project or day, each with the order of its groups and of
// the tasks in them. Pure.

/** @import {Task, TaskType} from "./types.js" */

/** @typedef {"status"|"type"|"project"|"day"} By */
/**
 * @typedef {object} Grouping
 * @property {By} by
 * @property {string} label  as a person chooses it
 * @property {(task: Task) => string} keyOf
 * @property {(key: string, types: Map<string, TaskType>, now: number) => string} heading
 * @property {(a: string, b: string) => number} orderKeys
 * @property {(key: string) => (a: Task, b: Task) => number} order  inside a group
 */

/** The group of each status, and where it stands. @type {Object<string, string>} */
const GROUP = {
  running: "running",
  failed: "failed",
  paused: "paused",
  queued: "waiting",
  completed: "finished",
  cancelled: "finished",
};
const RANK = ["running", "failed", "paused", "waiting", "finished"];
/** @type {Object<string, string>} */
const HEADINGS = {
  running: "Running",
  failed: "Failed",
  paused: "Paused",
  waiting: "Waiting",
  finished: "Finished",
};
/** The rank of each status. @type {Object<string, number>} */
const STANDS = Object.fromEntries(Object.entries(GROUP).map(([s, g]) => [s, RANK.indexOf(g)]));

/** The group by status of a task. @param {Task} task */
export const statusGroup = (task) => GROUP[task.status];

/** @param {string|null} a @param {string|null} b */
const compare = (a, b) => ((a ?? "") < (b ?? "") ? -1 : (a ?? "") > (b ?? "") ? 1 : 0);

/** The waiting line's own order; what a person holds stands behind it. @type {Order} */
export function inLine(a, b) {
  return (
    Number(a.held) - Number(b.held) ||
    b.priority - a.priority ||
    a.position - b.position ||
    a.id - b.id
  );
}
/** @type {Order} */
export const byStart = (a, b) => compare(a.started_at, b.started_at) || a.id - b.id;
/** Latest first. @type {Order} */
export const byEnd = (a, b) => compare(b.finished_at, a.finished_at) || b.id - a.id;

/** @typedef {(a: Task, b: Task) => number} Order */
/** @type {Object<string, Order>} */
const INSIDE = {
  running: byStart,
  failed: byEnd,
  paused: inLine,
  waiting: inLine,
  finished: byEnd,
};

/** What moves first, then as in the groups by status. @type {Order} */
function byStatus(a, b) {
  const [one, other] = [STANDS[a.status], STANDS[b.status]];
  return one - other || INSIDE[GROUP[a.status]](a, b);
}

/** What decides where a task stands, in whichever grouping. @type {(keyof Task)[]} */
const PLACING = [
  "shown_status",
  "held",
  "priority",
  "position",
  "started_at",
  "finished_at",
  "title",
  "project",
];

/**
 * Whether a newer record of a task stands where the older one stood.
 * @type {(a: Task, b: Task) => boolean}
 */
export const standsTheSame = (a, b) =>
  PLACING.every((name) => a[name] === b[name]) &&
  a.waiting_because?.code === b.waiting_because?.code;

/** @type {Record<By, Grouping>} */
export const GROUPINGS = {
  status: {
    by: "status",
    label: "Status",
    keyOf: statusGroup,
    heading: (key) => HEADINGS[key],
    orderKeys: (a, b) => RANK.indexOf(a) - RANK.indexOf(b),
    order: (key) => INSIDE[key],
  },
  type: {
    by: "type",
    label: "Type",
    keyOf: (task) => task.type,
    heading: (key, types) => types.get(key)?.title ?? key,
    orderKeys: compare,
    order: () => byStatus,
  },
  project: {
    by: "project",
    label: "Project",
    keyOf: (task) => task.project ?? "",
    heading: (key) => key || "Without a project",
    orderKeys: (a, b) => Number(!a) - Number(!b) || a.localeCompare(b, "en", { numeric: true }),
    order: () => byStatus,
  },
  day: {
    by: "day",
    label: "Day",
    keyOf: (task) => dayOf(task.created_at),
    heading: (key, _, now) => dayName(Date.parse(`${key}T12:00:00`), now),
    orderKeys: (a, b) => compare(b, a),
    order: () => byStatus,
  },
};

const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** "Today", "Yesterday", "Fri 3 Oct 2025". @param {number} at @param {number} now */
function dayName(at, now) {
  const date = new Date(at);
  if (date.toDateString() === new Date(now).toDateString()) return "Today";
  if (date.toDateString() === new Date(now - 86_400_000).toDateString()) return "Yesterday";
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  const day = `${WEEKDAY.format(at)} ${DAY.format(at)}`;
  return isThisYear ? day : `${day} ${date.getFullYear()}`;
}

/** The local day of a moment, as text that sorts. @param {string} at */
function dayOf(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @param {string|null} said @returns {Grouping} */
export const groupingOf = (said) => GROUPINGS[/** @type {By} */ (said)] ?? GROUPINGS.status;
