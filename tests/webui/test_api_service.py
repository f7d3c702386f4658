"""The service about itself over HTTP, and how it tells errors, foreseen and not."""

import logging
import re
import sqlite3

import pytest

from core import errors
from core.errors import DatabaseBusy, LonghaulError
from core.store import Store
from tests.webui.site import API, live_site
from webui.problems import STATUSES, status_of, told


def subclasses(cls: type) -> list[type]:
    return [cls, *(below for sub in cls.__subclasses__() for below in subclasses(sub))]


def test_every_error_has_a_status_of_its_own_in_the_table():
    own = [cls for cls in subclasses(LonghaulError) if cls.__module__ == errors.__name__]
    assert len(own) >= 18 and [cls for cls in own if cls not in STATUSES] == []


def test_the_table_says_what_the_contract_says():
    said = {
        errors.Malformed: 400,
        errors.Forbidden: 403,
        errors.NotFound: 404,
        errors.NotPossible: 409,
        errors.Stale: 412,
        errors.Invalid: 422,
        errors.KeyReused: 422,
        errors.Unavailable: 503,
    }
    assert {cls: status_of(cls) for cls in said} == said
    assert status_of(type("Own", (errors.NotFound,), {})) == 404
    assert status_of(KeyError) == 500


@pytest.mark.parametrize("cls", [c for c in STATUSES if c is not LonghaulError])
def test_every_error_becomes_a_problem_document(cls):
    reply = told(cls("What happened"))
    assert reply.media_type == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= reply.document.keys()
    assert reply.document["type"] == f"urn:longhaul:{cls.code}"
    assert "What happened" in reply.document["detail"]
    assert ("Retry-After" in reply.headers) == (cls in (errors.Unavailable, DatabaseBusy))


def test_health_answers_anybody_with_nothing_but_that(live):
    answer = live.ask("GET", "/health", Authorization=None)
    assert answer.status == 200 and answer.json == {"status": "ok"}
    assert live.ask("GET", "/version", Authorization=None).status == 401


def test_version_says_which_service_this_is(live):
    version = live.read("/version")
    assert version["api"] == "v1" and version["data_dir"] == str(live.service.data_dir)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.+Z", version["started_at"])


def test_a_code_opens_a_window_once_and_only_the_token_makes_one(live):
    made = live.ask("POST", "/codes")
    assert made.status == 201 and made.json["expires_in_s"] == 60
    opened = live.request("GET", f"/enter?code={made.json['code']}", {"Authorization": None})
    assert opened.status == 303
    cookie = opened.header("Set-Cookie").partition(";")[0]
    window = {"Cookie": cookie, "Authorization": None, "Origin": live.server.url}
    assert live.request("GET", f"{API}/queue", window).status == 200
    assert live.request("POST", f"{API}/codes", window, b"{}").status == 403
    again = live.request("GET", f"/enter?code={made.json['code']}", {"Authorization": None})
    assert again.status == 403
    assert live.request(
        "GET", f"/enter?code={live.started.mint_code()}", {"Authorization": None}
    ).status == 303  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/api/v1/nope", "/api/v1/tasks/", "/api/v1", "/nope", "/static/x"]
)
def test_an_unknown_address_is_a_problem_document(live, path):
    answer = live.request("GET", path)
    assert answer.status == 404 and answer.json["type"] == "urn:longhaul:not-found"
    assert answer.header("Content-Type") == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/tasks", {"GET", "HEAD", "POST", "DELETE"}),
        ("DELETE", "/queue", {"GET", "HEAD"}),
        ("GET", "/queue/pause", {"POST"}),
        ("HEAD", "/tasks/actions", {"POST"}),
    ],
)
def test_a_method_that_is_not_served_is_told_with_those_that_are(live, method, path, allowed):
    answer = live.ask(method, path)
    assert answer.status == 405 and set(answer.header("Allow").split(", ")) >= allowed
    if method != "HEAD":
        assert answer.json["type"] == "urn:longhaul:method-not-allowed"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "/tasks", 405), ("POST", "/nothing", 404)]
)
def test_where_nothing_is_served_that_is_said_whatever_the_body_is(live, method, path, status):
    typed = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = live.request(method, f"{API}{path}", typed, b"--x--\r\n")
    assert answer.status == status


@pytest.mark.parametrize(
    "name", ["Accept", "If-None-Match", "If-Match", "Last-Event-ID", "Accept-Encoding"]
)
def test_bytes_in_a_header_that_are_no_text_break_nothing(live, name):
    task = live.add()
    for method, path, body in (
        ("GET", f"{API}/tasks/{task['id']}", None),
        ("PATCH", f"{API}/tasks/{task['id']}", b'{"title": "x"}'),
        ("GET", "/static/nope.css", None),
        ("HEAD", f"{API}/events", None),
    ):
        assert live.request(method, path, {name: "\xe9\xff"}, body).status < 500


