// All projects: read when somebody goes to them, and made here.

import { effect, signal } from "@preact/signals";
import { read, send } from "../api.js";
import { asking, reasonOf } from "../requesting.js";
import { goTo } from "../route.js";
import { at, project } from "./album.js";

/** @import {StreamEvent} from "../types.js" */
/** @import {Project} from "./album.js" */

/** Milliseconds after an end in which others are waited for. */
const REST_MS = 400;
/** Pictures on a card. */
const COVERS = 4;

/** @type {import("@preact/signals").Signal<Project[]|null>} */
export const projects = signal(null);
/** Why they could not be read. */
export const trouble = signal("");
/** Addresses of the first pictures, by project. @type {import("@preact/signals").Signal<Map<string, string[]>>} */
export const covers = signal(new Map());
/** The form of a new project is open. */
export const isNewOpen = signal(false);
let timer = 0;

/** Read the projects whenever somebody comes to their list. */
export function followProjects() {
  effect(() => {
    if (project.value === null) readProjects();
  });
}

export async function readProjects() {
  try {
    const { items } = await read("/projects");
    projects.value = items;
    trouble.value = "";
    await Promise.all(items.map(readCovers));
  } catch (error) {
    trouble.value = reasonOf(error);
  }
}

/** @param {Project} of */
async function readCovers({ name, available }) {
  if (!available) return;
  const page = await read(`${at(name)}/photos?limit=${COVERS}&thumbnail=ready&available=true`).catch(
    () => ({ items: [] }),
  );
  const urls = page.items.map((/** @type {any} */ photo) => photo.thumbnail_url);
  covers.value = new Map(covers.peek()).set(name, urls);
}

/** A task of some project has ended: its figures are others now. @param {StreamEvent[]} events */
export function noteProjects(events) {
  if (project.peek() !== null || projects.peek() === null) return;
  const isOther = events.some(({ kind, data }) => kind === "task_finished" && data.project !== null);
  if (!isOther) return;
  clearTimeout(timer);
  timer = window.setTimeout(readProjects, REST_MS);
}

/**
 * Make a project; false when it was refused, which is told.
 * @param {{name: string, folder: string, create: boolean}} wish
 */
export async function makeProject({ name, folder, create }) {
  const body = folder ? { name, folder, create } : { name };
  const made = await asking("project", () => send("POST", "/projects", body));
  if (!made) return false;
  isNewOpen.value = false;
  projects.value = null;
  goTo("projects", made.name);
  return true;
}
