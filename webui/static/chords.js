// What a key press is called, and which command it means. Pure; keys.js has the commands.
// A chord is "x", "?", "Ctrl+k", "Shift+ArrowUp": modifiers in the order Ctrl, Alt, Shift, then
// the name of KeyboardEvent.key, letters in lower case. ⌘ counts as Ctrl.

/** @import {PageName} from "./addresses.js" */

/**
 * @typedef {object} Key  a command with its keys
 * @property {string[]} keys  the chords that mean it
 * @property {string} shown  the first of them, as people write it
 * @property {string} does  what it does, in a few words
 * @property {() => unknown} run
 * @property {() => boolean} [when]  whether it is possible now; always, where it is not given
 * @property {boolean} [everywhere]  also while the person writes something
 * @property {boolean} [isMotion]  only moves about: the palette does not offer it
 * @property {boolean} [isChange]  leads to a change, or is of use for one only
 *
 * @typedef {{name: string, on?: PageName|PageName[], isChange?: boolean, keys: Key[]}} Area  commands
 *   that belong together, on the pages where they are obeyed; on all where it is not given
 * @typedef {{key: string, code?: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean,
 *   shiftKey: boolean}} Press
 */

/**
 * The chord of a key press. Shift is part of it only where it makes no other character by itself:
 * "?" is "?", wherever the keyboard has it. With Alt some systems write other characters; a digit
 * stays one.
 * @param {Press} press
 */
export function chordOf({ key: written, code, ctrlKey, metaKey, altKey, shiftKey }) {
  const key = (altKey && /^Digit(\d)$/.exec(code ?? "")?.[1]) || written;
  const isCharacter = [...key].length === 1;
  const isLetter = isCharacter && key.toLowerCase() !== key.toUpperCase();
  const words = [];
  if (ctrlKey || metaKey) words.push("Ctrl");
  if (altKey) words.push("Alt");
  if (shiftKey && (!isCharacter || isLetter || key === " ")) words.push("Shift");
  return [...words, isLetter ? key.toLowerCase() : key].join("+");
}

/** The command of a chord that is possible now. @param {Area[]} areas @param {string} chord */
export function keyOf(areas, chord) {
  for (const { keys } of areas) {
    const found = keys.find((key) => key.keys.includes(chord) && (key.when?.() ?? true));
    if (found) return found;
  }
  return null;
}

/**
 * What of some areas is there for a page that may only look.
 * @param {Area[]} areas @returns {Area[]}
 */
export const lookingOnly = (areas) =>
  areas
    .filter(({ isChange }) => !isChange)
    .map((area) => ({ ...area, keys: area.keys.filter(({ isChange }) => !isChange) }));

/**
 * How `aria-keyshortcuts` writes a chord.
 * @param {string} chord
 */
export const ariaOf = (chord) =>
  chord.replace("Ctrl", "Control").replace(/(^|\+) $/, "$1Space").replace(/\+\+$/, "+Plus");
