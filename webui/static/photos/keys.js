// The keys of the page of photos.

import { goTo } from "../route.js";
import { lookedAt, part, project, showNext } from "./album.js";
import { askCommit, summary } from "./committing.js";
import { toggle } from "./marks.js";
import { leavePhoto } from "./photo_view.js";
import { chooseAll, chooseNone, chosen, isMeant, open, resize, step, turn } from "./picking.js";
import { toggleMaintenance, togglePanel } from "./processes.js";
import { askProject } from "./projects_view.js";
import { isNewOpen } from "./projects.js";
import { leaveTrash } from "./trash_view.js";
import { askFiles } from "./upload_view.js";

/** @import {Area, Key} from "../chords.js" */

const isList = () => project.peek() === null && !isNewOpen.peek();
const isAlbum = () => project.peek() !== null && part.peek() === "" && summary.peek() === null;
const isPhoto = () => lookedAt.peek() !== null;
const isProject = () => project.peek() !== null && summary.peek() === null;

/** @param {string} key @param {string} shown @param {string} does @returns {Key[]} */
const motion = (key, shown, does) => [
  { keys: [key], shown, does, when: isAlbum, run: () => step(key), isMotion: true },
  {
    keys: [`Shift+${key}`],
    shown: `Shift ${shown}`,
    does: `${does}, choosing what is between`,
    when: isAlbum,
    run: () => step(key, true),
    isMotion: true,
  },
];

/** @type {Key[]} */
const GOING = [
  { keys: ["ArrowLeft"], shown: "←", does: "The photo before", when: isPhoto, run: () => turn(-1), isMotion: true },
  { keys: ["ArrowRight"], shown: "→", does: "The photo after", when: isPhoto, run: () => turn(1), isMotion: true },
  ...motion("ArrowLeft", "←", "The photo before"),
  ...motion("ArrowRight", "→", "The photo after"),
  ...motion("ArrowUp", "↑", "A row up"),
  ...motion("ArrowDown", "↓", "A row down"),
  ...motion("PageUp", "Page ↑", "A page up"),
  ...motion("PageDown", "Page ↓", "A page down"),
  ...motion("Home", "Home", "The first photo"),
  ...motion("End", "End", "The last photo"),
  { keys: ["Enter"], shown: "Enter", does: "Look at the photo alone", when: () => isAlbum() && isMeant(), run: () => open(), isMotion: true },
  { keys: ["Escape"], shown: "Esc", does: "Back to all photos", when: isPhoto, run: leavePhoto, isMotion: true },
  { keys: ["Escape"], shown: "Esc", does: "Leave the trash", when: () => part.peek() === "trash", run: leaveTrash, isMotion: true },
  { keys: ["Escape"], shown: "Esc", does: "Choose none", when: () => isAlbum() && chosen.peek().size > 0, run: chooseNone, isMotion: true },
];

/** @type {Key[]} */
const MARKING = [
  { keys: ["k", " "], shown: "K or Space", does: "Keep the photo, or not", when: () => isProject() && isMeant(), run: () => toggle() },
  { keys: ["Ctrl+a"], shown: "Ctrl A", does: "Choose all that are shown", when: isAlbum, run: chooseAll },
  { keys: ["c"], shown: "C", does: "Commit: remove what is not kept, after a look", when: isAlbum, run: askCommit },
];

/** @type {Key[]} */
const DOING = [
  { keys: ["u"], shown: "U", does: "Upload photos", when: isAlbum, run: askFiles },
  { keys: ["Shift+t"], shown: "Shift T", does: "The trash of the project", when: isAlbum, run: () => goTo("projects", project.peek() ?? "", "trash") },
  { keys: ["p"], shown: "P", does: "Show or hide the processes", when: isAlbum, run: togglePanel },
  { keys: ["m"], shown: "M", does: "Show maintenance, or not", when: isAlbum, run: toggleMaintenance },
  { keys: ["f"], shown: "F", does: "Show other photos: all, kept, to be removed, …", when: isAlbum, run: showNext },
  { keys: ["/"], shown: "/", does: "Find a photo by its name", when: isAlbum, run: () => document.getElementById("find-photo")?.focus() },
  { keys: ["["], shown: "[", does: "Smaller pictures", when: isAlbum, run: () => resize(-1) },
  { keys: ["]"], shown: "]", does: "Larger pictures", when: isAlbum, run: () => resize(1) },
  { keys: ["n"], shown: "N", does: "A new project", when: isList, run: askProject },
];

/** @type {Area[]} */
export const AREAS = [
  { name: "Go through the photos", keys: GOING },
  { name: "Keep and remove", isChange: true, keys: MARKING },
  { name: "The project", isChange: true, keys: DOING },
];
