"""Sessions that outlive their service: what is on disk, what is believed of it, for how long."""

import json
import os
import socket
import subprocess
import sys

import pytest

from core.service import Service
from tests.webui.http_client import TOKEN
from tests.webui.site import Live
from webui import peer
from webui.app import start_site
from webui.auth import Scope
from webui.session_file import NAME, SessionFile
from webui.sessions import IDLE, MOST, Sessions

HOUR = 3600.0
PORT = 4711
MARK = "0123456789abcdef"


class Clocks:
    """A wall clock and a monotonic one, set apart from each other."""

    def __init__(self):
        self.now, self.up = 1_800_000_000.0, 50.0

    def wall(self) -> float:
        return self.now

    def mono(self) -> float:
        return self.up

    def boot(self) -> str:
        return "b"

    def go(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def begun(folder, clocks):
    """Makes the sessions of the next service on the same folder."""
    return lambda port=PORT, ours=True: Sessions(clocks, SessionFile(folder), port, lambda *_: ours)


def test_a_session_goes_on_after_a_restart(begun, folder):
    secret = begun().mint(Scope.FULL, MARK)
    again = begun()
    assert again.knows(MARK)
    assert again.use(secret, Scope.FULL).mark == MARK
    assert again.use(secret, Scope.READ) is None, "it has become another kind of session"
    text = (folder / NAME).read_text()
    assert secret not in text and (folder / NAME).stat().st_mode & 0o777 == 0o600


def test_no_code_is_kept_so_none_can_be_used_again_after_a_restart(tmp_path):
    service = Service(tmp_path)
    for _ in range(2):
        site = start_site(service, "127.0.0.1", 0, TOKEN)
        live = Live(site.server, site.guard, service.events, site.server.stream, site.server.app)
        if _ == 0:
            used, unused = site.mint_code(), site.mint_code()
            assert live.get(f"/enter?code={used}", Authorization=None).status == 303
        else:
            for code in (used, unused):
                assert live.get(f"/enter?code={code}", Authorization=None).status == 403
        site.stop()
    service.stop(5)


def test_the_idle_time_goes_on_while_the_service_is_down(begun, clocks):
    secret = begun().mint(Scope.FULL, MARK)
    clocks.go(11 * HOUR)
    assert begun().use(secret, Scope.FULL), "and begins again with each use"
    clocks.go(12 * HOUR + 1)
    assert begun().use(secret, Scope.FULL) is None


def test_a_second_screen_may_be_away_for_thirty_days(begun, clocks):
    secret = begun().mint(Scope.READ, MARK)
    clocks.go(30 * 24 * HOUR - 1)
    assert begun().use(secret, Scope.READ)
    clocks.go(30 * 24 * HOUR + 1)
    assert begun().use(secret, Scope.READ) is None


def test_a_clock_that_is_set_back_prolongs_nothing(begun, clocks):
    sessions = begun()
    secret = sessions.mint(Scope.FULL, MARK)
    clocks.go(6 * HOUR)
    clocks.now -= 1000 * HOUR
    clocks.go(6 * HOUR + 1)
    assert sessions.use(secret, Scope.FULL) is None
    clocks.now -= 1000 * HOUR
    later = begun()
    assert later.use(secret, Scope.FULL) is None or later.alive()[0].until <= clocks.up + 12 * HOUR


def test_a_kept_end_far_in_the_future_is_cut_to_the_idle_time(begun, clocks, folder):
    secret = begun().mint(Scope.FULL, MARK)
    document = json.loads((folder / NAME).read_text())
    document["sessions"][0]["ends_at"] = 9e12
    (folder / NAME).write_text(json.dumps(document))
    again = begun()
    clocks.go(12 * HOUR + 1)
    assert again.use(secret, Scope.FULL) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["sessions"][0].update(digest="00"),
        lambda d: d["sessions"][0].update(scope="root"),
        lambda d: d["sessions"][0].update(ends_at="later"),
        lambda d: d["sessions"][0].update(ends_at=float("nan")),
        lambda d: d["sessions"][0].update(mark=5),
        lambda d: d["sessions"].append("x"),
        lambda d: d.update(sessions=None),
        lambda d: d.update(version=2),
        lambda d: d.update(port="80"),
        lambda d: d.pop("port"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_lets_nobody_in(begun, folder, change):
    secret = begun().mint(Scope.FULL, MARK)
    document = json.loads((folder / NAME).read_text())
    change(document)
    (folder / NAME).write_text(json.dumps(document))
    again = begun()
    assert again.alive() == [] and again.use(secret, Scope.FULL) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", "[" * 100_000, "x" * 300_000])
def test_a_torn_file_ends_the_sessions_and_breaks_nothing(begun, folder, text):
    (folder / NAME).write_text(text)
    (folder / NAME).chmod(0o600)
    sessions = begun()
    assert sessions.alive() == []
    secret = sessions.mint(Scope.FULL, MARK)
    assert begun().use(secret, Scope.FULL)


def test_a_file_that_others_may_write_or_a_link_is_not_believed(begun, folder, tmp_path):
    secret = begun().mint(Scope.FULL, MARK)
    (folder / NAME).chmod(0o620)
    assert begun().use(secret, Scope.FULL) is None
    (folder / NAME).chmod(0o600)
    assert begun().use(secret, Scope.FULL)
    (folder / NAME).rename(folder / "elsewhere")
    (folder / NAME).symlink_to(folder / "elsewhere")
    assert begun().use(secret, Scope.FULL) is None
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME, 0o600)
    assert begun().alive() == [], "reading it must not wait for a writer"


def test_sessions_belong_to_the_port_their_cookie_is_named_after(begun):
    secret = begun().mint(Scope.FULL, MARK)
    assert begun(port=PORT + 1).use(secret, Scope.FULL) is None


def test_the_oldest_of_too_many_goes_and_each_kind_has_its_own_limit(begun):
    sessions = begun()
    screen = sessions.mint(Scope.READ, MARK)
    first, *_, last = [sessions.mint(Scope.FULL, MARK) for _ in range(MOST[Scope.FULL] + 1)]
    for each in (sessions, begun()):
        assert each.use(first, Scope.FULL) is None
        assert each.use(last, Scope.FULL) and each.use(screen, Scope.READ)


def test_a_session_that_was_ended_stays_ended(begun):
    sessions = begun()
    secret = sessions.mint(Scope.READ, MARK)
    assert not sessions.end(MARK, Scope.FULL) and sessions.end(MARK, Scope.READ)
    assert begun().use(secret, Scope.READ) is None and not sessions.end(MARK, Scope.READ)


def test_a_use_is_written_now_and_then(begun, clocks, folder):
    sessions = begun()
    secret = sessions.mint(Scope.FULL, MARK)
    before = (folder / NAME).read_text()
    clocks.go(60)
    sessions.use(secret, Scope.FULL)
    assert (folder / NAME).read_text() == before
    clocks.go(IDLE[Scope.FULL] / 10)
    sessions.use(secret, Scope.FULL)
    assert (folder / NAME).read_text() != before


def test_another_user_who_caught_a_cookie_meanwhile_ends_the_session(begun):
    secret = begun().mint(Scope.FULL, MARK)
    theirs = begun(ours=False)
    assert theirs.use(secret, Scope.FULL, "127.0.0.1", 5) is None
    assert begun().use(secret, Scope.FULL) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the owner")
@pytest.mark.parametrize(("family", "host"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
def test_the_owner_of_a_connection_is_told(monkeypatch, family, host):
    with socket.socket(getattr(socket, family)) as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            pytest.skip(f"no {host} here")
        listener.listen()
        with socket.socket(getattr(socket, family)) as caller:
            caller.connect(listener.getsockname())
            mine = caller.getsockname()[:2]
            assert peer.may_be_ours(*mine)
            monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
            assert not peer.may_be_ours(*mine)
    assert peer.may_be_ours("192.168.1.20", 80) and peer.may_be_ours("", 0)


SERVE = """
import sys
from core.service import Service
from webui.app import start_site
service = Service(sys.argv[1])
site = start_site(service, "127.0.0.1", 0, "t" * 32)
print(site.port, site.mint_code(), flush=True)
sys.stdin.read()
"""


def test_a_killed_service_comes_back_at_its_port_with_its_sessions(folder):
    """No clean stop: what a session needs is on disk since it began."""

    def start():
        command = [sys.executable, "-c", SERVE, str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        process = subprocess.Popen(command, **pipes)  # noqa: S603
        port, code = process.stdout.readline().split()
        return process, int(port), code

    def get(port: int, path: str, cookie: str = "") -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
            sock.sendall(f"{head}Cookie: {cookie}\r\n\r\n".encode())
            return b"".join(iter(lambda: sock.recv(65536), b"")).decode()

    process, port, code = start()
    try:
        entered = get(port, f"/enter?code={code}")
        cookie = entered.partition("Set-Cookie: ")[2].partition(";")[0]
        assert get(port, "/api/v1/queue", cookie).startswith("HTTP/1.1 200")
        process.kill()
        process.wait()
        process, again, _ = start()
        assert again == port
        assert get(port, "/api/v1/queue", cookie).startswith("HTTP/1.1 200")
    finally:
        process.kill()
        process.wait()
