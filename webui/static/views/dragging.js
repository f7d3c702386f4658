// Dragging waiting tasks to another place in the line: with mouse, pen or finger. The rows are those
// that are in the page at that moment; the list scrolls near its edges.

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { rights } from "../api.js";
import { dragging, lineAround, moveBeside } from "../reorder.js";
import { chosen, chosenTasks } from "../selection.js";
import { dropAt, scrollBy } from "../steer/line.js";
import { tasksOf } from "../steer/verbs.js";
import { state } from "../store.js";

/** @import {Task} from "../types.js" */

/** Pixels before a press becomes a drag. */
const SLACK = 6;
/** How near to an edge, in pixels, the list begins to scroll, and how far in a frame at most. */
const EDGE = 48;
const STRIDE = 18;

/** Lets rows of the list be dragged. @param {{current: HTMLElement|null}} scroller */
export function useDragging(scroller) {
  useEffect(() => {
    const list = scroller.current;
    if (!list) return undefined;
    const press = (/** @type {PointerEvent} */ event) => begin(list, event);
    const touch = (/** @type {TouchEvent} */ event) => {
      // a finger on the grip drags: nothing scrolls, and no mouse is made of it
      if (isOnGrip(event.target, event.touches[0]?.clientX ?? 0)) event.preventDefault();
    };
    list.addEventListener("pointerdown", press);
    list.addEventListener("touchstart", touch, { passive: false });
    return () => {
      list.removeEventListener("pointerdown", press);
      list.removeEventListener("touchstart", touch);
    };
  }, []);
}

/** @param {HTMLElement} list @param {PointerEvent} pressed */
function begin(list, pressed) {
  if (pressed.button !== 0 || !pressed.isPrimary || !rights.mayChange) return;
  if (pressed.shiftKey || pressed.ctrlKey || pressed.metaKey) return;
  const { target } = pressed;
  if (!(target instanceof Element)) return;
  const isGripped = isOnGrip(target, pressed.clientX);
  if (pressed.pointerType !== "mouse" && !isGripped) return; // a finger scrolls
  if (!isGripped && target.closest("[role=checkbox], button, a, input")) return;
  const task = taskOf(target.closest(".row"));
  if (!task?.allowed.includes("move")) return;
  const ends = new AbortController();
  const { signal } = ends;
  /** @type {Drag|null} */
  let drag = null;
  const move = (/** @type {PointerEvent} */ event) => {
    if (event.pointerId !== pressed.pointerId) return;
    if (!drag) {
      const far = Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY);
      if (far < SLACK) return;
      drag = new Drag(list, task);
      list.setPointerCapture(pressed.pointerId);
    }
    drag.to(event.clientX, event.clientY);
  };
  const end = (/** @type {boolean} */ isDropped) => {
    ends.abort();
    drag?.end(isDropped);
    if (drag) swallowClick();
  };
  addEventListener("pointermove", move, { signal });
  addEventListener("pointerup", () => end(true), { signal });
  addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("blur", () => end(false), { signal });
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !drag) return;
    event.preventDefault();
    event.stopPropagation();
    end(false);
  };
  addEventListener("keydown", escape, { signal, capture: true });
}

/**
 * Whether a press is on the grip of its row. Told by its place: browsers take a finger's press to
 * what is near and can be clicked, such as the box beside the grip.
 * @param {EventTarget|null} target @param {number} x
 */
function isOnGrip(target, x) {
  const row = target instanceof Element ? target.closest(".row") : null;
  const grip = row?.querySelector(".grip")?.getBoundingClientRect();
  return Boolean(grip?.width && x >= grip.left - 4 && x < grip.right);
}

/** The click that ends a drag means nothing. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => event.stopPropagation();
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }));
}

/** @param {Element|null} row */
const taskOf = (row) => state.value?.tasks.get(Number(row?.id.replace("row-", "")));

class Drag {
  /** @param {HTMLElement} list @param {Task} grabbed */
  constructor(list, grabbed) {
    this.list = list;
    this.grabbed = grabbed;
    const others = chosen.value.has(grabbed.id) ? chosenTasks() : [grabbed];
    this.moving = others.filter(
      ({ allowed, status, held }) =>
        allowed.includes("move") && status === grabbed.status && held === grabbed.held,
    );
    this.text = this.moving.length === 1 ? grabbed.title : tasksOf(this.moving.length);
    this.x = 0;
    this.y = 0;
    /** @type {{id: number, isBefore: boolean}|null} */
    this.target = null;
    this.frame = requestAnimationFrame(() => this.scroll());
    document.documentElement.classList.add("is-dragging");
  }

  /** @param {number} x @param {number} y */
  to(x, y) {
    this.x = x;
    this.y = y;
    const box = this.list.getBoundingClientRect();
    const isOver = x > box.left - 40 && x < box.right + 40;
    const drop = isOver ? dropAt(this.seen(), Math.min(box.bottom, Math.max(box.top, y))) : null;
    this.target = drop;
    const line = drop && {
      left: box.left,
      width: this.list.clientWidth,
      y: Math.min(box.bottom, Math.max(box.top, drop.y)),
    };
    dragging.value = { text: this.text, x, y, line };
  }

  /** The rows in the page among which it can be dropped. */
  seen() {
    const line = new Set(lineAround(this.grabbed).map(({ id }) => id));
    return [...this.list.querySelectorAll(".row[id^='row-']")]
      .map((row) => ({ id: Number(row.id.slice(4)), box: row.getBoundingClientRect() }))
      .filter(({ id }) => line.has(id))
      .map(({ id, box }) => ({ id, top: box.top, bottom: box.bottom }))
      .sort((a, b) => a.top - b.top);
  }

  scroll() {
    const by = scrollBy(this.y, this.list.getBoundingClientRect(), EDGE) * STRIDE;
    if (this.y && by) {
      this.list.scrollTop += by;
      this.to(this.x, this.y);
    }
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  /** @param {boolean} isDropped */
  end(isDropped) {
    cancelAnimationFrame(this.frame);
    document.documentElement.classList.remove("is-dragging");
    dragging.value = null;
    if (isDropped && this.target) moveBeside(this.moving, this.target.id, this.target.isBefore);
  }
}

/** What is dragged, at the pointer, and the line where it would go. */
export function Dragged() {
  const of = dragging.value;
  if (!of) return null;
  return html`<div class="dragged" aria-hidden="true">
    ${
      of.line
        ? html`<i style=${{
            transform: `translate(${of.line.left}px, ${of.line.y}px)`,
            width: `${of.line.width}px`,
          }}></i>`
        : null
    }
    <span class=${of.line ? "" : "nowhere"} style=${{
      transform: `translate(${of.x + 14}px, ${of.y + 10}px)`,
    }}>${of.text}</span>
  </div>`;
}
