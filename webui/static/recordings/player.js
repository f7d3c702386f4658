// Playing a recording: its sound, where it is, and leaping about in it.

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { API } from "../api.js";
import { recording } from "./state.js";
import { length } from "./words.js";

/** Seconds from the start; moves while it plays. */
export const position = signal(0);
export const isPlaying = signal(false);
const speed = signal(1);
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
/** @type {HTMLAudioElement|null} */
let audio = null;

export function togglePlay() {
  if (!audio) return;
  if (audio.paused) audio.play().catch(() => undefined);
  else audio.pause();
}

/** @param {number} to seconds @param {boolean} [andPlay] */
export function seek(to, andPlay = false) {
  if (!audio) return;
  audio.currentTime = Math.max(0, to);
  position.value = audio.currentTime;
  if (andPlay) audio.play().catch(() => undefined);
}

/** @param {number} seconds */
export const leap = (seconds) => seek(position.peek() + seconds);

export const isThere = () => recording.value !== null && recording.value.status !== "missing";

/** @param {{id: number, duration: number|null}} props */
export function Player({ id, duration }) {
  const element = useRef(/** @type {HTMLAudioElement|null} */ (null));
  const isBroken = useRef(signal(false)).current;
  const whole = useRef(signal(duration ?? 0)).current;
  useEffect(() => {
    const own = element.current;
    audio = own;
    position.value = 0;
    let frame = 0;
    const follow = () => {
      if (own && !own.paused) {
        position.value = own.currentTime;
        frame = requestAnimationFrame(follow);
      }
    };
    const onPlay = () => {
      isPlaying.value = true;
      cancelAnimationFrame(frame);
      follow();
    };
    own?.addEventListener("play", onPlay);
    return () => {
      cancelAnimationFrame(frame);
      own?.pause();
      own?.removeEventListener("play", onPlay);
      isPlaying.value = false;
      if (audio === own) audio = null;
    };
  }, [id]);
  useEffect(() => {
    if (element.current) element.current.playbackRate = speed.value;
  }, [speed.value, id]);
  if (isBroken.value)
    return html`<p class="muted player-note" role="status">This browser does not play this kind of
      audio. <a href="${API}/recordings/${id}/audio" download>Save it</a> to hear it elsewhere.</p>`;
  const length_ = whole.value || duration || 0;
  return html`<div class="player">
    <audio ref=${element} preload="metadata" src="${API}/recordings/${id}/audio"
      onError=${() => (isBroken.value = true)}
      onPause=${() => (isPlaying.value = false)}
      onTimeUpdate=${(/** @type {any} */ e) => (position.value = e.currentTarget.currentTime)}
      onLoadedMetadata=${(/** @type {any} */ e) => {
        if (Number.isFinite(e.currentTarget.duration)) whole.value = e.currentTarget.duration;
      }}></audio>
    <button class="button primary play" aria-keyshortcuts="Space" onClick=${togglePlay}
        aria-label=${isPlaying.value ? "Pause" : "Play"}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d=${
        isPlaying.value ? "M4.5 3h2.6v10H4.5ZM8.9 3h2.6v10H8.9Z" : "M4 2.4 13.4 8 4 13.6Z"
      } /></svg>
    </button>
    <input type="range" min="0" max=${length_} step="0.1" aria-label="Where it is"
      value=${position.value} aria-valuetext="${length(position.value)} of ${length(length_)}"
      onInput=${(/** @type {any} */ event) => seek(Number(event.currentTarget.value))} />
    <span class="time">${length(position.value)} / ${length(length_)}</span>
    <select aria-label="Speed" value=${speed.value}
        onChange=${(/** @type {any} */ event) => (speed.value = Number(event.currentTarget.value))}>
      ${SPEEDS.map(
        (each) => html`<option key=${each} value=${each} selected=${each === speed.value}>${each}×</option>`,
      )}
    </select>
  </div>`;
}
