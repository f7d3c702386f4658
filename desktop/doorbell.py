"""How a second `longhaul` reaches the window that is open: it rings, and the window comes forward.

A loopback socket whose port and key are in the data directory, readable by this person only; a
line of text each way. Who is the window is decided by its lock file, not here: a bell that nobody
answers belongs to a window that died.
"""

import hmac
import json
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from desktop.places import WINDOW_FILE

#: Seconds for a window to come forward; it answers when it has.
ANSWER_S = 5.0
_LONGEST_LINE = 256


class Doorbell:
    """The window's side: calls `answer` in a thread of its own for each ring."""

    def __init__(self, folder: Path, answer: Callable[[], None]):
        from core.paths import write_secret  # only the window waits for it, not who rings

        self._answer = answer
        self._key = secrets.token_urlsafe(32)
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        document = {"pid": os.getpid(), "port": port, "key": self._key}
        write_secret(folder, WINDOW_FILE, json.dumps(document))
        threading.Thread(target=self._listen, name="doorbell", daemon=True).start()

    def _listen(self) -> None:
        while True:
            caller, _ = self._socket.accept()
            with caller, suppress(OSError):
                caller.settimeout(2.0)
                if hmac.compare_digest(_line(caller), f"show {self._key}".encode()):
                    self._answer()
                    caller.sendall(b"shown\n")


def ring(folder: Path) -> bool | None:
    """Ask the window of `folder` to come forward: True when it has, False when it is there and
    does not answer, None when there is none."""
    try:
        document = json.loads((folder / WINDOW_FILE).read_text(encoding="utf-8"))
        port, key = int(document["port"]), str(document["key"])
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as window:
            window.settimeout(ANSWER_S)
            window.sendall(f"show {key}\n".encode())
            # A stranger that was given the port since then closes, or says something else.
            return True if _line(window) == b"shown" else None
    except TimeoutError:
        return False
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _line(sender: socket.socket) -> bytes:
    """What comes before a line break; what is longer than our own lines is cut."""
    received = b""
    while b"\n" not in received and len(received) < _LONGEST_LINE:
        more = sender.recv(_LONGEST_LINE)
        if not more:
            break
        received += more
    return received.partition(b"\n")[0]
