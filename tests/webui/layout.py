"""Whether everything in the page can be read and reached: measured in the page, at any size.

What is measured is in layout.js; `test_page_zoom.py` uses it at every zoom, and tests it.
"""

from pathlib import Path

from tests.webui.browsing import until_true

_FAULTS = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
#: Two frames: what was asked for is laid out and painted, and its observers have answered.
_SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
  () => Promise.all(document.getAnimations().map((a) => a.effect.getComputedTiming().iterations
    === Infinity ? 0 : a.finished.catch(() => 0))).then(done))))"""
_ZOOM = "parseFloat(document.documentElement.style.getPropertyValue('--zoom'))"


def settle(page) -> None:
    """Wait until what was asked of the page is painted, and nothing is on its way any more."""
    page.evaluate(_SETTLED)


def faults(page) -> list[str]:
    """What is wrong with the layout as it is now, in words; [] when nothing is."""
    settle(page)
    return page.evaluate(_FAULTS)


def resize(page, width: int, height: int) -> None:
    """Give the page this much room."""
    if hasattr(page, "real_window"):
        page.real_window.resize(width, height)
    else:
        page.set_viewport_size({"width": width, "height": height})
    until_true(page, "([w, h]) => innerWidth === w && innerHeight === h", arg=[width, height])


def zoomed(page, zoom: float) -> None:
    """Zoom as a person does, by the keys, step by step."""
    if zoom == 1:
        page.keyboard.press("Control+0")
    for _ in range(20):
        now = page.evaluate(_ZOOM)
        if abs(now - zoom) < 0.001:
            return
        page.keyboard.press("Control++" if now < zoom else "Control+-")
        until_true(page, f"was => {_ZOOM} !== was", arg=now)
    raise AssertionError(f"there is no way to a zoom of {zoom}")
