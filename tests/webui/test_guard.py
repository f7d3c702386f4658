"""Nobody in where they don't belong: the rules of `guard.py` and `head.py` over real HTTP."""

import json
import logging
import re

import pytest

from tests.webui.http_client import BEARER, TOKEN, running, small_app
from webui.access_log import masked, one_line
from webui.guard import BODY_LIMIT, JSON_DEPTH, Guard

POLICY = "default-src 'none'"
PLACES = ("/", "/missing", "/api/v1/events", "/api/v1/health", "/enter?code=x", "/static/a.js")
VISIT = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.fixture(scope="module")
def site():
    with running(small_app()) as site:
        yield site


@pytest.fixture
def fresh():
    """A site of its own, for tests that change what the guard remembers."""
    with running(small_app()) as site:
        yield site


def session(site) -> dict[str, str]:
    """The headers of a browser that came in through a one-time code."""
    answer = site.get(f"/enter?code={site.guard.mint_code()}", Authorization=None)
    cookie = answer.header("Set-Cookie").partition(";")[0]
    return {"Cookie": cookie, "Authorization": None}


def assert_is_problem(answer, status: int, code: str) -> None:
    assert answer.status == status
    assert answer.header("Content-Type") == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert answer.json["type"] == f"urn:longhaul:{code}"
    assert answer.json["status"] == status


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


# --- what a request may bring --------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "text/plain; application/json",
        None,
    ],
)
def test_a_body_that_is_not_json_is_refused(site, method, media_type):
    answer = site.request(method, "/api/v1/tasks", {"Content-Type": media_type}, b'{"a": 1}')
    assert_is_problem(answer, 415, "not-json")


def test_json_with_parameters_and_no_body_at_all_are_accepted(site):
    typed = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert site.request("POST", "/api/v1/tasks", typed, b"{}").json == {"bytes": 2}
    assert site.request("DELETE", "/api/v1/tasks").status == 200


def test_multipart_is_accepted_on_upload_paths_only(site):
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    content = b"x" * (BODY_LIMIT + 1)
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + content + b"\r\n--x--\r\n"
    answer = site.request("POST", "/api/v1/projects/roof/uploads", multipart, body)
    assert answer.status == 200 and answer.json["parts"][0][2] == len(content)
    assert site.request("POST", "/api/v1/projects/a/b/uploads", multipart, b"x").status == 415
    plain = {"Content-Type": "text/plain"}
    assert site.request("POST", "/api/v1/projects/roof/uploads", plain, b"x").status == 415


def test_a_body_of_one_mebibyte_is_accepted_and_one_more_byte_refused(site):
    assert site.request("POST", "/api/v1/tasks", {}, b" " * BODY_LIMIT).json["bytes"] == BODY_LIMIT
    answer = site.request("POST", "/api/v1/tasks", {}, b" " * (BODY_LIMIT + 1))
    assert_is_problem(answer, 413, "body-too-large")


def test_a_huge_declared_body_is_refused_before_it_is_sent(site):
    head = (
        f"POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Type: application"
    )
    rest = f"/json\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 99999999999\r\n\r\n{{"
    assert_is_problem(site.raw((head + rest).encode()), 413, "body-too-large")


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_json_nested_too_deep_is_refused(site, opening, closing):
    for levels, status in ((JSON_DEPTH, 200), (JSON_DEPTH + 1, 413), (100_000, 413)):
        body = (opening * levels + "1" + closing * levels).encode()
        assert site.request("POST", "/api/v1/tasks", {}, body).status == status


def test_brackets_in_strings_are_no_depth(site):
    body = json.dumps({"a": "[" * 1000 + '\\"[' * 1000, "b": [[]] * 1000}).encode()
    assert site.request("POST", "/api/v1/tasks", {}, body).status == 200


def test_the_app_gets_the_body_as_it_was_sent():
    seen = []
    with running(small_app(seen)) as site:
        site.request("POST", "/api/v1/tasks", {}, '{"ä": "\U0001f600"}'.encode())
    assert seen == ['{"ä": "\U0001f600"}'.encode()]


@pytest.mark.parametrize("size", [17_000, 200_000, 3_000_000])
def test_large_headers_are_refused(site, size):
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nX-Long: {'a' * size}\r\n\r\n"
    assert_is_problem(site.raw(head.encode()), 431, "headers-too-large")


def test_headers_just_below_the_limit_are_accepted(site):
    assert site.get("/api/v1/tasks", X_Long="a" * 15_000).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "transfer-encoding : chunked",
        "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: +2",
        "Content-Length: -2",
        "Content-Length: 0x2",
        "Content-Length: 2, 2",
        "Content-Length: 1_0",
        "Content-Length : 2",
        "Content-Length: 2\r\n folded: x",
        "Content-Length: 2\nX: y",
        "Content-Length: 2\r\nX: a\x00b",
        "Content-Length: 2\r\nX: a\rb",
        "Authorization: Bearer x",
        "no colon here",
        ": no name",
    ],
)
def test_ambiguous_framing_gets_no_answer_from_the_app(site, fields):
    head = f"POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{fields}\r\n"
    rest = f"Content-Type: application/json\r\nAuthorization: Bearer {TOKEN}\r\n\r\n{{}}"
    answer = site.raw((head + rest).encode("latin-1"))
    assert answer.status in (400, 411) and answer.header("Connection") == "close"


