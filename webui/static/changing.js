// Changing a task: its title, its priority and the knobs that its type lets be turned while it
// runs. Drawn by views/changing.js; sent by actions.js.

import { signal } from "@preact/signals";
import { change, valueOf } from "./actions.js";
import { spaced } from "./format.js";
import { setPriorities } from "./reorder.js";
import { state, task } from "./store.js";
import { tell } from "./undo.js";

/** @import {Key} from "./chords.js" */
/** @import {Task} from "./types.js" */

/** The task as it was when its change began. @type {import("@preact/signals").Signal<Task|null>} */
export const changing = signal(null);
/** The field that takes the focus. */
export const firstField = signal("title");

/**
 * @typedef {{name: string, label: string, hint: string, least?: number, most?: number,
 *   isWhole?: boolean, isSwitch?: boolean, isRare?: boolean}} Field  `isRare`: shown on demand
 */

/** @type {Object<string, Omit<Field, "name">>} */
const KNOBS = {
  batch_size: { label: "Batch size", hint: "Records a batch", least: 1, most: 1e6, isWhole: true },
  rate: { label: "Speed limit", hint: "Records a second at most", least: 0.001, most: 1e9 },
  workers: { label: "Workers", hint: "Processes that compute", least: 1, most: 256, isWhole: true },
  nice: { label: "Left free", hint: "Share of the time, 0 to 0.95", least: 0, most: 0.95, isRare: true },
  target_ms: {
    label: "Batch time",
    hint: "Milliseconds that a batch should take",
    least: 20,
    most: 60_000,
    isWhole: true,
    isRare: true,
  },
  max_load: {
    label: "Load of others",
    hint: "Waits while other programs use a larger share of the processor, 0 to 1",
    least: 0,
    most: 1,
    isRare: true,
  },
  battery_percent: {
    label: "Battery",
    hint: "Waits on battery with less percent; 0 never, 101 always",
    least: 0,
    most: 101,
    isRare: true,
  },
  min_free_mb: {
    label: "Free disk",
    hint: "Waits while fewer megabytes are free",
    least: 0,
    most: 1e9,
    isRare: true,
  },
  quiet_hours: { label: "Quiet hours", hint: "Waits in them", isSwitch: true, isRare: true },
  activity: { label: "You first", hint: "Waits while you record", isSwitch: true, isRare: true },
};

/** What can be changed of a task now. @param {Task} of @returns {Field[]} */
export function fieldsOf(of) {
  /** @type {Field[]} */
  const fields = [{ name: "title", label: "Title", hint: "" }];
  if (!["queued", "running", "paused"].includes(of.status)) return fields;
  fields.push({
    name: "priority",
    label: "Priority",
    hint: "Higher goes first; from 100 on it may use the priority lane",
    least: -1000,
    most: 1000,
    isWhole: true,
  });
  const has = [...(state.value?.types.get(of.type)?.knobs ?? [])];
  const order = Object.keys(KNOBS);
  has.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return [...fields, ...has.map((name) => ({ name, ...(KNOBS[name] ?? other(name)) }))];
}

/** @param {string} name */
const other = (name) => ({ label: spaced(name), hint: "" });

/** @param {string} [field] */
export function askChange(field = "title") {
  firstField.value = field;
  changing.value = task.value;
}

/**
 * What a field means: text, a number, yes or no, or null for "as the type thinks best".
 * @param {Field} field @param {string} text
 */
export function meant(field, text) {
  if (field.name === "title") return text.trim();
  if (field.isSwitch) return text === "" ? null : text === "true";
  return text.trim() === "" ? null : Number(text);
}

/** Why a value cannot be, in words; "" when it can. @param {Field} field @param {string} text */
export function wrongWith(field, text) {
  const value = meant(field, text);
  if (field.name === "title") return value ? "" : "A task needs a title";
  if (value === null) return field.name === "priority" ? "A number is needed" : "";
  if (field.isSwitch) return "";
  const { least = -Infinity, most = Infinity, isWhole } = field;
  if (typeof value !== "number" || Number.isNaN(value)) return "A number is needed";
  if (isWhole && !Number.isInteger(value)) return "A whole number is needed";
  return value < least || value > most ? `From ${least} to ${most.toLocaleString("en-US")}` : "";
}

/**
 * Change what differs from how the task was when the form opened.
 * @param {Task} seen @param {Object<string, unknown>} values
 * @returns {Promise<boolean>} whether the form may close
 */
export async function save(seen, values) {
  const entries = Object.entries(values).filter(([name, value]) => value !== valueOf(seen, name));
  if (!entries.length) return true;
  const changes = Object.fromEntries(entries);
  if (!(await change(seen, changes))) return false;
  const before = Object.fromEntries(entries.map(([name]) => [name, valueOf(seen, name)]));
  tell(wordsOf(changes), {
    key: `change:${seen.id}:${Date.now()}`,
    undo: () => {
      const now = state.value?.tasks.get(seen.id);
      return now ? change(now, before) : false;
    },
  });
  return true;
}

/** @param {Object<string, unknown>} changes */
function wordsOf(changes) {
  const names = Object.keys(changes);
  if (names.length > 1) return "Task changed";
  const [name] = names;
  if (name === "title") return `Renamed to “${changes.title}”`;
  const label = name === "priority" ? "Priority" : (KNOBS[name]?.label ?? spaced(name));
  return `${label} is now ${changes[name] ?? "automatic"}`;
}

/** The priority of the task that is shown, from its small control. @param {number} priority */
export function setPriority(priority) {
  const of = task.value;
  if (of) setPriorities([{ id: of.id, priority }], [of]);
}

/** @type {Key[]} */
export const CHANGE_KEYS = [
  {
    keys: ["e", "F2"],
    shown: "E",
    does: "Change its title, priority or speed",
    when: () => task.value !== null,
    run: () => askChange(),
  },
];
