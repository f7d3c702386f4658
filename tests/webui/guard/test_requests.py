"""What a request may bring: bodies, headers and framing that are refused, over real HTTP."""

import json

import pytest

from tests.webui.guard.entering import POLICY, assert_is_problem, session
from tests.webui.http_client import TOKEN, running, small_app
from webui.guard import BODY_LIMIT, JSON_DEPTH


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