def test_an_error_nobody_foresaw_has_an_id_that_is_in_the_log_and_no_trace(
    live, monkeypatch, caplog
):
    def broken():
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(live.service.queue, "figures", broken)
    with caplog.at_level(logging.ERROR, "longhaul.http"):
        answer = live.ask("GET", "/queue")
    assert answer.status == 500 and answer.json["type"] == "urn:longhaul:internal"
    assert b"secret" not in answer.body and b"Traceback" not in answer.body
    (record,) = [r for r in caplog.records if answer.json["id"] in r.getMessage()]
    assert "the secret reason" in str(record.exc_info[1])


def test_a_stopping_service_says_so_to_everybody_but_health(live, monkeypatch):
    monkeypatch.setattr(live.service, "is_stopping", True)
    for method, path in (("GET", "/tasks"), ("POST", "/queue/pause"), ("GET", "/events")):
        answer = live.ask(method, path)
        assert answer.status == 503 and answer.json["type"] == "urn:longhaul:unavailable"
        assert int(answer.header("Retry-After")) > 0
    assert live.ask("GET", "/health").status == 200


def test_a_locked_database_is_worth_another_try(tmp_path, monkeypatch):
    monkeypatch.setitem(Store.__init__.__kwdefaults__, "busy_s", 0.2)
    with live_site(tmp_path, workers=False) as live:
        other = sqlite3.connect(live.service.store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = live.ask("POST", "/queue/pause")
        assert answer.status == 503 and answer.json["type"] == "urn:longhaul:database-busy"
        assert int(answer.header("Retry-After")) > 0
        assert live.read("/queue")["is_paused"] is False  # reading goes on
        other.execute("ROLLBACK")
        other.close()
        assert live.ask("POST", "/queue/pause").json["is_paused"] is True


def test_a_stopped_service_ends_its_streams_and_refuses_the_rest(tmp_path, caplog):
    with live_site(tmp_path, workers=False) as live:
        task = live.add()
        stream = live.follow(after=0)
        assert stream.event()[2]["task_id"] == task["id"]
        live.service.stop(1)
        assert live.ask("GET", f"/tasks/{task['id']}").status == 503
        assert live.ask("GET", "/health").status == 200
        live.started.stop()
        while stream.event():
            pass
        assert stream.ended  # with the terminating chunk, not cut off
        stream.close()
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


# --- metrics ------------------------------------------------------------------------------------

LINE = re.compile(
    r"(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z_]+=\"(?:[^\"\\\n]|\\.)*\",?)+)\})? "
    r"(?P<value>[0-9.e+-]+)"
)


def parsed(text: str) -> dict[str, float]:
    """The samples of a Prometheus text; fails for lines that are none, and families untold."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, f"{name} is told twice"
            types[name] = kind
        elif not line.startswith("# HELP "):
            match = LINE.fullmatch(line)
            assert match, line
            family = re.sub(r"_(bucket|sum|count)$", "", match["name"])
            assert match["name"] in types or types.get(family) == "histogram", line
            assert match["name"].startswith("longhaul_")
            samples[line.rpartition(" ")[0]] = float(match["value"])
    return samples


def test_metrics_are_prometheus_text_with_the_figures_of_everything(live):
    live.run()
    live.ask("GET", "/nope")
    live.ask("GET", "/metrics")
    answer = live.ask("GET", "/metrics")
    assert answer.header("Content-Type").startswith("text/plain; version=0.0.4")
    assert answer.body.endswith(b"\n")
    samples = parsed(answer.body.decode())
    assert samples['longhaul_tasks{status="completed"}'] >= 1
    assert samples['longhaul_lane_slots{lane="direct"}'] == 4
    assert samples["longhaul_last_event_id"] == live.service.events.last_id()
    assert samples["longhaul_workers"] >= 1
    assert samples['longhaul_http_requests_total{method="GET",status="404"}'] >= 1
    assert samples["longhaul_process_resident_memory_bytes"] > 1e6
    assert samples["longhaul_process_cpu_seconds_total"] > 0
    buckets = [
        v for k, v in samples.items() if k.startswith("longhaul_http_request_seconds_bucket")
    ]
    assert buckets and samples["longhaul_streams_open"] == 0
    count = samples['longhaul_http_request_seconds_count{method="GET"}']
    assert count == samples['longhaul_http_request_seconds_bucket{method="GET",le="+Inf"}']
