// The heat strip of the task that the wall brings out. Its pace is read again every few seconds:
// nobody across the room can tell, and the stream stays free of it.

import { computed } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { read } from "../api.js";
import { paced, takePaced } from "../detail/paced.js";
import { quietly } from "../detail/reading.js";
import { Heat } from "../views/paced.js";

/** @import {Task} from "../types.js" */

const AGAIN_MS = 5000;

/** The tasks that have a strip. */
export const warm = computed(() => new Set(paced.value.keys()));

/** @param {{id: number}} props */
export function FollowHeat({ id }) {
  useEffect(() => {
    const over = new AbortController();
    const look = () =>
      quietly(id, over.signal, async () => {
        const told = await read(`/tasks/${id}/pace?points=10`, over.signal);
        if (!over.signal.aborted) takePaced(id, told);
      });
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => {
      clearInterval(timer);
      over.abort();
    };
  }, [id]);
  return null;
}

/** @param {{task: Task}} props */
export function WallHeat({ task }) {
  const pace = paced.value.get(task.id);
  if (!pace?.ranges.length) return null;
  const { done, failed, skipped, total, unit } = task.progress;
  const toGo = total === null ? 0 : Math.max(0, total - done - failed - skipped);
  return html`<span class="wall-heat"><${Heat} ranges=${pace.ranges} unit=${unit} toGo=${toGo} /></span>`;
}
