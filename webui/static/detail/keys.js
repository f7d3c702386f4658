// The keys of the details: which part is shown, and what can be done in it.

import { task } from "../store.js";
import { shownTab, TAB_KEYS } from "../tabs.js";
import { copy } from "../views/copy.js";
import { toNewest } from "../views/log.js";
import { runAgain } from "../views/params.js";
import { commandOf, jsonOf } from "./command.js";
import { LEVELS, level } from "./log.js";
import { isLarge, result } from "./result.js";

/** @typedef {import("../chords.js").Key} Key */

/** @param {string} id */
const press = (id) => document.getElementById(id)?.click();
const isOnLog = () => task.value !== null && shownTab.value === "log";
const isSaved = () => shownTab.value === "log" || shownTab.value === "result";

/** @type {Key[]} */
export const DETAIL_KEYS = [
  ...TAB_KEYS,
  {
    keys: ["f"],
    shown: "F",
    does: "Find in its log",
    when: isOnLog,
    run: () => document.getElementById("find-in-log")?.focus(),
  },
  {
    keys: ["v"],
    shown: "V",
    does: "The next least level of its log",
    when: isOnLog,
    run: () => (level.value = LEVELS[(LEVELS.indexOf(level.value) + 1) % LEVELS.length]),
  },
  { keys: ["l"], shown: "L", does: "To the newest line of its log", when: isOnLog, run: toNewest },
  {
    keys: ["d"],
    shown: "D",
    does: "Save its log, or its result",
    when: isSaved,
    run: () => press(shownTab.value === "log" ? "save-log" : "save-result"),
  },
  {
    keys: ["u"],
    shown: "U",
    does: "Its result, large",
    when: () => result.value !== null && shownTab.value === "result",
    run: () => (isLarge.value = true),
  },
  {
    keys: ["Shift+d"],
    shown: "⇧ D",
    does: "Save the table of its result as CSV",
    when: () => document.getElementById("save-result-csv") !== null,
    run: () => press("save-result-csv"),
  },
  {
    keys: ["a"],
    shown: "A",
    does: "Run it again with changes",
    when: () => task.value !== null,
    run: () => task.value && runAgain(task.value),
    isChange: true,
  },
  {
    keys: ["y"],
    shown: "Y",
    does: "Copy its parameters as JSON",
    run: () => task.value && copy(jsonOf(task.value), "The parameters as JSON"),
  },
  {
    keys: ["Shift+y"],
    shown: "⇧ Y",
    does: "Copy it as a command",
    run: () => task.value && copy(commandOf(task.value), "The command"),
  },
];
