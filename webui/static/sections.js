// The arrangement as a person has folded it → the sections of the list. Pure.

/** @import {Arrangement} from "./arrangement.js" */
/** @import {JobRow, Section} from "./rows.js" */
/** @import {Job, TaskType} from "./types.js" */

/**
 * What there is of a group by status that is not loaded.
 * @typedef {{hasMore: boolean, isWhole: boolean, text: string}} Beyond
 *   `isWhole`: without a filter nothing is missing
 */

/**
 * @typedef {object} View
 * @property {Object<string, boolean>} folds  what the person said: {grouping:key: is it folded}
 * @property {Map<number, Job[]|null>} unfolded  the jobs of the tasks that are
 * @property {number|null} selected
 * @property {Map<string, TaskType>} types
 * @property {Object<string, Beyond>} beyond  {group by status: what is not loaded}
 * @property {Object<string, number>|null} totals  {group by status: how many there are}
 * @property {number} now
 */

/** @param {Arrangement} arrangement @param {View} view @returns {Section[]} */
export function sectionsOf(arrangement, view) {
  const { grouping, groups } = arrangement;
  const keys = [...groups.keys()].sort(grouping.orderKeys);
  const rest = Object.keys(view.beyond).filter((kind) => view.beyond[kind].hasMore);
  return keys.map((key, i) => {
    const isByStatus = grouping.by === "status";
    const kinds = isByStatus ? rest.filter((kind) => kind === key) : rest;
    const isLast = i === keys.length - 1;
    const count = groups.get(key)?.length ?? 0;
    const isFolded = view.folds[`${grouping.by}:${key}`] ?? isFoldedBefore(arrangement, key);
    const heading = {
      key,
      heading: grouping.heading(key, view.types, view.now),
      count: isByStatus ? countOf(key, count, view) : count,
      isAtLeast: kinds.length > 0 && !(isByStatus && view.totals),
      isFolded,
    };
    const isCut = kinds.length > 0 && !isFolded && (isByStatus || isLast);
    const more = isCut ? { more: kinds[0], text: view.beyond[kinds[0]].text } : null;
    return { heading, ...shownOf(arrangement, key, isFolded, view), more };
  });
}

/**
 * How many tasks there are in a group by status: those that are loaded, where these are all, as
 * what is counted elsewhere may be of another moment.
 * @param {string} key @param {number} loaded @param {Pick<View, "beyond"|"totals">} view
 */
export function countOf(key, loaded, { beyond, totals }) {
  const list = key === "paused" ? "waiting" : key;
  if (key === "running" || beyond[list]?.isWhole) return loaded;
  return Math.max(loaded, totals?.[key] ?? 0);
}

/**
 * Whether a group is folded until the person says otherwise: what is over, as long as something
 * else is there and nobody looks for anything.
 * @param {Arrangement} arrangement @param {string} key
 */
function isFoldedBefore({ grouping, isOpen, groups }, key) {
  return grouping.by === "status" && key === "finished" && isOpen && groups.size > 1;
}

/**
 * The tasks of a group that are shown, with their jobs. A folded group keeps the chosen task in
 * view: what a person has just acted on does not vanish under their hands.
 * @param {Arrangement} arrangement @param {string} key @param {boolean} isFolded @param {View} view
 * @returns {Pick<Section, "tasks"|"unfolded">}
 */
function shownOf(arrangement, key, isFolded, view) {
  const group = arrangement.groups.get(key);
  const placeOf = (/** @type {number|null} */ id) => {
    const placed = arrangement.placed.get(id ?? -1);
    return placed && group && arrangement.grouping.keyOf(placed) === key
      ? group.indexOf(placed)
      : -1;
  };
  let tasks = group?.members ?? [];
  let first = 0;
  if (isFolded) {
    first = placeOf(view.selected);
    tasks = first < 0 ? [] : [tasks[first]];
  }
  const unfolded = [...view.unfolded]
    .map(([id, jobs]) => ({ after: placeOf(id) - first, jobs: jobRows(id, jobs) }))
    .filter(({ after }) => after >= 0 && after < tasks.length)
    .sort((a, b) => a.after - b.after);
  return { tasks, unfolded };
}

/** @param {number} of @param {Job[]|null} jobs @returns {JobRow[]} */
function jobRows(of, jobs) {
  if (!jobs) return [{ job: null, of, key: `jobs-of-${of}`, part: "" }];
  return jobs.map((job) => {
    const parts = jobs.filter(({ step }) => step === job.step);
    const part = parts.length > 1 ? `part ${parts.indexOf(job) + 1} of ${parts.length}` : "";
    return { job, of, key: `job-${job.id}`, part };
  });
}
