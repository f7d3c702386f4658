// The sample of a preview as a table: which columns, and what stands in them. Pure.

import { plain } from "../format.js";
import { labelOf } from "./words.js";

/** Columns that are shown; what a person decides by stands first. */
const MOST = 6;
const FIRST = ["before", "after", "outcome"];

/**
 * @param {Object<string, unknown>[]} sample
 * @returns {{names: string[], labels: string[], rows: string[][]}}
 */
export function tableOf(sample) {
  const all = [...new Set(sample.flatMap((row) => Object.keys(row)))];
  const said = all.filter((name) => sample.some((row) => isSaid(row[name])));
  const key = said.filter((name) => !FIRST.includes(name)).slice(0, 1);
  const known = FIRST.filter((name) => all.includes(name));
  const others = said.filter((name) => !known.includes(name) && !key.includes(name));
  const names = [...key, ...known, ...others].slice(0, MOST);
  const rows = sample.map((row) => names.map((name) => plain(row[name] ?? null)));
  return { names, labels: names.map((name) => labelOf(name)), rows };
}

/** @param {unknown} value */
const isSaid = (value) => value !== null && value !== undefined && value !== "" && value !== false;
