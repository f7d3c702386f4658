"""Where a window cannot be had: the browser, and then an address to open, with real processes.

The ladder in `desktop.opening`, and the bell in `desktop.doorbell`. A real service answers; what
stands in for the window is a process that does what windows do when they fail.
"""

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from desktop import libraries, opening
from desktop.doorbell import Doorbell, ring
from desktop.geometry import Place, Remembered, Screen, restored
from tests.desktop.conftest import environment
from tests.desktop.screen import Desk, why_no_window

#: Bodies of a process that is started as the window.
FAILING = {
    "aborted": "import os; os.abort()",
    "silent end": "pass",
    "told": "print('FAILED the paint is gone')",
    "no word": "import time; time.sleep(60)",
}


@pytest.fixture
def window(folder, monkeypatch):
    """Let this code be the window; a display is there, and so is the extra."""
    folder.mkdir(mode=0o700)

    def become(code, lacking=()):
        arguments = [sys.executable, "-c", code]
        monkeypatch.setattr(opening, "python_command", lambda *_: (arguments, environment(folder)))
        monkeypatch.setattr(opening, "has_display", lambda: True)
        monkeypatch.setattr(opening, "find_spec", lambda name: name)
        monkeypatch.setattr(libraries, "missing", lambda: set(lacking))

    return become


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("aborted", "signal 6"),
        ("silent end", "status 0"),
        ("told", "the paint is gone"),
        ("no word", "did not appear within"),
    ],
)
def test_a_window_that_fails_is_told_with_its_reason(window, folder, monkeypatch, body, why):
    window(FAILING[body])
    monkeypatch.setattr(opening, "READY_S", 1.0)
    with pytest.raises(opening.NoWindow, match=why) as failure:
        opening.in_window(folder)
    assert "window.log" in str(failure.value)


def test_missing_libraries_are_named_by_their_packages(window, folder):
    window(FAILING["aborted"], lacking=["libxcb-icccm.so.4", "libnssutil3.so"])
    with pytest.raises(opening.NoWindow, match="apt install libnss3 libxcb-icccm4"):
        opening.in_window(folder)


def test_ready_ends_the_wait_and_the_process_stays(window, folder):
    window("import time; print('READY', flush=True); time.sleep(60)")
    began = time.monotonic()
    assert opening.in_window(folder) == opening.OPENED
    assert time.monotonic() - began < 10


def test_a_window_that_began_beside_its_service_is_the_one_that_is_waited_for(window, folder):
    window(
        "import os; print('READY' if os.environ['LONGHAUL_WINDOW_IS_EARLY'] else '', flush=True)"
    )
    early = opening.Early(folder)
    early.begin()
    assert opening.in_window(folder, early.take()) == opening.OPENED
    assert early.take() is None, "a second one would be started by nobody"


def test_a_window_whose_service_does_not_come_is_ended(window, folder):
    window("import time; time.sleep(60)")
    early = opening.Early(folder)
    early.begin()
    process = early._process
    early.give_up()
    assert process.poll() is not None


def test_of_two_who_open_at_once_the_second_waits_for_the_bell_of_the_first(window, folder):
    rung = threading.Event()
    window("print('TAKEN')")
    late = threading.Timer(0.5, lambda: Doorbell(folder, rung.set))
    late.start()
    assert "came to the front" in opening.in_window(folder)
    assert rung.is_set()


def test_nobody_answers_the_bell_of_a_window_that_died(folder):
    folder.mkdir(mode=0o700)
    assert ring(folder) is None
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    (folder / "window.json").write_text(json.dumps({"pid": 1, "port": port, "key": "k"}))
    assert ring(folder) is None
    (folder / "window.json").write_text("{")
    assert ring(folder) is None


def test_the_bell_is_answered_for_its_key_only(folder):
    folder.mkdir(mode=0o700)
    rung = []
    Doorbell(folder, lambda: rung.append(True))
    document = json.loads((folder / "window.json").read_text())
    assert (folder / "window.json").stat().st_mode & 0o777 == 0o600
    for said in (b"show wrong\n", b"GET / HTTP/1.1\r\n\r\n", b"x" * 5000, b"\xff\n", b""):
        with socket.create_connection(("127.0.0.1", document["port"]), timeout=5) as caller:
            with suppress(OSError):  # it hangs up on what is too long
                caller.sendall(said)
                caller.shutdown(socket.SHUT_WR)
                assert caller.recv(10) == b""
    assert rung == []
    assert ring(folder) is True and rung == [True]


