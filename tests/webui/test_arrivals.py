"""What a window's opener and its page ask of the service: has the page arrived, and please stop.

`GET /codes/{mark}`, the count of open pages, and `POST /service/stop`, over real sockets.
"""

import time

import pytest

from core.service import Service
from tests.webui.http_client import TOKEN
from tests.webui.site import API, Live, live_site, problem
from webui.app import start_site
from webui.auth import Arrivals


def state(live, made) -> str:
    return live.read(f"/codes/{made['mark']}")["state"]


def window(live, made) -> dict[str, str | None]:
    """The headers of the page that entered with this code."""
    opened = live.request("GET", f"/enter?code={made['code']}", {"Authorization": None})
    cookie = opened.header("Set-Cookie").partition(";")[0]
    return {"Cookie": cookie, "Authorization": None, "Origin": live.server.url}


def test_a_code_tells_of_its_page_step_by_step(live):
    made = live.ask("POST", "/codes").json
    assert state(live, made) == "waiting"
    page = window(live, made)
    assert state(live, made) == "entered"
    assert live.request("GET", "/", page).status == 200
    assert state(live, made) == "entered", "a page that was sent need not run"
    assert live.request("GET", f"{API}/snapshot", page).status == 200
    assert state(live, made) == "arrived"


def test_a_code_of_another_service_is_not_known(live):
    problem(live.ask("GET", "/codes/0123456789abcdef"), 404, "not-found")


def test_a_page_cannot_ask_for_other_pages(live):
    made = live.ask("POST", "/codes").json
    page = window(live, made)
    problem(live.request("GET", f"{API}/codes/{made['mark']}", page), 403, "forbidden")


def test_the_end_of_a_session_is_told():
    alive = set()
    arrivals = Arrivals(lambda mark: mark in alive)
    arrivals.expect("m")
    alive.add("m")
    arrivals.enter("m")
    assert arrivals.state("m") == "entered"
    arrivals.ask("m")
    assert arrivals.state("m") == "arrived"
    alive.clear()
    assert arrivals.state("m") == "ended"


def test_a_session_from_before_a_restart_has_arrived():
    arrivals = Arrivals(lambda mark: mark == "kept")
    assert arrivals.state("kept") == "arrived" and arrivals.state("other") is None


def test_only_the_newest_codes_are_remembered():
    arrivals = Arrivals(lambda mark: int(mark) > 43)
    for number in range(300):
        arrivals.expect(str(number))
        arrivals.enter(str(number))
    assert arrivals.state("43") is None
    assert arrivals.state("299") == "entered"
    assert len(arrivals._awaited) == len(arrivals._entered) == 256


def test_streams_of_pages_are_counted_and_those_of_commands_are_not(live):
    command = live.follow()
    page = live.open_stream("", **window(live, live.ask("POST", "/codes").json))
    wait_for(lambda: live.started.open_pages == 1)
    page.close()
    wait_for(lambda: live.started.open_pages == 0)
    command.close()


def test_stop_is_asked_for_over_http_and_may_be_asked_again(tmp_path):
    asked = []
    service = Service(tmp_path)
    started = start_site(service, "127.0.0.1", 0, TOKEN, lambda: asked.append(True))
    server = started.server
    live = Live(server, started.guard, service.events, server.stream, server.app)
    try:
        for _ in range(2):
            answer = live.ask("POST", "/service/stop")
            assert answer.status == 202 and answer.json == {"status": "stopping"}
        assert asked == [True, True]
        service.is_stopping = True
        assert live.ask("POST", "/service/stop").status == 202
    finally:
        service.stop(5)
        started.stop()


def test_a_page_may_stop_the_service_and_a_foreign_page_may_not(tmp_path):
    with live_site(tmp_path, workers=False) as live:
        page = window(live, live.ask("POST", "/codes").json)
        foreign = page | {"Origin": "http://evil.example"}
        assert live.request("POST", f"{API}/service/stop", foreign, b"{}").status == 403
        refused = live.request("POST", f"{API}/service/stop", page, b"{}")
        assert "ends with the program" in problem(refused, 409, "not-possible")["detail"]


def wait_for(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("it did not come true in time")
        time.sleep(0.01)
