// A task's way as stations: the stages of its steps, behind it, at hand or ahead. Pure.

import { whole } from "./format.js";

/** @import {Step, Task, TaskType} from "./types.js" */

/**
 * @typedef {{name: string, title: string, step: string, state: "past"|"now"|"next",
 *   counted?: string}} Station
 *   `title`: how its type calls it; `counted`: its own records, where each stage counts for itself
 */

/** More stations than this cannot be told apart on a line: then one for each step. */
const MOST = 8;

/** @param {Task} task @param {TaskType|undefined} type @returns {Station[]} */
export function stationsOf(task, type) {
  const steps = stepsOf(task, type);
  const isLong = steps.reduce((n, step) => n + Math.max(1, step.stages.length), 0) > MOST;
  return steps.flatMap((step, index) => {
    const names = step.stages.length && !isLong ? step.stages : [step.name];
    const at = isLong ? 0 : Math.max(0, names.indexOf(task.stage));
    return names.map((name, place) => ({
      name,
      title: type?.stage_titles?.[name] ?? name,
      step: step.name,
      state: stateOf(task, index - task.step_index || place - at),
      counted: index === task.step_index ? countedIn(task, name) : "",
    }));
  });
}

/** "300 of 1,000, 2 failed" of a stage with counts of its own. @param {Task} task @param {string} name */
function countedIn(task, name) {
  const stage = task.stage_progress?.find((one) => one.name === name);
  if (!stage || stage.state === "ahead") return "";
  const seen = stage.done + stage.failed + stage.skipped;
  const said = stage.total === null ? whole(seen) : `${whole(seen)} of ${whole(stage.total)}`;
  return stage.failed ? `${said}, ${whole(stage.failed)} failed` : said;
}

/** How far along the line, from 0 to 1. @param {Station[]} stations */
export function reached(stations) {
  const last = stations.length - 1;
  if (last < 1) return Number(stations[0]?.state === "past");
  const now = stations.findIndex((station) => station.state === "now");
  if (now >= 0) return now / last;
  return stations[last].state === "past" ? 1 : 0;
}

/**
 * The type's steps as this task has them; a type that is gone leaves what the task knows itself.
 * @param {Task} task
 * @param {TaskType|undefined} type
 * @returns {Step[]}
 */
function stepsOf(task, type) {
  return task.steps.map((name, index) => {
    const known = type?.steps[index];
    const stages = known?.name === name ? known.stages : [];
    return { name, stages: index === task.step_index && task.stages.length ? task.stages : stages };
  });
}

/**
 * @param {Task} task
 * @param {number} distance of a station from the one at hand
 * @returns {Station["state"]}
 */
function stateOf(task, distance) {
  if (task.status === "completed") return "past";
  if (!task.started_at) return "next";
  return distance < 0 ? "past" : distance > 0 ? "next" : "now";
}
