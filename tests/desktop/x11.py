"""What a window manager does to windows, for tests on a server that has none: by libX11 itself."""

import ctypes
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

_CLIENT_MESSAGE = 33
_HANDLER = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)
#: A window may be gone while we ask about it; Xlib's own answer to that ends the process.
_ignore = _HANDLER(lambda display, error: 0)


class _ClientMessage(ctypes.Structure):
    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        ("window", c_ulong),
        ("message_type", c_ulong),
        ("format", c_int),
        ("data", c_long * 5),
        ("padding", c_long * 24),  # the server's own events are larger than this one
    )


@contextmanager
def x11(display: str):
    """A connection to a display; gives an X11."""
    lib = ctypes.CDLL("libX11.so.6")
    lib.XOpenDisplay.restype = c_void_p
    lib.XInternAtom.restype = lib.XDefaultRootWindow.restype = c_ulong
    lib.XSetErrorHandler.argtypes = [_HANDLER]
    lib.XSetErrorHandler(_ignore)
    handle = c_void_p(lib.XOpenDisplay(display.encode()))
    try:
        yield X11(lib, handle)
    finally:
        lib.XCloseDisplay(handle)


class X11:
    """Finds, moves and closes windows by their titles."""

    def __init__(self, lib, handle):
        self._lib, self._display = lib, handle
        self._root = lib.XDefaultRootWindow(handle)

    def titled(self, title: str) -> list[int]:
        """Windows of this title that are large enough to be seen."""
        return [w for w in self._children() if self._title(w) == title and self.place(w)[2] > 100]

    def place(self, window: int) -> tuple[int, int, int, int]:
        """(x, y, width, height)."""
        root, x, y = c_ulong(), c_int(), c_int()  # all 0 for one that is gone
        width, height, border, depth = c_uint(), c_uint(), c_uint(), c_uint()
        self._lib.XGetGeometry(
            self._display, c_ulong(window), byref(root), byref(x), byref(y), byref(width),
            byref(height), byref(border), byref(depth),
        )  # fmt: skip
        return x.value, y.value, width.value, height.value

    def put(self, window: int, x: int, y: int, width: int, height: int) -> None:
        """Move and resize it, as by its frame."""
        self._lib.XMoveResizeWindow(self._display, c_ulong(window), x, y, width, height)
        self._lib.XSync(self._display, 0)

    def focus(self, window: int) -> None:
        """Give it the keyboard, as a click into it does."""
        self._lib.XSetInputFocus(self._display, c_ulong(window), 1, c_ulong(0))
        self._lib.XSync(self._display, 0)

    def close(self, window: int) -> None:
        """Ask it to close, as the button of its frame does."""
        message = _ClientMessage(type=_CLIENT_MESSAGE, window=window, format=32)
        message.message_type = self._atom(b"WM_PROTOCOLS")
        message.data[0] = self._atom(b"WM_DELETE_WINDOW")
        self._lib.XSendEvent(self._display, c_ulong(window), 0, c_long(0), byref(message))
        self._lib.XSync(self._display, 0)

    def _atom(self, name: bytes) -> int:
        return self._lib.XInternAtom(self._display, name, 0)

    def _children(self) -> list[int]:
        root, parent, count = c_ulong(), c_ulong(), c_uint()
        children = POINTER(c_ulong)()
        self._lib.XQueryTree(
            self._display, c_ulong(self._root), byref(root), byref(parent), byref(children),
            byref(count),
        )  # fmt: skip
        found = [children[i] for i in range(count.value)]
        if found:
            self._lib.XFree(children)
        return found

    def _title(self, window: int) -> str:
        name = c_char_p()
        if not self._lib.XFetchName(self._display, c_ulong(window), byref(name)):
            return ""
        return (name.value or b"").decode(errors="replace")