@pytest.mark.parametrize(
    "line, status",
    [
        ("get / HTTP/1.1", 400),
        ("CONNECT / HTTP/1.1", 400),
        ("CONNECT evil.example:80 HTTP/1.1", 400),
        ("GET / HTTP/2.0", 505),
        ("GET / HTTP/1.2", 505),
        ("GET /", 400),
        ("GET  / HTTP/1.1", 400),
        ("GET /a b HTTP/1.1", 400),
        ("GET /\x7f HTTP/1.1", 400),
        ("\x16\x03\x01\x02", 400),
        ("GET /#x HTTP/1.1", 400),
    ],
)
def test_a_malformed_request_line_is_refused_with_all_headers(site, line, status):
    head = f"{line}\r\nHost: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    answer = site.raw(head.encode("latin-1"))
    assert answer.status == status and POLICY in answer.header("Content-Security-Policy")


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_hyphen(site):
    """In WSGI both have the same name, so `Sec_Fetch_Site` could prove what it must not."""
    headers = session(site) | {"Sec_Fetch_Site": "same-origin"}
    answer = site.request("POST", "/api/v1/tasks", headers, b"{}")
    assert_is_problem(answer, 403, "unproven-origin")


# --- what goes out -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, headers, status",
    [
        ("/", {}, 200),
        ("/api/v1/tasks", {}, 200),
        ("/missing", {}, 404),
        ("/", {"Authorization": None}, 401),
        ("/", {"Host": "evil.example"}, 421),
        ("/", {"Origin": "null"}, 403),
        ("/", {"Content-Length": "x"}, 400),
    ],
)
def test_every_answer_carries_the_security_headers(fresh, path, headers, status):
    answer = fresh.request("GET", path, headers)
    assert answer.status == status
    policy = answer.header("Content-Security-Policy")
    assert POLICY in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "no-referrer"
    assert answer.header("X-Frame-Options") == "DENY"
    assert answer.header("Cross-Origin-Resource-Policy") == "same-origin"
    assert answer.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Server") is None


def test_the_app_cannot_loosen_the_headers():
    import bottle

    app = small_app()

    @app.get("/api/v1/loose")
    @app.get("/static/loose")
    def loose():
        for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin", "X-Frame-Options"):
            bottle.response.set_header(name, "loose")
        bottle.response.set_header("Cache-Control", "max-age=60")
        bottle.response.set_header("Content-Security-Policy", "sandbox")
        return "x"

    with running(app) as site:
        api, file = site.get("/api/v1/loose"), site.get("/static/loose")
    for answer in (api, file):
        assert "loose" not in [value for _, value in answer.headers]
        assert answer.header("X-Frame-Options") == "DENY"
        policies = [v for k, v in answer.headers if k == "Content-Security-Policy"]
        assert "sandbox" in policies and any(POLICY in policy for policy in policies)
    assert api.header("Cache-Control") == "no-store"
    assert file.header("Cache-Control") == "max-age=60"


def test_hashes_of_import_maps_enter_the_policy():
    answers = []
    guard = Guard(None, port=80, token=TOKEN, page_paths=(), script_hashes=["sha256-abc="])
    environ = {"REQUEST_METHOD": "GET", "HTTP_HOST": "x", "REMOTE_ADDR": "127.0.0.1"}
    guard(environ, lambda status, headers: answers.append(dict(headers)))
    assert "script-src 'self' 'sha256-abc=';" in answers[0]["Content-Security-Policy"]


# --- the log -------------------------------------------------------------------------------------


def test_a_request_is_one_line_without_query_and_secrets(fresh, caplog):
    caplog.set_level(logging.INFO, "longhaul.access")
    code = fresh.guard.mint_code()
    fresh.get(f"/enter?code={code}", Authorization=None)
    fresh.get(f"/api/v1/tasks?token={TOKEN}", Cookie=f"{fresh.guard.cookie}=hunter2")
    fresh.get(f"/{TOKEN}/key=hunter2")
    fresh.get("/a%0d%0ab%1b[31m%00%3Cscript%3E", Host="evil.example")
    lines = [record.getMessage() for record in caplog.records]
    assert len([line for line in lines if line.startswith("GET")]) == 4
    for line in lines:
        assert line.isprintable() and line.isascii() and "<" not in line
        assert not any(secret in line for secret in (code, TOKEN, "hunter2", "?"))
    assert any(re.fullmatch(r"GET /api/v1/tasks 200 [\d.]+ms token", line) for line in lines)
    assert any("421" in line and "\\r\\nb\\x1b" in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "token=abc123",
        "Authorization: Bearer abc123",
        '"password": "abc123"',
        "Cookie: s1=x; key=abc123",
        "/x?code=abc123&y=1",
        "/session=abc123/next",
    ],
)
def test_secrets_are_masked(text):
    assert "abc123" not in masked(text) and "***" in masked(text)


def test_a_line_of_a_log_is_one_printable_line():
    everything = "".join(map(chr, range(0x300))) + "\u2028\ud800\U0001f600"
    for start in range(0, len(everything), 50):
        line = one_line(everything[start : start + 50])
        assert line.isascii() and line.isprintable() and "<" not in line


def test_the_bearer_scheme_is_named_in_any_case(site):
    assert (
        site.get(
            "/api/v1/tasks", Authorization=BEARER["Authorization"].lower()[:6] + f" {TOKEN}"
        ).status
        == 200
    )
