// Which task types fit some words. Pure.

/** @import {FullType} from "./entries.js" */

/**
 * Those that have every word, in title, name or description; a title that begins so comes first,
 * what serves upkeep comes last.
 * @param {FullType[]} types @param {string} text @returns {FullType[]}
 */
export function fitting(types, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (/** @type {FullType} */ { title, user_relevant: isForPeople }) =>
    (isForPeople ? 0 : 2) + (words.length && title.toLowerCase().startsWith(words[0]) ? -1 : 0);
  return types
    .filter(({ title, name, description }) => {
      const all = `${title} ${name} ${description}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .map((type, i) => ({ type, i }))
    .sort((a, b) => rank(a.type) - rank(b.type) || a.i - b.i)
    .map(({ type }) => type);
}
