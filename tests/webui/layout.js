// What is wrong with the layout of the page that is shown: texts over each other, texts that are cut
// without a sign of it, rows that scroll sideways, controls that nobody can reach. One function;
// layout.py evaluates it in the page. It only measures, and changes nothing.
() => {
  const found = [];
  const say = (what, node, more = "") => found.push(`${what}: ${named(node)}${more}`);
  const view = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const CONTROLS = "a[href], button, input, select, textarea, summary, [role=tab], [tabindex='0']";
  /** Regions that are meant to scroll sideways: quoted text keeps its lines. */
  const SIDEWAYS = "pre, [data-scrolls]";

  const within = (r, box) => ({
    left: Math.max(r.left, box.left), top: Math.max(r.top, box.top),
    right: Math.min(r.right, box.right), bottom: Math.min(r.bottom, box.bottom),
  });
  const isEmpty = (r) => r.right - r.left < 1 || r.bottom - r.top < 1;
  const round = (r) => `${Math.round(r.left)},${Math.round(r.top)}–${Math.round(r.right)},${Math.round(r.bottom)}`;
  const elementOf = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node);

  function named(node) {
    const element = elementOf(node);
    const text = (node.nodeType === Node.TEXT_NODE ? node.data : element.getAttribute("aria-label") || element.textContent).trim().replace(/\s+/g, " ");
    const path = [];
    for (let e = element; e && e !== document.body && path.length < 3; e = e.parentElement) {
      path.unshift(e.localName + (e.id ? `#${e.id}` : [...e.classList].slice(0, 2).map((c) => `.${c}`).join("")));
    }
    return `“${text.slice(0, 40)}” in ${path.join(" > ")}`;
  }

  /** Containing blocks count, not parents, for what is taken out of the flow. */
  function holder(element) {
    const { position } = getComputedStyle(element);
    if (position !== "fixed") return element.parentElement;
    let e = element.parentElement;
    const holds = (s) => s.transform !== "none" || s.filter !== "none" || s.contain.includes("paint") || s.contain === "strict" || s.containerType !== "normal";
    while (e && !holds(getComputedStyle(e))) e = e.parentElement;
    return e;
  }

  function isHidden(element) {
    if (element.closest(".unseen, script, style, noscript, option, svg title")) return true;
    return !element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  }

  const isMarked = (element) => element.closest("[title], [aria-label], [data-full]") !== null;

  /**
   * What of a box can be seen: {seen, cutX, cutY, by}. A scrolling ancestor only hides what
   * scrolling brings back; one that clips cuts.
   */
  function seenPart(element, box) {
    let seen = { ...box };
    let reach = { ...box }; // what must be inside of the next box, after scrolling within the last
    let cutX = null, cutY = null, scrolls = false;
    // From the element itself: its own overflow clips its own text.
    for (let e = element; e; e = holder(e)) {
      if (e === document.body || e === document.documentElement) break;
      const style = getComputedStyle(e);
      if (style.display === "contents" || style.display === "inline") continue;
      const r = e.getBoundingClientRect();
      const inner = { left: r.left + e.clientLeft, top: r.top + e.clientTop, right: r.left + e.clientLeft + e.clientWidth, bottom: r.top + e.clientTop + e.clientHeight };
      const clipsX = style.overflowX !== "visible" || /paint|strict|content/.test(style.contain);
      const clipsY = style.overflowY !== "visible" || /paint|strict|content/.test(style.contain);
      const canX = /auto|scroll/.test(style.overflowX), canY = /auto|scroll/.test(style.overflowY);
      if (clipsX) {
        if (canX && e.scrollWidth > e.clientWidth) { scrolls = true; reach = { ...reach, left: inner.left, right: inner.right }; }
        else if (reach.right > inner.right + 1 || reach.left < inner.left - 1) { cutX ??= e; reach = { ...reach, left: Math.max(reach.left, inner.left), right: Math.min(reach.right, inner.right) }; }
        seen = within(seen, { ...seen, left: inner.left, right: inner.right });
      }
      if (clipsY) {
        if (canY && e.scrollHeight > e.clientHeight) { scrolls = true; reach = { ...reach, top: inner.top, bottom: inner.bottom }; }
        else if (reach.bottom > inner.bottom + 1.5 || reach.top < inner.top - 1.5) { cutY ??= e; reach = { ...reach, top: Math.max(reach.top, inner.top), bottom: Math.min(reach.bottom, inner.bottom) }; }
        seen = within(seen, { ...seen, top: inner.top, bottom: inner.bottom });
      }
    }
    const root = document.scrollingElement;
    const rolls = /auto|scroll|visible/.test(getComputedStyle(document.body).overflowY) && root.scrollHeight > root.clientHeight;
    if (reach.right > view.right + 1 || reach.left < -1) cutX ??= document.body;
    if (!rolls && (reach.bottom > view.bottom + 1.5 || reach.top < -1.5)) cutY ??= document.body;
    return { seen: within(seen, view), cutX, cutY, scrolls };
  }

  /** The ink of a line of text: without the room above its capitals and below its descenders. */
  const ink = (r) => { const h = r.bottom - r.top; return { left: r.left, right: r.right, top: r.top + h * 0.2, bottom: r.bottom - h * 0.12 }; };

  /** Whether `element` is what is painted at a point, or under nothing but `other` that hides it. */
  function showsAt(element, x, y, other) {
    for (const e of document.elementsFromPoint(x, y)) {
      if (other?.contains(e)) continue;
      if (e === element || element.contains(e)) return true;
      if (e.contains(element)) return true;
      const style = getComputedStyle(e);
      if (/rgba\(.*, 0\)|transparent/.test(style.backgroundColor) && style.backgroundImage === "none") continue;
      return false;
    }
    return true; // not hit at all: pointer-events: none
  }

  /** Whether scrolling brings `element` out from under what lies fixed over it at `top`. */
  function canEscape(element, top) {
    let cover = top;
    while (cover && !/sticky|fixed/.test(getComputedStyle(cover).position)) cover = cover.parentElement;
    if (!cover) return false;
    let up = 0, down = 0; // how far it can be moved
    for (let e = element.parentElement; e; e = e.parentElement) {
      if (!/auto|scroll/.test(getComputedStyle(e).overflowY)) continue;
      up += e.scrollHeight - e.clientHeight - e.scrollTop;
      down += e.scrollTop;
    }
    const own = element.getBoundingClientRect(), its = cover.getBoundingClientRect();
    const middle = (own.top + Math.min(own.bottom, view.bottom)) / 2; // of a list, the part in view
    return middle - up <= its.top || middle + down >= its.bottom;
  }

  // --- texts ---------------------------------------------------------------------------------
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue;
    const element = elementOf(node);
    if (isHidden(element)) continue;
    const range = document.createRange();
    const spoken = node.data.search(/\S/);
    range.setStart(node, spoken);
    range.setEnd(node, node.data.trimEnd().length);
    let shown = 0, isCut = false, isShort = false;
    for (const raw of range.getClientRects()) {
      if (raw.width < 1) continue;
      const line = ink(raw);
      const { seen, cutX, cutY, scrolls } = seenPart(element, line);
      if (!isEmpty(seen)) lines.push({ node, element, ...seen });
      shown = Math.max(shown, seen.right - seen.left);
      if (cutX) {
        const style = getComputedStyle(cutX);
        const isEllipsis = style.textOverflow === "ellipsis";
        if (!isEllipsis) { if (!isCut) say("text is cut at its side", node, ` by ${named(cutX)}`); isCut = true; }
        else if (!isMarked(cutX)) { if (!isCut) say("shortened without a title", node); isCut = true; }
        isShort = true;
      }
      if (cutY) {
        const isClamped = getComputedStyle(cutY).webkitLineClamp !== "none";
        if (isClamped && isMarked(cutY)) continue;
        if (!isCut) say("text is cut above or below", node, ` (${round(line)}) by ${named(cutY)}`);
        isCut = true;
      }
      void scrolls;
    }
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (isShort && shown < 2.5 * size) say("hardly anything of it is left", node);
  }
  for (let i = 0; i < lines.length; i++) {
    for (let j = i + 1; j < lines.length; j++) {
      const a = lines[i], b = lines[j];
      if (a.node === b.node) continue;
      const both = within(a, b);
      if (both.right - both.left < 1.5 || both.bottom - both.top < 1.5) continue;
      const x = (both.left + both.right) / 2, y = (both.top + both.bottom) / 2;
      if (!showsAt(a.element, x, y) || !showsAt(b.element, x, y)) continue;
      say("texts over each other", a.node, ` and ${named(b.node)} at ${round(both)}`);
    }
  }

  // --- scrolling -----------------------------------------------------------------------------
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`the page scrolls sideways by ${root.scrollWidth - root.clientWidth} px`);
  for (const element of document.body.querySelectorAll("*")) {
    if (element.scrollWidth <= element.clientWidth + 1 || element.clientWidth === 0) continue;
    const { overflowX } = getComputedStyle(element);
    if (!/auto|scroll/.test(overflowX) || element.matches(`${SIDEWAYS}, ${SIDEWAYS.split(", ").map((s) => `${s} *`).join(", ")}, input, textarea`)) continue;
    if (!isHidden(element)) say("scrolls sideways", element, ` by ${element.scrollWidth - element.clientWidth} px`);
  }

  // --- controls ------------------------------------------------------------------------------
  const dialogs = [...document.querySelectorAll("dialog[open], [role=dialog], [role=alertdialog]")].filter((d) => !isHidden(d));
  const controls = [];
  for (const element of document.body.querySelectorAll(CONTROLS)) {
    if (isHidden(element)) continue;
    const { left, top: above, right, bottom } = element.getBoundingClientRect();
    const box = { left, top: above, right, bottom };
    if (isEmpty(box)) continue;
    const { seen, cutX, cutY } = seenPart(element.parentElement, box);
    if (cutX || cutY) say("control out of reach", element, ` at ${round(box)}`);
    if (!isEmpty(seen)) controls.push({ element, ...seen });
    if (seen.right - seen.left < 4 || seen.bottom - seen.top < 4) continue; // just scrolled away
    if (dialogs.length && !dialogs.some((d) => d.contains(element))) continue;
    const x = (seen.left + seen.right) / 2, y = (seen.top + seen.bottom) / 2;
    const top = document.elementFromPoint(x, y);
    if (top && canEscape(element, top)) continue;
    if (top && top !== element && !element.contains(top) && !top.contains(element) && !top.closest("label")?.contains(element)) {
      say("control under something", element, ` at ${round(box)}, under ${named(top)}`);
    }
  }
  for (let i = 0; i < controls.length; i++) {
    for (let j = i + 1; j < controls.length; j++) {
      const a = controls[i], b = controls[j];
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const both = within(a, b);
      if (both.right - both.left < 1.5 || both.bottom - both.top < 1.5) continue;
      const x = (both.left + both.right) / 2, y = (both.top + both.bottom) / 2;
      if (!showsAt(a.element, x, y, b.element) || !showsAt(b.element, x, y, a.element)) continue;
      say("controls over each other", a.element, ` and ${named(b.element)}`);
    }
  }
  return [...new Set(found)];
}
