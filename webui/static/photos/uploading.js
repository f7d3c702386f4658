// Uploads: files go together in forms, one form after another, and a form whose connection breaks
// goes on where it broke off (docs/api.md, Uploads). Drawn by upload_view.js.

import { computed, signal } from "@preact/signals";
import { API, Refused, read } from "../api.js";
import { counted } from "../format.js";
import { link } from "../store.js";
import { sessionId } from "../session.js";
import { toast } from "../toasts.js";
import { at, project } from "./album.js";
import { fatesOf, formOf, shareOf, together } from "./form_body.js";
import { begun, expect } from "./processes.js";

/**
 * @typedef {"waiting"|"sending"|"done"|"already"|"renamed"|"refused"|"failed"} State
 * @typedef {{id: number, file: File, of: string, state: State, share: number, note: string}} Entry
 * @typedef {{id: string, entries: Entry[], blob: Blob, ends: number[], type: string,
 *   request: XMLHttpRequest|null}} Form
 */

/** Milliseconds before each try to go on. */
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000];

/** @type {Entry[]} */
export const entries = [];
/** Grows with every change of `entries`. */
export const turn = signal(0);
let last = 0;
let batches = 0;
let isBusy = false;
/** @type {Form|null} */
let current = null;

const IS_OVER = new Set(["done", "already", "renamed", "refused"]);

/** How the uploads stand. */
export const sums = computed(() => {
  turn.value;
  const n = { all: 0, over: 0, failed: 0, already: 0, refused: 0, share: 0 };
  for (const { state, share } of entries) {
    n.all++;
    n.share += IS_OVER.has(state) ? 1 : share;
    if (IS_OVER.has(state)) n.over++;
    if (state === "failed") n.failed++;
    if (state === "already") n.already++;
    if (state === "refused") n.refused++;
  }
  return n;
});

/** Files to the project that is shown. @param {File[]} files */
export function upload(files) {
  const of = project.peek();
  if (of === null || !files.length) return;
  if (!isBusy && entries.every(({ state }) => IS_OVER.has(state))) {
    entries.length = 0;
    batches = 0;
  }
  for (const file of files)
    entries.push({ id: ++last, file, of, state: "waiting", share: 0, note: "" });
  turn.value++;
  sendAll();
}

/** Try those again that failed. */
export function retryFailed() {
  for (const entry of entries) if (entry.state === "failed") set(entry, "waiting", "");
  turn.value++;
  sendAll();
}

/** What has not gone yet stays here. */
export function stopUploads() {
  for (const entry of entries) if (entry.state === "waiting") set(entry, "failed", "not sent");
  const form = current;
  current = null;
  form?.request?.abort();
  if (form) fail(form, "stopped");
  turn.value++;
}

/** Forget the list, once nothing goes on. */
export function clearUploads() {
  if (isBusy) return;
  entries.length = 0;
  turn.value++;
}

/** @param {Entry} entry @param {State} state @param {string} note */
function set(entry, state, note) {
  entry.state = state;
  entry.note = note;
  if (state === "waiting") entry.share = 0;
}

async function sendAll() {
  if (isBusy) return;
  isBusy = true;
  try {
    for (let next = nextForm(); next; next = nextForm()) {
      current = next;
      await sendForm(next);
    }
  } finally {
    isBusy = false;
    current = null;
  }
  turn.value++;
  tellDuplicates();
}

/** @returns {Form|null} */
function nextForm() {
  const waiting = entries.filter(({ state }) => state === "waiting");
  if (!waiting.length) return null;
  const same = waiting.filter(({ of }) => of === waiting[0].of);
  const taken = same.slice(0, together(same.map(({ file }) => file), batches++));
  const id = crypto.randomUUID();
  const { pieces, ends } = formOf(
    taken.map(({ file }) => file),
    { session_id: sessionId() },
    `longhaul-${id}`,
  );
  for (const entry of taken) set(entry, "sending", "");
  const type = `multipart/form-data; boundary=longhaul-${id}`;
  return { id, entries: taken, blob: new Blob(pieces), ends, type, request: null };
}

