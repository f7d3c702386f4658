"""One-time codes and the sessions they open, through the guard, over HTTP. What is kept of them
over a restart is in `test_kept_sessions.py`, second screens are in `test_screens.py`."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.webui.http_client import running, small_app
from webui.auth import Codes, Failures
from webui.sessions import Sessions


class Clock:
    """A clock that the test sets forward."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    wall = mono = __call__


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site(clock):
    with running(small_app()) as site:
        site.guard.codes, site.guard.sessions = Codes(clock), Sessions(clock)
        yield site


def enter(site, code: str, query: str = ""):
    return site.get(f"/enter?code={code}{query}", Authorization=None)


def browser(site) -> dict[str, str | None]:
    """The headers of a browser with a session."""
    cookie = enter(site, site.guard.mint_code()).header("Set-Cookie").partition(";")[0]
    return {"Cookie": cookie, "Authorization": None}


def test_a_code_is_exchanged_for_a_session_cookie(site):
    answer = enter(site, site.guard.mint_code())
    assert answer.status == 303 and answer.header("Location") == "/" and answer.body == b""
    name_and_secret, *attributes = answer.header("Set-Cookie").split("; ")
    assert str(site.port) in name_and_secret.partition("=")[0]
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    assert answer.header("Cache-Control") == "no-store"
    headers = {"Cookie": name_and_secret, "Authorization": None}
    assert site.request("GET", "/api/v1/tasks", headers).status == 200


def test_a_code_opens_one_session_only(site):
    code = site.guard.mint_code()
    assert enter(site, code).status == 303
    again = enter(site, code)
    assert again.status == 403 and again.json["type"] == "urn:longhaul:bad-code"
    assert again.header("Set-Cookie") is None


def test_a_code_used_by_many_at_once_opens_one_session():
    codes = Codes()
    for _ in range(50):
        code, together = codes.mint(), threading.Barrier(8)

        def redeem(code=code, together=together) -> bool:
            together.wait()
            return codes.redeem(code) is not None

        with ThreadPoolExecutor(8) as pool:
            assert sum(future.result() for future in [pool.submit(redeem) for _ in range(8)]) == 1


def test_a_code_lives_for_sixty_seconds(site, clock):
    early, late = site.guard.mint_code(), site.guard.mint_code()
    clock.now += 59.9
    assert enter(site, early).status == 303
    clock.now += 0.2
    assert enter(site, late).status == 403


@pytest.mark.parametrize("code", ["", "x", "%00", "%ff%fe", "a&code=b"])
def test_a_wrong_code_is_refused(site, code):
    site.guard.mint_code()
    assert enter(site, code).status == 403


def test_looking_at_a_link_without_opening_it_does_not_use_it_up(site):
    code = site.guard.mint_code()
    assert site.request("HEAD", f"/enter?code={code}", {"Authorization": None}).status == 401
    assert enter(site, code).status == 303


@pytest.mark.parametrize("target", ["/", "/tasks", "/tasks/7"])
def test_next_leads_to_a_page_of_ours(site, target):
    assert enter(site, site.guard.mint_code(), f"&next={target}").header("Location") == target


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "%2f%2fevil.example",
        "/tasks/a%0d%0aSet-Cookie:x=y",
        "/tasks/7?x=1",
        "/api/v1/tasks",
        "/tasks/7/8",
        "javascript:alert(1)",
        "",
    ],
)
def test_next_leads_nowhere_else(site, target):
    answer = enter(site, site.guard.mint_code(), f"&next={target}")
    assert answer.header("Location") == "/" and len(answer.header("Set-Cookie").split("=")) == 4


def test_a_session_ends_after_twelve_hours_without_a_request(site, clock):
    headers = browser(site)
    for _ in range(3):  # each request begins the twelve hours again
        clock.now += 12 * 3600 - 1
        assert site.request("GET", "/api/v1/tasks", headers).status == 200
    clock.now += 12 * 3600 + 1
    assert site.request("GET", "/api/v1/tasks", headers).status == 401


def test_a_cookie_of_another_port_or_another_service_is_no_session(site):
    headers = browser(site)
    secret = headers["Cookie"].partition("=")[2]
    for cookie in (f"longhaul-1={secret}", f"{site.guard.cookie}={secret}x", site.guard.cookie):
        assert site.request("GET", "/api/v1/tasks", headers | {"Cookie": cookie}).status == 401


def test_a_session_is_found_among_other_cookies(site):
    headers = browser(site)
    headers["Cookie"] = f"a=b; {headers['Cookie']}; c=d"
    assert site.request("GET", "/api/v1/tasks", headers).status == 200


def test_a_cookie_beside_a_wrong_token_does_not_help(site):
    headers = browser(site) | {"Authorization": "Bearer wrong"}
    assert site.request("GET", "/api/v1/tasks", headers).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_cookie_alone_cannot_change_anything(site, method):
    headers = browser(site)
    answer = site.request(method, "/api/v1/tasks", headers, b"{}")
    assert answer.status == 403 and answer.json["type"] == "urn:longhaul:unproven-origin"
    for foreign in (
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": f"http://127.0.0.1:{site.port}", "Sec-Fetch-Site": "cross-site"},
    ):
        assert site.request(method, "/api/v1/tasks", headers | foreign, b"{}").status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_our_page_changes_things_with_its_cookie(site, method):
    headers = browser(site)
    for proof in ({"Origin": f"http://127.0.0.1:{site.port}"}, {"Sec-Fetch-Site": "same-origin"}):
        assert site.request(method, "/api/v1/tasks", headers | proof, b"{}").status == 200


def test_an_upload_with_a_cookie_alone_is_refused(site):
    headers = browser(site) | {"Content-Type": "multipart/form-data; boundary=x"}
    assert site.request("POST", "/api/v1/projects/a/uploads", headers, b"x").status == 403


def test_a_session_opens_a_stream(site):
    stream = site.open_stream(**browser(site))
    assert stream.head.startswith(b"HTTP/1.1 200") and stream.block() == "retry: 1000"
    assert site.open_stream(Authorization=None).head.startswith(b"HTTP/1.1 401")


def test_the_oldest_of_very_many_codes_goes(clock):
    codes = Codes(clock)
    first, *_, last = [codes.mint() for _ in range(300)]
    assert not codes.redeem(first) and codes.redeem(last)


def test_failures_are_forgotten_after_a_minute(clock):
    failures = Failures(limit=2, clock=clock)
    assert [failures.add() for _ in range(4)] == [False, False, True, True]
    clock.now += 61
    assert failures.add() is False
