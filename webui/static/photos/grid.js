// The photos as a grid of which only the tiles on screen are in the page, so that thousands cost as
// much as a screenful.

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useScrolled } from "../views/scrolled.js";
import { shown } from "./album.js";
import { SIZES, cornerOf, drawn, layoutOf } from "./geometry.js";
import { chosen, cursor, place, room, size } from "./picking.js";
import { Tile } from "./tile.js";

export function Grid() {
  const scroller = useRef(/** @type {HTMLElement|null} */ (null));
  const seen = useSeen(scroller);
  const all = shown.value;
  const { width, height, top } = seen.value;
  const layout = layoutOf(width, SIZES[size.value], all.length);
  room.columns = layout.columns;
  room.page = Math.max(1, Math.floor(height / layout.row));
  const [first, end] = drawn(layout, top, height, all.length);
  const on = place.value;
  useEffect(() => scroller.current?.focus({ preventScroll: true }), []);
  useInView(scroller, layout);
  const active = on >= first && on < end ? `photo-${on}` : undefined;
  return html`<div class="tiles" ref=${scroller} tabindex="0" role="listbox" aria-label="Photos"
      aria-multiselectable="true" aria-activedescendant=${active}>
    <div class="all-tiles" role="presentation" style=${{ height: `${layout.height}rem` }}>
      ${width ? all.slice(first, end).map((photo, i) => {
        const { left, top: above } = cornerOf(layout, first + i);
        return html`<${Tile} key=${photo.name} photo=${photo} at=${first + i} of=${all.length}
          isOn=${photo.name === cursor.value} isChosen=${chosen.value.has(photo.name)}
          place=${`translate(${left}rem, ${above}rem)`} width=${layout.tile} />`;
      }) : null}
    </div>
  </div>`;
}

/** What is seen of the grid, in rem. @param {{current: HTMLElement|null}} scroller */
const useSeen = (scroller) =>
  useScrolled(scroller, { top: 0, height: 0, width: 0 }, (element, rem) => ({
    top: Math.floor(element.scrollTop / rem), // a whole rem at a time is often enough
    height: Math.ceil(element.clientHeight / rem),
    width: element.clientWidth / rem,
  }));

/**
 * The photo that the arrows go to comes into view.
 * @param {{current: HTMLElement|null}} scroller @param {import("./geometry.js").Layout} layout
 */
function useInView(scroller, layout) {
  const at = place.value;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (at < 0 || !element) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const top = cornerOf(layout, at).top * rem;
    const bottom = top + layout.row * rem;
    if (top < element.scrollTop) element.scrollTop = Math.max(0, top - rem);
    else if (bottom > element.scrollTop + element.clientHeight)
      element.scrollTop = bottom - element.clientHeight + rem;
  }, [cursor.value, layout.columns, layout.tile]);
}
