"""The service in the foreground: the one place where desktop, webui and core meet in a process.

One for each data directory: a lock file decides. `server.json` tells the others where it is, from
when it can answer until just before the lock is given back. Called by `longhaul serve`.
"""

import gc
import json
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from filelock import FileLock, Timeout

from core import paths
from core.errors import LonghaulError
from core.service import Service
from desktop.failures import DONE, Failure, NoService, WrongUse
from desktop.messenger import Messenger
from desktop.output import say
from desktop.places import LOCK_FILE, SERVER_FILE, ServerFile
from desktop.service_log import log_to_stderr
from webui.app import start_site

log = logging.getLogger("longhaul.service")

#: Seconds for the running batches to reach their checkpoint; the whole stop stays under 10 s.
STOP_S = 7.0


def serve(folder: Path, host: str, port: int) -> int:
    """Run the service until SIGTERM or SIGINT; 0 after a clean stop.

    Raises WrongUse when another one runs for `folder` or the address is taken, and Failure when
    the folder is not safe to use.
    """
    stop = _stop_signal()
    log_to_stderr()
    try:
        folder = paths.data_dir(folder)
        with _alone(folder):
            _run(folder, host, port, stop)
    except LonghaulError as error:
        raise Failure(str(error)) from error
    return DONE


def _run(folder: Path, host: str, port: int, stop: threading.Event) -> None:
    service = Service(folder)
    token = secrets.token_urlsafe(32)
    try:
        site = start_site(service, host, port, token, stop.set)
    except OSError as error:
        raise WrongUse(  # nothing was started yet, so nothing is to be stopped
            f"{host}:{port} cannot be used: {error.strerror or error}.",
            "Choose another --port, or leave it out and a free one is taken.",
        ) from None
    watched = Messenger(service, lambda: site.open_pages > 0)
    try:
        with _announced(folder, site.url, token), watched:
            # Workers begin to import when others can already ask: two cores are not many.
            service.start()
            gc.freeze()  # what was loaded stays: looking through it would hold up requests
            say(f"Longhaul runs at {site.url} for {folder} (pid {os.getpid()}). Ctrl-C stops it.")
            stop.wait()
            log.info("stopping")
            began = time.monotonic()
            service.stop(STOP_S)  # the site still answers: 503, and the events of the last batches
    finally:
        site.stop()
    seconds = time.monotonic() - began
    say(f"Stopped cleanly after {seconds:.1f} s; what ran goes on at the next start.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the data directory. Raises WrongUse, saying where the other one runs."""
    lock = FileLock(folder / LOCK_FILE, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        try:
            other = ServerFile.read(folder)
            where = f" at {other.url} (pid {other.pid})"
        except NoService:
            where = ", and is just starting or stopping"
        raise WrongUse(
            f"Longhaul already runs for {folder}{where}.",
            "Use it, stop it with `longhaul stop`, or give this one another --data-dir.",
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _announced(folder: Path, url: str, token: str) -> Iterator[None]:
    """server.json while the service answers; a left-over one of a dead service is replaced."""
    document = {
        "pid": os.getpid(),
        "started_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "url": url,
        "token": token,
        "version": installed_version(),
    }
    paths.write_secret(folder, SERVER_FILE, json.dumps(document))
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            os.unlink(folder / SERVER_FILE)


def installed_version() -> str:
    """The version of the installed package; "0" when it runs from sources alone."""
    try:
        return version("longhaul")
    except PackageNotFoundError:
        return "0"


def _stop_signal() -> threading.Event:
    """Set by SIGTERM and SIGINT, from now on; more of them change nothing."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
