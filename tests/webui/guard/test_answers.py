"""What goes out: the security headers of every answer, and a log without secrets."""

import logging
import re

import pytest

from tests.webui.guard.entering import POLICY
from tests.webui.http_client import TOKEN, running, small_app
from webui.access_log import masked, one_line
from webui.guard import Guard

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
