"""Second screens: a code of their own, a session that only looks, and its end."""

import re

import pytest

from tests.webui.http_client import TOKEN, small_app
from tests.webui.site import API, QUICK, problem
from webui.api import NOUNS
from webui.auth import Codes, Scope, mark_of
from webui.guard import Guard

UNSAFE = [route for group in NOUNS for route in group if route.method != "GET"]
#: Nouns of the API of which a second screen sees nothing.
UNSEEN = ("/projects", "/recordings", "/sources", "/pages", "/paths", "/uploads")
#: Pages of what the tasks work on, however deep, and what they show.
HIDDEN = [
    *("/projects", "/projects/", "/projects/a%0Ab/c", "/recordings/7", "/documents/7/pages/1"),
    *(f"{API}/{noun}" for noun in ("projects", "projects/p/photos", "recordings", "sources/1")),
    *(f"{API}/{noun}" for noun in ("pages/1", "documents", "paths?under=/", "uploads/any")),
]
HIDDEN += [
    API + re.sub(r"\{\w+\}", "1", route.path)
    for group in NOUNS
    for route in group
    if route.method == "GET" and route.path.startswith(UNSEEN)
]


@pytest.fixture(scope="module")
def window(live):
    """The headers of a page with all rights."""
    return entered(live, live.started.mint_code())


@pytest.fixture
def made(live, window):
    """A code for a second screen, made from the page."""
    answer = live.request("POST", f"{API}/codes", window, b'{"scope": "read"}')
    assert answer.status == 201, answer.body
    return answer.json


@pytest.fixture
def screen(live, made):
    return entered(live, made["code"])


def entered(live, code: str, **headers) -> dict:
    answer = live.get(f"/enter?code={code}", Authorization=None, **headers)
    assert answer.status == 303, answer.body
    cookie = answer.header("Set-Cookie").partition(";")[0]
    return {"Cookie": cookie, "Authorization": None, "Origin": live.server.url}


def screens(live) -> list[str]:
    return [each["mark"] for each in live.read("/screens")["items"]]


def test_its_address_leads_to_the_big_screen_and_its_cookie_stays(live, made):
    assert made["scope"] == "read" and made["expires_in_s"] == 600
    assert made["address"] == f"{live.server.url}/enter?code={made['code']}"
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", made["code"])
    answer = live.get(f"/enter?code={made['code']}", Authorization=None)
    assert answer.header("Location") == "/background-tasks"
    cookie = answer.header("Set-Cookie")
    assert cookie.startswith(f"longhaul-{live.port}-read=")
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="):
        assert attribute in cookie


def test_its_code_works_once_however_it_is_typed(live, made):
    typed = made["code"].lower().replace("-", "")
    assert live.get(f"/enter?code={typed}", Authorization=None).status == 303
    for again in (typed, made["code"]):
        assert live.get(f"/enter?code={again}", Authorization=None).status == 403


def test_it_sees_everything_and_is_told_that_it_may_only_look(live, screen, window):
    for path in ("/snapshot", "/tasks", "/queue", "/settings", "/screens"):
        assert live.request("GET", API + path, screen).status == 200
    assert live.request("GET", f"{API}/snapshot", screen).json["session"] == {"read_only": True}
    assert live.request("GET", f"{API}/snapshot", window).json["session"] == {"read_only": False}
    assert live.read("/snapshot")["session"] == {"read_only": False}
    assert live.request("GET", "/background-tasks", screen).status == 200


@pytest.mark.parametrize("path", HIDDEN)
def test_it_does_not_see_what_the_tasks_work_on(live, screen, window, path):
    problem(live.request("GET", path, screen), 403, "not-for-screens")
    assert live.request("GET", path, window).status != 403


def test_its_link_leads_to_none_of_that(live, window):
    answer = live.request("POST", f"{API}/codes", window, b'{"scope": "read"}')
    link = f"/enter?code={answer.json['code']}&next=/recordings/7"
    assert live.get(link, Authorization=None).header("Location") == "/background-tasks"


@pytest.mark.parametrize("route", UNSAFE, ids=lambda route: f"{route.method} {route.path}")
def test_it_changes_nothing(live, screen, route):
    path = API + re.sub(r"\{\w+\}", "1", route.path)
    for proof in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Accept": "text/event-stream"}):
        answer = live.request(route.method, path, screen | proof, b"{}")
        problem(answer, 403, "read-only")


def test_it_starts_nothing_by_a_streamed_post_or_by_an_upload(live, screen):
    before = live.read("/snapshot")["last_event_id"]
    body = f'{{"type": "rehearsal", "params": {{"records": {QUICK["records"]}}}}}'.encode()
    streamed = live.request("POST", f"{API}/tasks", screen | {"Accept": "text/event-stream"}, body)
    problem(streamed, 403, "read-only")
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    problem(live.request("POST", f"{API}/tasks", screen | form, b"--x--"), 403, "read-only")
    assert live.read("/snapshot")["last_event_id"] == before


