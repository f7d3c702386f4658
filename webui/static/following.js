// What is followed of tasks beside their records: speeds, and of the one that is shown its log,
// timeline, jobs, items and result. Each of these lives in a module of `detail/`.

import { effect, signal } from "@preact/signals";
import { followHistory, noteHistory, showHistory } from "./detail/history.js";
import { followItems, showItems } from "./detail/items.js";
import { followJobs, noteJobs, showJobs } from "./detail/jobs.js";
import { followLog, noteLog, showLog } from "./detail/log.js";
import { forgetPaces, notePace, showPace } from "./detail/pace.js";
import { notePaced } from "./detail/paced.js";
import { followResult } from "./detail/result.js";
import { current } from "./store.js";

/** @import {StreamEvent} from "./types.js" */

/** Changes when what was followed cannot be gone on with, and is read again. */
const beginnings = signal(0);

/** The service's state was read: what is followed begins anew. */
export function begin() {
  forgetPaces();
  beginnings.value++;
}

/** Take what events say about what is followed. @param {StreamEvent[]} events */
export function noteEvents(events) {
  notePace(events);
  notePaced(events);
  noteLog(events);
  noteHistory(events);
  noteJobs(events);
}

/** Follow whichever task is shown, for as long as the page lives. */
export function followCurrent() {
  followLog();
  followHistory();
  followJobs();
  followItems();
  followResult();
  effect(() => {
    const id = current.value;
    beginnings.value; // read only to be run again with it
    for (const show of [showPace, showLog, showHistory, showJobs, showItems]) show(id);
  });
}
