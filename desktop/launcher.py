"""Finds the service of a data directory, or starts one that outlives us; its page in a browser.

Used by `longhaul` alone and `longhaul demo`, which show the page by `desktop.opening`. The service
itself is `desktop.serve`, in a process of its own: closing a terminal or a window stops no work.
"""

import os
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

from desktop.client import Client
from desktop.failures import WRONG_USE, Failure, NoService, Refused
from desktop.output import emit, say
from desktop.places import LOG_FILE, ServerFile

#: Seconds a new service has to answer, and an old one to finish stopping.
START_S = 30.0
POLL_S = 0.05
#: From this size on the log of the service is set aside when a new one starts.
LOG_LIMIT = 5 * 1024 * 1024
_HOME = Path(__file__).resolve().parents[1]


def find_or_start(folder: Path, meanwhile: Callable[[], None] | None = None) -> Client:
    """A client of the running service of `folder`; one is started when there is none, and then
    `meanwhile` is called once, while it begins.

    Raises NoService, with the end of the service's log, when it does not start.
    """
    client = answering(folder)
    if client:
        return client
    say(f"Starting the service for {folder}")
    process = _start(folder)
    if meanwhile:
        meanwhile()
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        client = answering(folder)
        if client:
            return client
        # Another service may hold the folder: just started by somebody else, or just stopping.
        if (status := process.poll()) is not None:
            if status != WRONG_USE or not (folder / LOG_FILE).exists():
                break
            time.sleep(0.5)
            if not (client := answering(folder)):
                process = _start(folder)
        time.sleep(POLL_S)
    raise NoService("The service did not start.", _why(folder))


def answering(folder: Path) -> Client | None:
    """A client of the service of `folder` if it answers now, else None."""
    try:
        client = Client(ServerFile.read(folder))
        client.get("/version")
    except (NoService, Refused):
        return None
    return client


def show_page(client: Client) -> bool:
    """Open the page in the system's browser; False when its address was printed instead.

    The address carries a code that opens it once, within a minute.
    """
    code = client.post("/codes")["code"]
    address = f"{client.server.url}/enter?code={code}"
    if has_display() and webbrowser.open(address):
        say(f"Opened {client.server.url} in your browser.")
        return True
    emit(address)
    say("Open this address within a minute; it works once. `longhaul` gives you another one.")
    return False


def has_display() -> bool:
    """Whether a browser could show a window here."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def python_command(module: str, *words: str) -> tuple[list[str], dict[str, str]]:
    """(arguments, environment) that run one of our modules from any current folder.

    -P keeps the current folder out of the module search; sources that are not installed are named.
    """
    environment = dict(os.environ)
    if _HOME.name not in ("site-packages", "dist-packages"):
        paths = [str(_HOME), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return [sys.executable, "-P", "-m", module, *words], environment


def _start(folder: Path) -> subprocess.Popen:
    """A service of its own session, writing to its log in `folder`."""
    arguments, environment = python_command("desktop", "serve", "--data-dir", str(folder))
    descriptor = open_log(folder, LOG_FILE)
    try:
        return subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            arguments,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def open_log(folder: Path, name: str) -> int:
    """A descriptor that appends to a log in `folder`, to be closed; a large one is set aside.

    Raises Failure when the folder cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = folder / name
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(folder / f"{name}.1")
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise Failure(
            f"{folder} cannot be used: {error.strerror}.", "Look at it with: longhaul doctor"
        ) from None


def _why(folder: Path) -> str:
    """The end of the service's log, and where all of it is."""
    log = folder / LOG_FILE
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
    except OSError:
        lines = []
    return "\n".join([*lines, f"Its log: {log}", "What may be wrong: longhaul doctor"])
