// The face of a task type: its icon, and its own figures beside a task.

import { html } from "htm/preact";
import { facesOf } from "../detail/cells.js";
import { iconPath } from "../icons.js";

/** @import {Task, TaskType} from "../types.js" */

/** The icon of a type; nothing where it has none. @param {{of: string|undefined}} props */
export function Icon({ of = "" }) {
  const path = iconPath(of);
  if (!path) return null;
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`;
}

/**
 * The figures that the task's type wants to be shown beside it, each with its name; [] for a type
 * without any. For rows, where there is room.
 * @param {Task} task @param {TaskType|undefined} type
 */
export const faceCells = (task, type) =>
  facesOf(task, type).map(
    ({ key, label, text }) => html`<span class="face" key=${key} title="${label}: ${text}"><b>${text}</b> ${label}</span>`,
  );
