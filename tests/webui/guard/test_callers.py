"""Nobody in where they don't belong: hosts, origins and tokens that are refused, over real HTTP."""

import json

import pytest

from tests.webui.guard.entering import VISIT, assert_is_problem, session
from tests.webui.http_client import BEARER, TOKEN
from webui.guard import Guard

PLACES = ("/", "/missing", "/api/v1/events", "/api/v1/health", "/enter?code=x", "/static/a.js")


# --- Host ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LocalHost"])
def test_our_own_names_are_answered(site, name):
    assert site.get("/api/v1/tasks", Host=f"{name}:{site.port}").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{p}",
        "127.0.0.1",
        "127.0.0.1:1",
        "LOCALHOST:1",
        "localhost.evil.example:{p}",
        "evil.localhost:{p}",
        "127.0.0.1.nip.example:{p}",
        "0.0.0.0:{p}",
        "127.0.0.1:{p}@evil.example",
        "evil.example@127.0.0.1:{p}",
        "[::ffff:127.0.0.1]:{p}",
        "2130706433:{p}",
        "0x7f000001:{p}",
        "127.1:{p}",
        "localhost.:{p}",
        "127.0.0.1:{p}, evil.example",
        "127.0.0.1:0{p}",
        "",
    ],
)
def test_a_foreign_host_is_refused(site, host):
    assert_is_problem(site.get("/", Host=host.format(p=site.port)), 421, "wrong-host")


@pytest.mark.parametrize("path", PLACES)
def test_a_foreign_host_is_refused_everywhere(site, path):
    assert site.get(path, Host="evil.example").status == 421


def test_a_request_without_a_host_is_refused(site):
    assert site.get("/", Host=None).status == 421


def test_two_hosts_are_refused_in_either_order(site):
    ours, theirs = f"Host: 127.0.0.1:{site.port}\r\n", "Host: evil.example\r\n"
    for both in (ours + theirs, theirs + ours, ours + ours):
        head = f"GET /api/v1/tasks HTTP/1.1\r\n{both}Authorization: Bearer {TOKEN}\r\n\r\n"
        assert_is_problem(site.raw(head.encode()), 400, "bad-request")


@pytest.mark.parametrize(
    "target", ["http://evil.example/", "http://127.0.0.1:{p}/", "//evil/x", "*"]
)
def test_a_target_that_is_no_path_is_refused(site, target):
    head = f"GET {target.format(p=site.port)} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
    answer = site.raw(f"{head}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
    assert_is_problem(answer, 400, "bad-request")


def test_a_peer_that_is_not_this_machine_is_refused():
    seen = []
    guard = Guard(None, port=80, token=TOKEN, page_paths=())
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost:80", "REMOTE_ADDR": "10.0.0.7"}
    body = b"".join(guard(environ, lambda status, headers: seen.append(status)))
    assert seen == ["403 Forbidden"] and json.loads(body)["type"] == "urn:longhaul:foreign-peer"


# --- Origin, Sec-Fetch-Site, CORS ----------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:{p}",
        "http://127.0.0.1:9",
        "http://127.0.0.1",
        "http://localhost:{p}",
        "file://",
        "http://127.0.0.1:{p}.evil.example",
        "",
    ],
)
def test_a_foreign_origin_is_refused(site, origin):
    headers = {"Origin": origin.format(p=site.port)}
    for method, path in (("GET", "/api/v1/tasks"), ("GET", "/api/v1/events"), ("DELETE", "/x")):
        assert_is_problem(site.request(method, path, headers), 403, "foreign-origin")


def test_our_own_origin_is_answered(site):
    origin = {"Origin": f"http://127.0.0.1:{site.port}", "Sec-Fetch-Site": "same-origin"}
    assert site.request("POST", "/api/v1/tasks", origin, b"{}").status == 200


