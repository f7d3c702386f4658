"""What changes for a service that a person exposed to the network, and what does not."""

import pytest

from tests.webui.http_client import TOKEN
from webui.guard import Guard

LAN = "192.168.1.20"


def status(guard: Guard, host: str, peer: str, token: str = TOKEN) -> int:
    """The status of a GET as the server would hand it to the guard."""
    seen = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/api/v1/tasks",
        "HTTP_HOST": host,
        "REMOTE_ADDR": peer,
        "HTTP_AUTHORIZATION": f"Bearer {token}",
    }
    guard(environ, lambda line, headers, exc=None: seen.append(int(line.split()[0])))
    return seen[0]


def app(environ, start):
    start("200 OK", [])
    return [b""]


@pytest.fixture
def exposed():
    guard = Guard(app, port=80, token=TOKEN, page_paths=())
    guard.expose(LAN)
    return guard


def test_other_machines_reach_it_by_its_own_address(exposed):
    assert status(exposed, f"{LAN}:80", "192.168.1.33") == 200


def test_the_token_is_asked_for_all_the_same(exposed):
    assert status(exposed, f"{LAN}:80", "192.168.1.33", "wrong") == 401


@pytest.mark.parametrize("host", ["evil.example:80", "192.168.1.21:80", f"{LAN}:81"])
def test_other_names_are_refused_all_the_same(exposed, host):
    assert status(exposed, host, "192.168.1.33") == 421


def test_without_it_no_other_machine_is_answered():
    guard = Guard(app, port=80, token=TOKEN, page_paths=())
    assert status(guard, f"{LAN}:80", "192.168.1.33") == 421
    assert status(guard, "127.0.0.1:80", "192.168.1.33") == 403