/** One form, until it is answered or given up. @param {Form} form */
async function sendForm(form) {
  let offset = 0;
  for (let tries = 0; ; tries++) {
    if (current !== form) return;
    try {
      return take(form, await send(form, offset));
    } catch (error) {
      if (current !== form) return;
      const isBroken = error instanceof Refused && (error.status === 0 || error.status === 409);
      if (!isBroken || tries >= WAITS.length)
        return refuse(form, /** @type {Error} */ (error));
    }
    say(form, "connection lost, goes on");
    await rest(WAITS[tries]);
    offset = await arrived(form.id);
    say(form, "");
  }
}

/** How much of a form the service has. @param {string} id */
async function arrived(id) {
  try {
    return (await read(`/uploads/${id}`)).received;
  } catch {
    return 0; // it was never begun, or the service was started anew
  }
}

/** Some time, and until the service is there again. @param {number} ms */
async function rest(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  for (let i = 0; i < 240 && link.peek().status !== "live"; i++)
    await new Promise((resolve) => setTimeout(resolve, 500));
}

/** @param {Form} form @param {number} offset @returns {Promise<any>} */
function send(form, offset) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    form.request = request;
    request.open("POST", `${API}${at(form.entries[0].of)}/uploads`);
    request.setRequestHeader("Content-Type", form.type);
    request.setRequestHeader("Upload-Id", form.id);
    if (offset) request.setRequestHeader("Upload-Offset", String(offset));
    request.upload.onprogress = ({ loaded }) => progress(form, offset + loaded);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300) resolve(answer);
      else reject(new Refused(request.status, answer.detail ?? `${request.status}`, answer));
    };
    request.onerror = () => reject(new Refused(0, "The connection was lost"));
    request.send(form.blob.slice(offset));
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** @param {Form} form @param {number} sent */
function progress(form, sent) {
  form.entries.forEach((entry, i) => {
    entry.share = shareOf(sent, form.ends[i], entry.file.size);
  });
  turn.value++;
}

/** @param {Form} form @param {string} note */
function say(form, note) {
  for (const entry of form.entries) if (entry.share < 1) entry.note = note;
  turn.value++;
}

/** @param {Form} form @param {any} answer */
function take(form, answer) {
  const fates = fatesOf(form.entries.map(({ file }) => file), answer);
  form.entries.forEach((entry, i) => set(entry, fates[i].state, fates[i].note));
  if (form.entries[0].of === project.peek()) {
    expect(fates.filter(({ state }) => state === "done" || state === "renamed").map(({ name }) => name));
    begun(answer.task);
  }
  turn.value++;
}

/** None was taken, and why. @param {Form} form @param {Error} error */
function refuse(form, error) {
  const { status, problem } = error instanceof Refused ? error : { status: 0, problem: {} };
  const errors = problem.errors ?? [];
  if (status === 422 && errors.length === form.entries.length)
    form.entries.forEach((entry, i) => set(entry, "refused", errors[i].message.replace(/^[^:]*: /, "")));
  else fail(form, error.message);
  turn.value++;
}

/** @param {Form} form @param {string} why */
function fail(form, why) {
  for (const entry of form.entries) if (entry.state === "sending") set(entry, "failed", why);
}

function tellDuplicates() {
  const { already, failed } = sums.peek();
  if (already)
    toast({
      key: `already ${last}`,
      title: "Already there",
      text: `${counted(already, "photos")} of the upload ${already === 1 ? "was" : "were"} in the project before; nothing was changed.`,
      tone: "plain",
    });
  if (failed)
    toast({
      key: `failed ${last} ${Date.now()}`,
      title: "Not uploaded",
      text: `${counted(failed, "files")} could not be sent.`,
      tone: "failed",
      link: { label: "Try again", go: retryFailed },
    });
}
