// Events between two drawings of the page: kept as they came, and read when they are wanted. Of one
// task's progress only the last of a short while is: each tells the whole record. Pure.

/** @import {StreamEvent} from "./types.js" */

/** @typedef {{id: number, kind: string, text: string}} Told  `text`: its data as it came, JSON */

/** Milliseconds of which one task's progress is told once. */
const WHILE_MS = 400;
/** A task's document begins with its number. */
const NUMBER = /^\{"id":(\d+),/;

export class Collected {
  /** @type {(Told|null)[]} */
  #told = [];
  /** Where in it the last progress of a task is. @type {Map<string, {at: number, since: number}>} */
  #last = new Map();

  get length() {
    return this.#told.length;
  }

  /** @param {Told} told @param {number} now  in milliseconds, of any clock */
  add(told, now) {
    const task = told.kind === "task_progress" ? NUMBER.exec(told.text)?.[1] : undefined;
    if (task) {
      const before = this.#last.get(task);
      const isSoon = before !== undefined && now - before.since < WHILE_MS;
      if (isSoon) this.#told[before.at] = null;
      this.#last.set(task, { at: this.#told.length, since: isSoon ? before.since : now });
    }
    this.#told.push(told);
  }

  /** All of them in order; what it holds afterwards is nothing. @returns {StreamEvent[]} */
  take() {
    const told = this.#told;
    this.#told = [];
    this.#last.clear();
    return told.flatMap((each) =>
      each ? [{ id: each.id, kind: each.kind, data: JSON.parse(each.text) }] : [],
    );
  }
}
