// What a person does with recordings.

import { signal } from "@preact/signals";
import { ask, send } from "../api.js";
import { askPerson } from "../asking.js";
import { asking } from "../requesting.js";
import { goTo } from "../route.js";
import { tell } from "../undo.js";
import { begin, chosen, drop, entries, readSoon, recording, take } from "./state.js";
import { importedLine } from "./words.js";

/** Files on their way to the service; 0 when there are none. */
export const arriving = signal(0);
/** The text is being edited. */
export const isEditing = signal(false);
/** Files are held over the page. */
export const isOver = signal(false);

/** @param {FileList|File[]} files */
export async function importFiles(files) {
  if (!files.length) return;
  const form = new FormData();
  for (const file of files) {
    form.append("modified", String(Math.round(file.lastModified)));
    form.append("file", file, file.name);
  }
  arriving.value += files.length;
  const answer = await asking("import", async () =>
    (await ask("/recordings/import", { method: "POST", body: form })).json(),
  );
  arriving.value -= files.length;
  if (!answer) return;
  tell(importedLine(answer.items) || "Nothing was imported");
  readSoon();
  const [only] = answer.items;
  if (answer.items.length === 1 && only.recording_id) goTo("recordings", only.recording_id);
}

/** The system's own dialog for files. */
export function chooseFiles() {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = "audio/*,.wav,.mp3,.m4a,.flac,.ogg,.oga,.opus,.aac,.aif,.aiff";
  input.onchange = () => importFiles(input.files ?? []);
  input.click();
}

/** @param {string} folder */
export async function useFolder(folder) {
  const done = await asking("folder", () =>
    send("PATCH", "/settings", { "recordings.folder": folder.replace(/(.)\/+$/, "$1") }),
  );
  if (!done) return;
  await scan();
  begin();
}

export async function scan() {
  const report = await asking("scan", () => send("POST", "/recordings/scan"));
  if (!report) return;
  const { found, missing, unfinished, problem } = report;
  const fresh = report.new + report.changed;
  const parts = [
    fresh ? `${fresh} to transcribe` : "nothing new",
    missing ? `${missing} missing` : "",
    unfinished ? `${unfinished} still being written` : "",
  ];
  tell(problem || `${found} audio files: ${parts.filter(Boolean).join(", ")}`);
  begin();
}

/** @param {string|null} text null: as it was heard */
export async function save(text) {
  const shown = recording.peek();
  if (!shown) return;
  const before = shown.original_text === null ? null : shown.text;
  const { id } = shown;
  const change = (/** @type {string|null} */ to) =>
    asking("edit", () => send("PATCH", `/recordings/${id}`, { text: to }));
  const found = await change(text);
  if (!found) return;
  take(found);
  isEditing.value = false;
  const undo = async () => {
    const old = await change(before);
    if (old) take(old);
    return Boolean(old);
  };
  tell(text === null ? "The text is as it was heard" : "The text is saved", {
    key: `edit-${id}`,
    undo,
  });
}

export async function transcribe() {
  const shown = recording.peek();
  if (!shown) return;
  const found = await asking("transcribe", () =>
    send("POST", `/recordings/${shown.id}/transcribe`, {}),
  );
  if (found) take(found);
}

/** A verb for its task. @param {"retry"|"cancel"|"pause"|"resume"} verb */
export async function actOnTask(verb) {
  const task = recording.peek()?.task;
  if (!task) return;
  await asking(verb, () => send("POST", `/tasks/${task.id}/${verb}`), task.id);
  readSoon(chosen.peek());
}

export async function retryFailed() {
  const filter = { related_type: "recording", status: ["failed"] };
  const done = await asking("retry-failed", () =>
    send("POST", "/tasks/actions", { action: "retry", filter }),
  );
  if (done) tell("All failed ones are tried again");
  begin();
}

export function askDelete() {
  const shown = recording.peek();
  if (!shown) return;
  const { id, name } = shown;
  askPerson({
    title: "Remove this recording?",
    text: `${name} goes into the folder .trash of your notes, with its text.`,
    yes: "Remove it",
    run: async () => {
      const done = await asking("delete", () => ask(`/recordings/${id}`, { method: "DELETE" }));
      if (!done) return;
      goTo("recordings");
      drop(id);
      readSoon();
      tell("The recording is in .trash of your notes");
    },
  });
}

/** To the one before or after. @param {number} by */
export function step(by) {
  const all = entries.peek() ?? [];
  const at = all.findIndex(({ id }) => id === chosen.peek());
  const to = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
  if (!to || to.id === chosen.peek()) return;
  isEditing.value = false;
  goTo("recordings", to.id);
  document.getElementById(`recording-${to.id}`)?.scrollIntoView({ block: "nearest" });
}
