"""Unfinished uploads over the API, at a whole site."""

import json

import pytest

from tests.webui.http_client import eventually
from tests.webui.site import API, problem
from webui.api import NOUNS

UPLOADS = [route for group in NOUNS for route in group if route.upload]


def test_an_unfinished_upload_is_told_and_can_be_removed(live):
    problem(live.ask("GET", "/uploads/no-such-upload"), 404, "not-found")
    problem(live.ask("DELETE", "/uploads/no-such-upload"), 404, "not-found")


def test_the_description_says_what_an_upload_is(live):
    paths = live.read("/openapi.json")["paths"]
    assert f"{API}/uploads/{{upload}}" in paths
    for route in UPLOADS:
        operation = paths[API + route.path]["post"]
        form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert set(form["properties"]) == {*route.upload.files, *route.upload.fields}
        assert {"Upload-Id", "Upload-Offset"} <= {p["name"] for p in operation["parameters"]}
        assert {"404", "409", "413", "415", "507"} <= set(operation["responses"])


def test_the_limit_is_a_setting(live):
    for route in UPLOADS:
        path = API + route.path.replace("{project}", "x")
        live.ask("PATCH", "/settings", {"uploads.max_mb": 1})
        try:
            typed = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "2000000"}
            answer = live.request("POST", path, typed, b"x")
            assert answer.status == 413 and json.loads(answer.body)["title"]
        finally:
            live.ask("PATCH", "/settings", {"uploads.max_mb": None})
    eventually(lambda: not list((live.service.data_dir / "uploads").glob("*")))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"paths": ["/a.wav"]}'),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
    ],
)
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Upload-Id", "0", "8 to 64"),
        ("Upload-Id", "", "8 to 64"),
        ("Upload-Offset", "0.5", "a number of bytes"),
        ("Upload-Offset", "\xb2", "a number of bytes"),
    ],
)
def test_a_wrong_head_of_an_upload_is_refused_whatever_the_body_is(
    live, kind, body, name, value, words
):
    typed = {"Content-Type": kind, name: value}
    answer = live.request("POST", f"{API}/recordings/import", typed, body)
    assert words in problem(answer, 400, "malformed")["detail"]
