// The line above the list: which statuses, how it is grouped, and on request the rarer filters.

import { html } from "htm/preact";
import * as filters from "../filters.js";
import { compact, whole } from "../format.js";
import { GROUPINGS } from "../grouping.js";
import { countOf } from "../sections.js";
import { arrangement, beyond, rows, totals, types } from "../store.js";
import { Glyph } from "./glyph.js";

/** @import {By} from "../grouping.js" */
/** @import {Status} from "../types.js" */

/** @type {{key: string, label: string, statuses: Status[], glyph: string}[]} */
const CHIPS = [
  { key: "running", label: "Running", statuses: ["running"], glyph: "running" },
  { key: "failed", label: "Failed", statuses: ["failed"], glyph: "failed" },
  { key: "paused", label: "Paused", statuses: ["paused"], glyph: "paused" },
  { key: "waiting", label: "Waiting", statuses: ["queued"], glyph: "queued" },
  {
    key: "finished",
    label: "Finished",
    statuses: ["completed", "cancelled"],
    glyph: "completed",
  },
];

export function Filters() {
  const { filter, grouping, isPanelOpen } = filters;
  rows.value; // the counts change with the rows
  const isAny = filter.value.statuses.length === 0;
  return html`<section class="filters" aria-label="Filter and group the list">
    <div class="chips" role="group" aria-label="Status">
      <button class="choice" aria-pressed=${isAny} onClick=${filters.allStatuses}>All</button>
      ${CHIPS.map((chip) => html`<${Chip} key=${chip.key} ...${chip} />`)}
    </div>
    <label class="selecting"><span>Group by</span><select value=${grouping.value.by}
        aria-label="Group by" aria-keyshortcuts="G"
        onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) =>
          filters.setGrouping(/** @type {By} */ (currentTarget.value))}>
      ${Object.values(GROUPINGS).map(
        ({ by, label }) =>
          html`<option key=${by} value=${by} selected=${by === grouping.value.by}>${label}
          </option>`,
      )}</select></label>
    <button class="choice" aria-expanded=${isPanelOpen.value} aria-keyshortcuts="Shift+F"
        onClick=${filters.togglePanel}>Filter</button>
    ${isPanelOpen.value ? html`<${Panel} />` : null}
  </section>`;
}

/** @param {{label: string, statuses: Status[], glyph: string}} props */
function Chip({ label, statuses, glyph }) {
  const { counts } = arrangement.value;
  const loaded = statuses.reduce((n, status) => n + (counts[status] ?? 0), 0);
  const key = label.toLowerCase();
  const count = countOf(key, loaded, { beyond: beyond.value, totals: totals.value });
  const isOn = statuses.some((status) => filters.filter.value.statuses.includes(status));
  if (!count && !isOn) return null;
  return html`<button class="choice ${statuses[0]}" aria-pressed=${isOn}
      title="${whole(count)} of them" onClick=${() => filters.toggleStatuses(statuses)}>
    <${Glyph} name=${glyph} /><span>${label}</span> <b>${compact(count)}</b></button>`;
}

function Panel() {
  const { maintenance, type } = filters.filter.value;
  const { facets } = arrangement.value;
  const names = new Set([...facets.type.keys(), ...(type ? [type] : [])]);
  const titles = [...names].map((name) => ({
    name,
    title: types.value.get(name)?.title ?? name,
  }));
  return html`<div class="rarer">
    <${Pick} name="type" label="Type" options=${titles} />
    <${Pick} name="source" label="Came from" options=${named([...facets.source.keys()])} />
    <${Pick} name="project" label="Project" options=${named([...facets.project.keys()])} />
    <label class="switch"><input type="checkbox" role="switch" checked=${maintenance}
        aria-keyshortcuts="M" onChange=${filters.toggleMaintenance} />
      <span>Show maintenance</span></label>
    ${
      filters.isFiltered.value
        ? html`<button class="choice" onClick=${filters.clearFilters}>Show all tasks</button>`
        : null
    }
  </div>`;
}

/** @param {string[]} names */
const named = (names) => names.map((name) => ({ name, title: name }));

/**
 * A choice among what there is.
 * @param {{name: "type"|"source"|"project", label: string,
 *   options: {name: string, title: string}[]}} props
 */
function Pick({ name, label, options }) {
  const value = filters.filter.value[name];
  const all = options.some((option) => option.name === value || !value)
    ? options
    : [...options, { name: value, title: value }];
  if (all.length < 2 && !value) return null;
  all.sort((a, b) => a.title.localeCompare(b.title, "en", { numeric: true }));
  return html`<label class="selecting"><span>${label}</span><select value=${value}
      aria-label=${label}
      onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) =>
        filters.setWord(name, currentTarget.value)}>
    <option value="" selected=${!value}>Any</option>
    ${all.map(
      (option) => html`<option key=${option.name} value=${option.name}
        selected=${option.name === value}>${option.title}</option>`,
    )}</select></label>`;
}
