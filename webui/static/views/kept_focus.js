// The focus is never lost: when what had it goes from the page, the next thing beside it has it, else
// the list.

/** What could have the focus in its place. */
const FOCUSABLE = "button:not([disabled]), input, select, textarea, [tabindex='0']";

/** Look after the focus, for as long as the page lives. */
export function keepFocus() {
  /** @type {Element|null} */
  let last = null;
  /** What `last` stood in, from the inside out. @type {Element[]} */
  let around = [];
  document.addEventListener("focusin", ({ target }) => {
    last = target instanceof Element ? target : null;
    around = [];
    for (let up = last?.parentElement; up && up !== document.body; up = up.parentElement)
      around.push(up);
  });
  new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const left = around.filter((one) => one.isConnected);
    // the nearest group of controls that is still there; never the whole page's first button
    const group = left.find((one) => one.matches(".actions, [role=toolbar], .top .right"));
    const next = group?.querySelector(FOCUSABLE) ?? document.querySelector("[role=grid]");
    last = null;
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}