@pytest.mark.parametrize("where", ["cross-site", "same-site", "none", "", "same-origin, none"])
def test_a_foreign_site_is_refused_on_reads_writes_and_streams(site, where):
    headers = {"Sec-Fetch-Site": where}
    assert_is_problem(site.request("GET", "/api/v1/tasks", headers), 403, "foreign-site")
    assert site.request("GET", "/api/v1/events", headers).status == 403
    assert site.request("GET", "/api/v1/health", headers).status == 403
    assert site.request("POST", "/api/v1/tasks", headers, b"{}").status == 403


def test_a_person_may_visit_the_pages_and_nothing_else(site):
    assert site.request("GET", "/", VISIT).status == 200
    assert site.request("GET", "/tasks/7", VISIT).status == 200
    assert site.request("GET", "/enter?code=x", VISIT).json["type"] == "urn:longhaul:bad-code"
    for path in ("/api/v1/tasks", "/api/v1/events", "/tasks/7/8", "/missing"):
        assert site.request("GET", path, VISIT).status == 403
    for change in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Mode": "no-cors"}):
        assert site.request("GET", "/", VISIT | change).status == 403
    assert site.request("GET", "/", VISIT | {"Sec-Fetch-Dest": "iframe"}).status == 403
    assert site.request("POST", "/", VISIT, b"{}").status == 403


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_without_cors(site, method):
    headers = {"Access-Control-Request-Method": "POST"}
    answer = site.request(method, "/api/v1/tasks", headers)
    assert_is_problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.header("Allow") and "OPTIONS" not in answer.header("Allow")
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


# --- token --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        "Bearer é",
    ],
)
def test_a_caller_without_the_token_is_refused(fresh, authorization):
    answer = fresh.get("/api/v1/tasks", Authorization=authorization)
    assert_is_problem(answer, 401, "unauthenticated")
    assert answer.header("WWW-Authenticate").startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/missing", "/api/v1/events", "/static/a.js"])
def test_the_token_is_wanted_everywhere(fresh, path):
    assert fresh.get(path, Authorization=None).status == 401


def test_the_token_in_an_address_is_not_accepted(fresh):
    assert fresh.get(f"/api/v1/tasks?token={TOKEN}", Authorization=None).status == 401
    assert fresh.get(f"/api/v1/tasks?access_token={TOKEN}", Authorization=None).status == 401


def test_secrets_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr("webui.auth.hmac.compare_digest", lambda a, b: compared.append((a, b)))
    guard = Guard(None, port=80, token=TOKEN, page_paths=())
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost:80", "REMOTE_ADDR": "127.0.0.1"}
    guard({**environ, "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, lambda status, headers: None)
    (pair,) = compared
    assert len(pair[0]) == len(pair[1])


def test_a_guard_without_a_token_cannot_be_made():
    with pytest.raises(ValueError, match="token"):
        Guard(None, port=80, token="", page_paths=())


def test_health_is_open_to_anyone_but_only_to_read(fresh):
    answer = fresh.get("/api/v1/health", Authorization=None)
    assert answer.status == 200 and answer.json == {"status": "ok"}
    assert fresh.request("HEAD", "/api/v1/health", {"Authorization": None}).status == 200
    assert fresh.request("DELETE", "/api/v1/health", {"Authorization": None}).status == 401


def test_many_failed_attempts_are_slowed_without_locking_out_the_token(fresh):
    statuses = [fresh.get("/", Authorization="Bearer wrong").status for _ in range(40)]
    assert statuses[:30] == [401] * 30 and statuses[30:] == [429] * 10
    assert fresh.get("/", Authorization=None).header("Retry-After") == "60"
    assert fresh.get("/enter?code=wrong").status == 429
    assert fresh.get("/api/v1/tasks").status == 200
    assert fresh.request("GET", "/api/v1/tasks", session(fresh)).status == 200


# --- the log -------------------------------------------------------------------------------------


def test_the_bearer_scheme_is_named_in_any_case(site):
    assert (
        site.get(
            "/api/v1/tasks", Authorization=BEARER["Authorization"].lower()[:6] + f" {TOKEN}"
        ).status
        == 200
    )
