// The page of recordings, fetched when somebody first goes there (pages.js says what it exports).

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { goTo } from "../route.js";
import { Detail } from "./detail.js";
import { Listing } from "./list.js";
import {
  actOnTask,
  arriving,
  askDelete,
  chooseFiles,
  importFiles,
  isEditing,
  isOver,
  scan,
  step,
} from "./acts.js";
import { AskFolder } from "./folder.js";
import { isThere, leap, togglePlay } from "./player.js";
import { Settings, readEngines } from "./settings.js";
import {
  areSettingsShown,
  begin,
  chosen,
  followAddress,
  note,
  recording,
  summary,
} from "./state.js";

/** @import {Area, Key} from "../chords.js" */
/** @import {PageModule} from "../pages.js" */

function View() {
  useEffect(followAddress, []);
  useEffect(() => void readEngines(), []);
  useEffect(dropping, []);
  const told = summary.value;
  if (told && !told.folder && !sum(told.counts)) return html`<${AskFolder} />`;
  return html`<main class="recordings ${chosen.value === null && !areSettingsShown.value ? "" : "one-chosen"}">
    <h1 class="unseen">Recordings</h1>
    <${Listing} />
    ${areSettingsShown.value ? html`<${Settings} />` : html`<${Detail} />`}
    ${isOver.value ? html`<p class="dropping" role="status">Drop audio files to import them</p>` : null}
    ${arriving.value ? html`<p class="arriving" role="status">Importing ${arriving.value} …</p>` : null}
  </main>`;
}

/** @param {Record<string, number>} counts */
const sum = (counts) => Object.values(counts).reduce((all, n) => all + n, 0);

/** Files may be dropped anywhere on the page. */
function dropping() {
  const hasFiles = (/** @type {DragEvent} */ event) =>
    Boolean(summary.peek()?.folder) && (event.dataTransfer?.types.includes("Files") ?? false);
  const over = (/** @type {DragEvent} */ event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    isOver.value = true;
  };
  const out = (/** @type {DragEvent} */ event) => {
    if (event.relatedTarget === null) isOver.value = false;
  };
  const dropped = (/** @type {DragEvent} */ event) => {
    isOver.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    importFiles([...(event.dataTransfer?.files ?? [])]);
  };
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", out);
  document.addEventListener("drop", dropped);
  return () => {
    document.removeEventListener("dragover", over);
    document.removeEventListener("dragleave", out);
    document.removeEventListener("drop", dropped);
  };
}

const isShown = () => recording.value !== null;
const canRetry = () => recording.value?.task?.status === "failed" && isThere();
const hasText = () => Boolean(recording.value?.text) || recording.value?.status === "transcribed";

/** @type {Key[]} */
const LIST_KEYS = [
  { keys: ["ArrowDown", "j"], shown: "↓ J", does: "The next recording", run: () => step(1), isMotion: true },
  { keys: ["ArrowUp", "k"], shown: "↑ K", does: "The one before", run: () => step(-1), isMotion: true },
  {
    keys: ["/"],
    shown: "/",
    does: "Find words that are said",
    run: () => document.getElementById("find-recording")?.focus(),
  },
  { keys: ["i"], shown: "I", does: "Import audio files", run: chooseFiles, isChange: true },
  { keys: ["o"], shown: "O", does: "Settings of recordings", run: () => goTo("recordings", "settings"), isChange: true },
  { keys: ["s"], shown: "S", does: "Look into the notes folder now", run: scan, isChange: true },
];
/** @type {Key[]} */
const ONE_KEYS = [
  { keys: [" "], shown: "Space", does: "Play and pause", when: isThere, run: togglePlay },
  { keys: ["ArrowLeft"], shown: "←", does: "Five seconds back", when: isThere, run: () => leap(-5), isMotion: true },
  { keys: ["ArrowRight"], shown: "→", does: "Five seconds on", when: isThere, run: () => leap(5), isMotion: true },
  { keys: ["e"], shown: "E", does: "Edit the text", when: hasText, run: () => (isEditing.value = true), isChange: true },
  { keys: ["r"], shown: "R", does: "Try its transcription again", when: canRetry, run: () => actOnTask("retry"), isChange: true },
  { keys: ["Shift+Delete"], shown: "Shift Del", does: "Remove it", when: isShown, run: askDelete, isChange: true },
  { keys: ["Backspace"], shown: "⌫", does: "Back to the list", when: isShown, run: () => goTo("recordings"), isMotion: true },
];
/** @type {Area[]} */
const areas = [
  { name: "Recordings", keys: LIST_KEYS },
  { name: "The recording that is shown", keys: ONE_KEYS },
];

/** @type {PageModule} */
export const page = { View, sheets: ["page.css"], areas, note, begin };