def test_a_window_that_hangs_is_told(folder, monkeypatch):
    monkeypatch.setattr("desktop.doorbell.ANSWER_S", 0.3)
    folder.mkdir(mode=0o700)
    release = threading.Event()
    Doorbell(folder, lambda: release.wait(10))
    assert ring(folder) is False
    release.set()


@pytest.mark.slow
def test_without_a_display_the_address_is_printed(folder):
    desk = Desk(folder, "")
    try:
        done = desk.longhaul(DISPLAY=None)
        assert done.returncode == 0 and "there is no display" in done.stderr
        assert done.stdout.startswith("http://127.0.0.1:") and "/enter?code=" in done.stdout
    finally:
        desk.end()


@pytest.mark.slow
def test_with_a_display_that_is_gone_the_browser_is_asked_and_then_the_address_printed(folder):
    if reason := why_no_window():
        pytest.skip(reason)
    desk = Desk(folder, ":987654")
    try:
        done = desk.longhaul()  # Qt aborts for want of the display
        assert "No window: its process ended with signal 6" in done.stderr
        assert "in your browser" in done.stderr
        assert "/enter?code=" in desk.opened.read_text()
        done = desk.longhaul(BROWSER="/nonexistent/browser %s", PATH="/nonexistent")
        assert done.stdout.startswith("http://127.0.0.1:")
    finally:
        desk.end()


@pytest.mark.slow
def test_the_browser_is_taken_when_it_is_asked_for(folder):
    desk = Desk(folder, ":987654")
    try:
        done = desk.longhaul("--browser")
        assert "No window" not in done.stderr and "in your browser" in done.stderr
        assert "/enter?code=" in desk.opened.read_text()
    finally:
        desk.end()


# --- where a window stands -----------------------------------------------------------------------

LEFT, RIGHT = Screen(0, 0, 1920, 1080), Screen(1920, 200, 1280, 1024)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        (Place(10, 20, 800, 600), Place(10, 20, 800, 600)),
        (Place(2000, 300, 800, 600, True), Place(2000, 300, 800, 600, True)),
        (Place(-700, 20, 800, 600), Place(None, None, 800, 600)),
        (Place(-650, 20, 800, 600), Place(-650, 20, 800, 600)),
        (Place(10, -5, 800, 600), Place(None, None, 800, 600)),
        (Place(10, 1060, 800, 600), Place(None, None, 800, 600)),
        (Place(4000, 20, 800, 600), Place(None, None, 800, 600)),
        (Place(2000, 300, 3000, 3000), Place(2000, 300, 1280, 1024)),
        (Place(0, 0, 100, 50), Place(0, 0, 480, 320)),
    ],
)
def test_a_place_is_taken_where_its_grip_can_be_reached(place, wanted):
    assert restored(place, [LEFT, RIGHT]) == wanted


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"place": {"x": "a"}, "is_told": true}', '{"place": {"q": 1}}']
)
def test_a_state_that_cannot_be_read_is_that_of_the_first_time(folder, text):
    folder.mkdir(mode=0o700)
    (folder / "window-state.json").write_text(text)
    state = Remembered(folder)
    assert state.place == Place() and state.is_told is False
    state.place, state.is_told = Place(1, 2, 700, 500), True
    state.keep()
    again = Remembered(folder)
    assert (again.place, again.is_told) == (state.place, True)


# --- libraries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libX11.so.6", "libx11-6"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        ("libnss3.so", "libnss3"),
        ("libnssutil3.so", "libnss3"),
        ("libgthread-2.0.so.0", "libglib2.0-0"),
    ],
)
def test_a_library_is_named_by_its_debian_package(library, package):
    assert libraries.package_of(library) == package


@pytest.mark.slow
def test_packages_of_the_libraries_that_qt_uses_here_are_those_that_brought_them():
    dpkg, ldd = shutil.which("dpkg"), shutil.which("ldd")
    spec = opening.find_spec("PySide6")
    if not (dpkg and ldd and spec):
        pytest.skip("needs a Debian machine with the extra `window`")
    home = spec.submodule_search_locations[0]
    used = subprocess.run(
        [ldd, f"{home}/Qt/plugins/platforms/libqxcb.so"], capture_output=True, text=True
    ).stdout
    names = [line.split()[0] for line in used.splitlines() if "=> /" in line and home not in line]
    wrong = []
    for name in names:
        package = libraries.package_of(name)
        known = subprocess.run([dpkg, "-L", package], capture_output=True, text=True).stdout
        is_of_c = package in ("libm6", "libdl2", "libpthread0", "libresolv2", "librt1")
        if not is_of_c and f"/{name}" not in known:
            wrong.append((name, package))
    assert len(names) > 20 and wrong == []
