// The line at the top: whose page it is, whether it is live, the time, the ways to the keys and out.

import { html } from "htm/preact";
import { clock, clockSeconds, counted, whole } from "../format.js";
import { askNewTask } from "../new_task.js";
import { openLanes } from "../lanes.js";
import { openPalette } from "../palette.js";
import { askCancelAll, askClearCompleted, askRetryFailed, toggleQueue } from "../queue.js";
import { route, togglePage } from "../route.js";
import { busy, haul, isHelpOpen, isPaused, isRead, isReadOnly, link, now } from "../store.js";
import { askStop, stopping } from "../stopping.js";
import { Menu } from "./menu.js";
import { Nav, entriesOfNav } from "./nav.js";
import { Search } from "./search.js";
import { StopButton } from "./stop.js";

/** @import {Item} from "./menu.js" */

export function Top() {
  const isDesk = route.value.page === "desk";
  return html`<header class="top">
    <svg class="mark" viewBox="0 0 34 26" aria-hidden="true">
      <path d="M4 22 H20 A7 7 0 0 0 27 15 V8" /><circle class="end" cx="27" cy="5.5" r="4.5" />
          <circle cx="4" cy="22" r="4" />
    </svg>
    <b>Longhaul</b>
    <${Nav} />
    ${isDesk ? html`<h1 class="unseen">${subtitle()}</h1>
    <span class="subtitle" aria-hidden="true">${subtitle()}</span>` : null}
    <div class="right">
      <${Link} />
      ${isDesk ? html`<${Search} />` : null}
      <button class="button big-screen" aria-keyshortcuts="B" onClick=${togglePage}>
        Big screen <kbd>B</kbd>
      </button>
      ${isDesk ? html`<${QueueSwitch} />` : null}
      ${isDesk ? html`<${NewTaskButton} />` : null}
      <button class="button keys" aria-label="Keys" aria-keyshortcuts="?"
          aria-expanded=${isHelpOpen.value} onClick=${toggleHelp}>
        <span>Keys</span> <kbd>?</kbd>
      </button>
      <${StopButton} />
      <${Menu} label=${html`<span class="long">More</span><span class="short">⋯</span>`}
          name="More: pages, commands, queue" items=${more()} />
      <time class="clock">${clock(now.value)}</time>
    </div>
  </header>`;
}

function NewTaskButton() {
  return html`<button class="button primary new-task" aria-keyshortcuts="N" aria-haspopup="dialog"
      aria-label="New task N" onClick=${() => askNewTask()}>
    <span class="long">New task</span><span class="short">+</span> <kbd>N</kbd>
  </button>`;
}

const toggleHelp = () => (isHelpOpen.value = !isHelpOpen.value);

/** Pauses the queue, and says plainly when it is paused. */
function QueueSwitch() {
  const paused = isPaused.value;
  return html`<button class="button queue ${paused ? "is-paused" : ""}" aria-keyshortcuts="P"
      aria-label="${paused ? "Queue is paused: go on" : "Pause queue"} P" title=${
        paused ? null : "Pause queue"
      }
      aria-disabled=${busy.value === "pause-queue" || busy.value === "resume-queue"}
      onClick=${toggleQueue}>
    <svg viewBox="0 0 16 16" aria-hidden="true"><path d=${
      paused ? "M5 3v10l8-5Z" : "M5.5 3.2v9.6M10.5 3.2v9.6"
    } /></svg>
    <span>${paused ? "Queue is paused: go on" : "Pause queue"}</span> <kbd>P</kbd>
  </button>`;
}

/** What has no place in the line, and what loses its place in a narrow one. @returns {Item[]} */
function more() {
  const paused = isPaused.value;
  const isDesk = route.value.page === "desk";
  /** @type {(Item & {isChange?: boolean})[]} */
  const ofDesk = [
    {
      label: paused ? "Let the queue go on" : "Pause the queue",
      shown: "P",
      run: toggleQueue,
      kind: "for-narrow",
      isChange: true,
    },
    { label: "Lanes and slots …", shown: "Shift P", run: openLanes, isChange: true },
    {
      label: `Cancel all${haul.value.open ? ` (${whole(haul.value.open)})` : ""} …`,
      shown: "Alt Shift X",
      run: askCancelAll,
      isChange: true,
    },
    { label: "Retry all failed …", shown: "Alt Shift R", run: askRetryFailed, isChange: true },
    { label: "Clear all completed …", shown: "Shift Del", run: askClearCompleted, isChange: true },
  ];
  /** @type {(Item & {isChange?: boolean})[]} */
  const items = [
    ...entriesOfNav(),
    { label: "All commands", shown: "Ctrl K", run: openPalette },
    { label: "Big screen", shown: "B", run: togglePage, kind: "for-narrow" },
    ...(isDesk ? ofDesk : []),
    { label: "Keys", shown: "?", run: toggleHelp, kind: "for-narrower" },
    { label: "Stop Longhaul …", shown: "Q", run: askStop, kind: "for-narrower", isChange: true },
  ];
  return isReadOnly.value ? items.filter(({ isChange }) => !isChange) : items;
}

function subtitle() {
  const { tasks, running, open } = haul.value;
  if (!isRead.value || !tasks) return "Background tasks";
  if (!open) return "Nothing is waiting or running";
  return `${whole(running)} of ${counted(tasks, "tasks")} moving`;
}

/** Whether what is shown is now, or since when it is not. */
function Link() {
  const { status, since } = link.value;
  if (status === "live") return html`<span class="link live"><i></i>Live${
    isReadOnly.value ? ", only looking" : ""
  }</span>`;
  if (status === "opening") return html`<span class="link"><i></i>Connecting</span>`;
  if (stopping.value === "stopped") return html`<span class="link"><i></i>Stopped</span>`;
  const at = clockSeconds(since);
  return html`<span class="link lost" role="alert"><i></i>${
    status === "signed-out"
      ? "This window is signed out, for the service was restarted. Open it again from Longhaul"
      : `No connection since ${at}. Trying again; nothing is lost`
  }</span>`;
}
