"""Uploads that are refused, most of them by their head: strangers, no forms, two meanings."""

from contextlib import suppress

import pytest

from tests.webui.http_client import TOKEN, read_answer
from tests.webui.uploads.sending import FORM, LIMIT, PATH, assert_is_problem, form, head, left, post
from webui.auth import Scope

# --- what is refused ------------------------------------------------------------------------------


def test_strangers_are_refused_before_they_send_anything(site):
    with site.connect() as sock:
        sock.sendall(head(site, 10_000_000).replace(TOKEN.encode(), b"x"))
        assert_is_problem(read_answer(sock), 401, "unauthenticated")
    assert left(site) == []


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "foreign-site"),
        ({"Sec-Fetch-Site": "same-site"}, "foreign-site"),
        ({"Origin": "http://evil.example"}, "foreign-origin"),
        ({"Origin": "null"}, "foreign-origin"),
        ({}, "unproven-origin"),
    ],
)
def test_a_form_of_another_page_cannot_upload(site, headers, code):
    """With the person's cookie, which is all that such a form could send."""
    cookie = f"{site.guard.cookie}={site.guard.sessions.mint(Scope.FULL, 'a mark')}"
    fields = {"Authorization": None, "Cookie": cookie, "Content-Type": FORM, **headers}
    answer = site.request("POST", PATH, fields, form(("a.jpg", b"x")))
    assert_is_problem(answer, 403, code)


def test_our_own_page_can_upload(site):
    cookie = f"{site.guard.cookie}={site.guard.sessions.mint(Scope.FULL, 'a mark')}"
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://127.0.0.1:{site.port}"}
    fields = {"Authorization": None, "Cookie": cookie, "Content-Type": FORM, **ours}
    assert site.request("POST", PATH, fields, form(("a.jpg", b"x"))).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "image/jpeg"])
def test_other_media_types_are_refused(site, content_type):
    answer = site.request("POST", PATH, {"Content-Type": content_type}, b"x")
    assert_is_problem(answer, 415, "not-json")


def test_more_than_the_limit_is_refused_by_its_head(site):
    with site.connect() as sock:
        sock.sendall(head(site, LIMIT + 1))
        assert_is_problem(read_answer(sock), 413, "upload-too-large")


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 300,
        'multipart/form-data; boundary="a\tb"',
    ],
)
def test_a_form_without_a_sound_boundary_is_refused(site, content_type):
    body = form(("a.jpg", b"x"))
    assert_is_problem(
        site.raw(head(site, len(body), content_type=content_type) + body), 400, "malformed"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        b"--edge\r\n\r\nno header\r\n--edge--\r\n",
        b"--edge\r\nContent-Disposition: attachment\r\n\r\nx\r\n--edge--\r\n",
        form(("a.jpg", b"cut off"))[:-10],
        b'--edge\r\nContent-Disposition: form-data; name="a"\r\nContent-Length: -1\r\n\r\n--edge--',
        b'--edge\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--edge--\r\n',
        b'--edge\nContent-Disposition: form-data; name="a"\n\nx\n--edge--\n',
    ],
)
def test_what_is_no_form_is_refused(site, body):
    assert_is_problem(post(site, body), 400, "malformed")


def test_headers_of_a_part_and_their_number_are_limited(site):
    long = form(("x" * 10_000, b"x"))
    assert_is_problem(post(site, long), 413, "too-many-parts")
    many = b"--edge\r\n" + b"X-A: b\r\n" * 20 + b"\r\nx\r\n--edge--\r\n"
    assert_is_problem(post(site, many), 413, "too-many-parts")
    files = form(*[(f"{n}.jpg", b"") for n in range(1001)])
    assert_is_problem(post(site, files), 413, "too-many-parts")


def test_large_headers_of_the_request_are_refused(site):
    data = head(site, 10, "X-Large: " + "x" * 20_000 + "\r\n")
    assert_is_problem(site.raw(data), 431, "headers-too-large")


@pytest.mark.parametrize(
    "more",
    [
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: +5\r\n",
        "Content-Type: application/json\r\n",
    ],
)
def test_a_body_with_two_meanings_is_refused(site, more):
    smuggled = b"GET /api/v1/tasks HTTP/1.1\r\n\r\n"
    answer = site.raw(head(site, len(smuggled), more) + smuggled)
    assert answer.status in (400, 411)


def test_what_follows_an_upload_is_the_next_request_and_nothing_else(site):
    body = form(("a.jpg", b"x" * 2_000_000))
    following = (
        f"GET /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n"
    ).encode()
    with site.connect() as sock:
        sock.sendall(head(site, len(body)) + body + following)
        assert read_answer(sock).json["parts"][0][2] == 2_000_000
        assert read_answer(sock).json == {"tasks": []}


# --- a full disk ----------------------------------------------------------------------------------


def test_a_refusal_reaches_a_client_that_is_still_sending(site):
    body = b"no form" * 1_000_000
    with site.connect() as sock:
        with suppress(OSError):
            sock.sendall(head(site, len(body)) + body)
        assert_is_problem(read_answer(sock), 400, "malformed")
