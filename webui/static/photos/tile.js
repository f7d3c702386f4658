// One photo in the grid. Drawn again only when something in it changed.

import { html } from "htm/preact";
import { Component } from "preact";
import { toggle, mark } from "./marks.js";
import { anchorOf, between, go, open } from "./picking.js";

/** @import {Photo} from "./album.js" */
/**
 * @typedef {{photo: Photo, at: number, of: number, isOn: boolean, isChosen: boolean, place: string,
 *   width: number}} Props
 */

const DRAWN = /** @type {const} */ (["photo", "at", "of", "isOn", "isChosen", "place", "width"]);

/** @extends {Component<Props>} */
export class Tile extends Component {
  /** @param {Props} next */
  shouldComponentUpdate(next) {
    return DRAWN.some((name) => this.props[name] !== next[name]);
  }

  render() {
    const { photo, at, of, isOn, isChosen, place, width } = this.props;
    const state = photo.keep ? "" : "rejected";
    const words = `${photo.name}, ${stateOf(photo)}`;
    return html`<div class="tile ${state} ${isOn ? "on" : ""} ${isChosen ? "chosen" : ""}"
        id=${`photo-${at}`} role="option" aria-selected=${isChosen || isOn} aria-label=${words}
        aria-posinset=${at + 1} aria-setsize=${of} onClick=${this.pick} onDblClick=${this.look}
        style=${{ transform: place, width: `${width}rem` }}>
      <div class="shot"><${Picture} photo=${photo} /></div>
      <span class="tick" aria-hidden="true">${isChosen ? html`<${Tick} />` : null}</span>
      <span class="keep" role="presentation" title=${photo.keep ? "Do not keep" : "Keep"}
          onClick=${this.turn}><${KeepSign} keep=${photo.keep} />${photo.keep ? "" : html`<b>Remove</b>`}</span>
      <span class="name" title=${photo.name}>${photo.name}</span>
    </div>`;
  }

  pick = (/** @type {MouseEvent} */ { shiftKey, ctrlKey, metaKey }) => {
    go(this.props.photo.name, shiftKey ? "range" : ctrlKey || metaKey ? "also" : "one");
  };

  look = () => open(this.props.photo.name);

  /** Its sign turns the mark; with Shift, that of all between. */
  turn = (/** @type {MouseEvent} */ event) => {
    event.stopPropagation();
    const { photo } = this.props;
    const from = anchorOf();
    if (event.shiftKey && from) mark(between(from, photo.name), !photo.keep);
    else toggle([photo.name]);
    go(photo.name, "one");
  };
}

/** What a photo is like, in words. @param {Photo} photo */
export function stateOf({ keep, thumbnail, available }) {
  if (!available) return "file is missing";
  const made = { pending: ", picture is being made", failed: ", no picture", ready: "", missing: "" };
  return `${keep ? "kept" : "to be removed"}${made[thumbnail]}`;
}

/** @param {{photo: Photo, isLarge?: boolean}} props */
export function Picture({ photo, isLarge = false }) {
  const url = isLarge ? (photo.preview_url ?? photo.thumbnail_url) : photo.thumbnail_url;
  if (url) return html`<img key=${url} src=${url} alt="" decoding="async" draggable=${false} />`;
  if (photo.thumbnail === "failed")
    return html`<span class="none failed"><svg viewBox="0 0 24 24" aria-hidden="true"><path
        d="M4 5h16v14H4zM4 16l5-5 4 4M15 9.5h.01M3 3l18 18" /></svg>No picture</span>`;
  if (!photo.available) return html`<span class="none">File is missing</span>`;
  return html`<span class="none wait"><i></i>Being made</span>`;
}

const Tick = () =>
  html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="m3.5 8.5 3 3 6-7" /></svg>`;

/** @param {{keep: boolean}} props */
export const KeepSign = ({ keep }) =>
  html`<svg viewBox="0 0 16 16" aria-hidden="true"><path
      d=${keep ? "m3.5 8.5 3 3 6-7" : "m4 4 8 8M12 4l-8 8"} /></svg>`;
