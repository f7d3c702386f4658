// A retry over the failed items alone.

import { send } from "../api.js";
import { applyTask, busy, notice, select, state, task } from "../store.js";

/** @import {Task, TaskType} from "../types.js" */

/** Whether it is possible now. @param {Task} of @param {TaskType|undefined} type */
export const canRetryItems = (of, type) =>
  Boolean(type?.retries_items) && of.progress.failed > 0 && of.allowed.includes("retry");

/** Do it to the task that is shown. */
export async function retryItems() {
  const on = task.value;
  if (!on || busy.value || !canRetryItems(on, state.value?.types.get(on.type))) return;
  select(on.id);
  busy.value = "retry";
  notice.value = "";
  try {
    applyTask(await send("POST", `/tasks/${on.id}/retry`, { only_failed_items: true }));
  } catch (error) {
    notice.value = error instanceof Error ? error.message : String(error);
  } finally {
    busy.value = "";
  }
}
