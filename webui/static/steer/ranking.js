// Finding what a person means by a few letters, among commands and tasks. Pure; palette.js asks.

/**
 * How well `text` fits what was typed; null when it does not. Every word of it must be found: at
 * the start of a word is better than inside, in one piece better than scattered letters.
 * @param {string} typed
 * @param {string} text
 * @returns {number|null}
 */
export function score(typed, text) {
  const hay = text.toLowerCase();
  let sum = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = ofWord(word, hay);
    if (found === null) return null;
    sum += found;
  }
  return sum - hay.length / 1000; // of two that fit alike, the shorter
}

/** @param {string} word @param {string} hay */
function ofWord(word, hay) {
  if (hay === word) return 12;
  for (let at = hay.indexOf(word); at >= 0; at = hay.indexOf(word, at + 1)) {
    if (at === 0) return 10;
    if (/[^\p{L}\p{N}]/u.test(hay[at - 1])) return 8;
  }
  if (hay.includes(word)) return 4;
  return word.length > 1 ? scattered(word, hay) : null;
}

/** The letters in their order, each at the start of a word or right behind the one before.
 * @param {string} word @param {string} hay */
function scattered(word, hay) {
  let at = -1;
  for (const letter of word) {
    let next = at + 1;
    const isRun = () => next === at + 1 && at >= 0;
    const isStart = () => next === 0 || /[^\p{L}\p{N}]/u.test(hay[next - 1]);
    while (next < hay.length && !(hay[next] === letter && (isRun() || isStart()))) next++;
    if (next >= hay.length) return null;
    at = next;
  }
  return 2;
}

/**
 * The best of some entries, best first; in their own order where they fit alike. Without anything
 * typed: the recent ones first, then the others.
 * @template {{id: string, text: string}} T
 * @param {string} typed
 * @param {T[]} entries
 * @param {string[]} recent  ids, latest first
 * @param {number} most
 * @returns {T[]}
 */
export function best(typed, entries, recent, most) {
  const rank = new Map(recent.map((id, i) => [id, recent.length - i]));
  const said = typed.trim();
  return entries
    .flatMap((entry, i) => {
      const fit = said ? score(said, entry.text) : 0;
      return fit === null ? [] : [{ entry, i, fit: fit + (rank.get(entry.id) ?? 0) * 0.05 }];
    })
    .sort((a, b) => b.fit - a.fit || a.i - b.i)
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** With one more used; each once, latest first. @param {string[]} recent @param {string} id */
export const used = (recent, id) => [id, ...recent.filter((other) => other !== id)].slice(0, 12);
