// Every task in its place: the groups of the list, the waiting line, what has finished, and how many
// there are of each status. A change moves one task and costs the same however many there are.
// Without DOM; owned by store.js, made into rows by rows.js.

import { byEnd, inLine, standsTheSame, statusGroup } from "./grouping.js";
import { FINISHED, fits, fitsBeside, isOpen } from "./matching.js";
import { Sorted } from "./sorted.js";

/** @import {Grouping} from "./grouping.js" */
/** @import {Filter} from "./matching.js" */
/** @import {Task} from "./types.js" */

/** Reasons that lie in the task itself, so that it has no place in the line. */
export const OWN_REASONS = new Set(["held", "after", "scheduled", "back-off", "paused"]);

/**
 * How far back a kind of finished tasks is loaded without a gap: to this moment, "" for all. What
 * was found further back is shown under a filter only.
 * @typedef {{failed: string, finished: string}} Horizon
 */

export class Arrangement {
  /** @param {Filter} filter @param {Grouping} grouping @param {Horizon} horizon */
  constructor(filter, grouping, horizon) {
    this.filter = filter;
    this.grouping = grouping;
    this.horizon = horizon;
    this.isOpen = isOpen(filter);
    /** Changes with every change of place. */
    this.version = 0;
    /** @type {Map<string, Sorted<Task>>} */
    this.groups = new Map();
    /** All that only waits for its turn, whatever the filter. */
    this.line = new Sorted(inLine);
    /** All that has finished and is loaded, whatever the filter, latest first.
     * @type {Object<string, Sorted<Task>>} */
    this.ended = { failed: new Sorted(byEnd), finished: new Sorted(byEnd) };
    /** {status: tasks that fit but for their status}. @type {Object<string, number>} */
    this.counts = {};
    /** What there is to choose from: {member: {value: tasks}}.
     * @type {Record<"type"|"source"|"project", Map<string, number>>} */
    this.facets = { type: new Map(), source: new Map(), project: new Map() };
    /** The record of each task that its place was found with. @type {Map<number, Task>} */
    this.placed = new Map();
  }

  /** All tasks at once, at the beginning. @param {Iterable<Task>} tasks */
  fill(tasks) {
    /** @type {Map<string, Task[]>} */
    const by = new Map();
    for (const task of tasks) {
      this.placed.set(task.id, task);
      this.#count(task, 1);
      if (isInLine(task)) this.line.members.push(task);
      if (task.finished_at) this.ended[statusGroup(task)].members.push(task);
      if (!this.#admits(task)) continue;
      const key = this.grouping.keyOf(task);
      const found = by.get(key);
      if (found) found.push(task);
      else by.set(key, [task]);
    }
    this.line.members.sort(inLine);
    for (const ended of Object.values(this.ended)) ended.members.sort(byEnd);
    for (const [key, members] of by) {
      this.groups.set(key, new Sorted(this.grouping.order(key), members));
    }
    this.version++;
    return this;
  }

  /** A task as it is now, or undefined when it is gone. @param {number} id @param {Task} [task] */
  take(id, task) {
    const before = this.placed.get(id);
    if (before && task && standsTheSame(before, task)) return;
    if (before) this.#remove(before);
    if (task) this.#add(task);
    if (before || task) this.version++;
  }

  /** What has finished is loaded further back. @param {keyof Horizon} kind @param {string} to */
  reach(kind, to) {
    const was = this.horizon[kind];
    this.horizon = { ...this.horizon, [kind]: to };
    for (const task of this.ended[kind].members) {
      const at = task.finished_at ?? "";
      if (this.isOpen && at < was && at >= to && fits(this.filter, task)) this.#place(task);
    }
    this.version++;
  }

  /** How many stand before a task in line. @param {Task} task */
  ahead(task) {
    return Math.max(0, this.line.place(this.placed.get(task.id) ?? task));
  }

  /** @param {Task} task */
  #admits(task) {
    if (!fits(this.filter, task)) return false;
    if (!this.isOpen || !task.finished_at) return true;
    const group = task.status === "failed" ? "failed" : "finished";
    return task.finished_at >= this.horizon[group];
  }

  /** @param {Task} task */
  #add(task) {
    this.placed.set(task.id, task);
    this.#count(task, 1);
    if (isInLine(task)) this.line.add(task);
    if (task.finished_at) this.ended[statusGroup(task)].add(task);
    if (this.#admits(task)) this.#place(task);
  }

  /** @param {Task} task */
  #place(task) {
    const key = this.grouping.keyOf(task);
    let group = this.groups.get(key);
    if (!group) this.groups.set(key, (group = new Sorted(this.grouping.order(key))));
    group.add(task);
  }

  /** @param {Task} task */
  #remove(task) {
    this.placed.delete(task.id);
    this.#count(task, -1);
    if (isInLine(task)) this.line.remove(task);
    if (task.finished_at) this.ended[statusGroup(task)].remove(task);
    const key = this.grouping.keyOf(task);
    const group = this.groups.get(key);
    if (group?.remove(task) && !group.length) this.groups.delete(key);
  }

  /** @param {Task} task @param {1|-1} by */
  #count(task, by) {
    if (fitsBeside(this.filter, task))
      this.counts[task.status] = (this.counts[task.status] ?? 0) + by;
    for (const [name, counts] of Object.entries(this.facets)) {
      const value = task[/** @type {"type"} */ (name)];
      if (!value) continue;
      const n = (counts.get(value) ?? 0) + by;
      if (n) counts.set(value, n);
      else counts.delete(value);
    }
  }
}

/** Whether a task waits for nothing but its turn. @param {Task} task */
export const isInLine = (task) =>
  task.status === "queued" && !task.held && !OWN_REASONS.has(task.waiting_because?.code ?? "");

/** Whether a filter can find tasks that have finished. @param {Filter} filter */
export const findsFinished = (filter) =>
  !filter.statuses.length || FINISHED.some((status) => filter.statuses.includes(status));