def test_nothing_in_its_address_raises_it(live, window):
    for query in ("&scope=full", "&next=/tasks", "&next=/&scope=full&scope=read"):
        post = live.request("POST", f"{API}/codes", window, b'{"scope": "read"}')
        answer = live.get(f"/enter?code={post.json['code']}{query}", Authorization=None)
        cookie = answer.header("Set-Cookie").partition(";")[0]
        assert cookie.startswith(f"longhaul-{live.port}-read=")
        own = {"Cookie": cookie, "Authorization": None, "Origin": live.server.url}
        problem(live.request("POST", f"{API}/queue/pause", own, b"{}"), 403, "read-only")
        again = live.request("GET", f"/enter?code={post.json['code']}", own)
        assert again.status == 403 and again.header("Set-Cookie") is None


def test_its_secret_under_the_name_of_a_windows_cookie_is_no_session(live, screen, window):
    secret = screen["Cookie"].partition("=")[2]
    renamed = screen | {"Cookie": f"longhaul-{live.port}={secret}"}
    assert live.request("GET", f"{API}/queue", renamed).status == 401
    secret = window["Cookie"].partition("=")[2]
    renamed = window | {"Cookie": f"longhaul-{live.port}-read={secret}"}
    assert live.request("GET", f"{API}/queue", renamed).status == 401


def test_a_secret_that_an_attacker_chose_is_never_taken_up(live, made):
    chosen = {"Cookie": f"longhaul-{live.port}-read=chosen", "Authorization": None}
    answer = live.request("GET", f"/enter?code={made['code']}", chosen)
    assert answer.status == 303 and "=chosen" not in answer.header("Set-Cookie")
    assert live.request("GET", f"{API}/queue", chosen).status == 401


def test_a_window_that_opens_the_address_keeps_its_rights(live, window, screen):
    both = window | {"Cookie": f"{screen['Cookie']}; {window['Cookie']}"}
    assert live.request("GET", f"{API}/snapshot", both).json["session"] == {"read_only": False}
    assert live.request("POST", f"{API}/queue/resume", both, b"{}").status == 200


def test_a_screen_makes_no_codes_and_a_window_none_for_windows(live, screen, window):
    for scope in ("read", "full"):
        body = f'{{"scope": "{scope}"}}'.encode()
        problem(live.request("POST", f"{API}/codes", screen, body), 403, "read-only")
    problem(live.request("POST", f"{API}/codes", window, b'{"scope": "full"}'), 403, "forbidden")
    problem(live.request("POST", f"{API}/codes", window, b""), 403, "forbidden")
    assert live.ask("POST", "/codes", {"scope": "root"}).status == 422
    foreign = window | {"Origin": "http://evil.example"}
    assert live.request("POST", f"{API}/codes", foreign, b'{"scope": "read"}').status == 403


def test_screens_are_listed_and_ended_with_their_streams(live, made, window):
    screen = entered(live, made["code"])
    assert made["mark"] in screens(live)
    watched = live.started.open_pages
    stream = live.open_stream("", **screen)
    assert stream.block() == "retry: 1000"
    assert live.started.open_pages == watched, "a screen on a wall is nobody who looks"
    mine = live.request("DELETE", f"{API}/screens/{made['mark']}", window)
    assert mine.status == 204 and made["mark"] not in screens(live)
    stream.sock.settimeout(20)
    assert stream.event() is None, "its stream goes on"
    assert live.request("GET", f"{API}/queue", screen).status == 401
    problem(live.ask("DELETE", f"/screens/{made['mark']}"), 404, "not-found")


def test_a_windows_session_is_no_screen_to_be_ended(live):
    code = live.started.mint_code()
    page = entered(live, code)
    assert mark_of(code) not in screens(live)
    problem(live.ask("DELETE", f"/screens/{mark_of(code)}"), 404, "not-found")
    assert live.request("GET", f"{API}/queue", page).status == 200


def test_it_is_said_from_where_the_address_can_be_reached(live, made):
    assert made["reach"] == live.read("/screens")["reach"] == "this machine"


def test_an_exposed_service_still_lets_no_screen_change_anything():
    guard = Guard(small_app(), port=80, token=TOKEN, page_paths=("/background-tasks",))
    guard.expose("192.168.1.20")
    answers = []

    def ask(method: str, path: str, **headers) -> str:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": "192.168.1.33"}
        environ |= {"HTTP_HOST": "192.168.1.20:80", **headers}
        guard(environ, lambda line, fields, exc=None: answers.append((line, dict(fields))))
        return answers[-1][0]

    code = guard.mint_code(Scope.READ)
    assert ask("GET", "/enter", QUERY_STRING=f"code={code}").startswith("303")
    cookie = answers[-1][1]["Set-Cookie"].partition(";")[0]
    origin = {"HTTP_COOKIE": cookie, "HTTP_ORIGIN": "http://192.168.1.20:80"}
    assert ask("POST", "/api/v1/tasks", **origin).startswith("403")
    assert ask("GET", "/api/v1/tasks", HTTP_COOKIE="").startswith("401")


def test_a_code_for_a_screen_holds_for_ten_minutes():
    now = [0.0]
    codes = Codes(lambda: now[0])
    early, late = codes.mint(Scope.READ), codes.mint(Scope.READ)
    now[0] = 599.0
    assert codes.redeem(early) is Scope.READ
    now[0] = 601.0
    assert codes.redeem(late) is None
