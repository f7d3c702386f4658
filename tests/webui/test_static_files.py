"""The page's own files: types, tags, encodings, caching, and no way out of the folder."""

import gzip
import itertools
import os
import threading
import time

import bottle
import brotli
import pytest

from tests.webui.http_client import running, small_app
from webui.static_files import StaticFiles, best_coding

SCRIPT = b"export const answer = 42; // " + b"padding " * 200


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "static"
    (root / "deep").mkdir(parents=True)
    for name, content in {
        "index.html": b"<!doctype html><title>Longhaul</title>",
        "app.js": SCRIPT,
        "deep/look.css": b"body { color: black }",
        "mark.svg": b"<svg/>",
        "font.woff2": b"wOF2" * 100,
        "picture.png": b"\x89PNG" * 100,
        "strange.xyz": b"?",
        ".hidden": b"no",
    }.items():
        (root / name).write_bytes(content)
    (tmp_path / "secret").write_text("secret")
    (root / "link").symlink_to("../secret")
    (root / "up").symlink_to("..")
    (root / "etc").symlink_to("/etc")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture
def site(root):
    app = small_app()
    StaticFiles(root).mount(app, {"/page": "index.html", "/tasks/<number>/page": "index.html"})
    with running(app) as site:
        yield site


@pytest.mark.parametrize(
    "name, media_type",
    [
        ("index.html", "text/html; charset=utf-8"),
        ("app.js", "text/javascript; charset=utf-8"),
        ("deep/look.css", "text/css; charset=utf-8"),
        ("mark.svg", "image/svg+xml"),
        ("font.woff2", "font/woff2"),
        ("picture.png", "image/png"),
        ("strange.xyz", "application/octet-stream"),
    ],
)
def test_every_file_has_its_type_and_content(site, root, name, media_type):
    answer = site.get(f"/static/{name}")
    assert answer.status == 200 and answer.body == (root / name).read_bytes()
    assert answer.header("Content-Type") == media_type
    assert answer.header("Content-Encoding") is None


def test_the_addresses_of_the_page_show_the_page(site, root):
    for path in ("/page", "/tasks/7/page"):
        answer = site.get(path)
        assert answer.body == (root / "index.html").read_bytes()
        assert answer.header("Cache-Control") == "no-cache"


@pytest.mark.parametrize(
    "accepted, coding",
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("gzip;q=0, br;q=0.0", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("deflate", "identity"),
        ("", "identity"),
        ("BR", "br"),
        ("gzip;q=much, br;q=2", "identity"),
    ],
)
def test_the_client_chooses_the_coding(accepted, coding):
    assert best_coding(accepted) == coding


@pytest.mark.parametrize("coding, decode", [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_text_is_compressed_and_pictures_are_not(site, coding, decode):
    answer = site.get("/static/app.js", Accept_Encoding=coding)
    assert answer.header("Content-Encoding") == coding and decode(answer.body) == SCRIPT
    assert len(answer.body) < len(SCRIPT) / 4 and answer.header("Vary") == "Accept-Encoding"
    assert (
        site.get("/static/picture.png", Accept_Encoding=coding).header("Content-Encoding") is None
    )


def test_a_tag_that_the_client_has_is_answered_with_304(site):
    first = site.get("/static/app.js", Accept_Encoding="br")
    tag = first.header("ETag")
    assert tag.startswith('"')
    for sent in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = site.get("/static/app.js", Accept_Encoding="br", If_None_Match=sent)
        assert again.status == 304 and again.body == b"" and again.header("ETag") == tag
    plain = site.get("/static/app.js", If_None_Match=tag)
    assert plain.status == 200 and plain.header("ETag") != tag  # other bytes, other tag


def test_a_changed_file_has_another_tag_and_content(site, root):
    before = site.get("/static/app.js", Accept_Encoding="gzip").header("ETag")
    (root / "app.js").write_bytes(b"export const answer = 43;")
    after = site.get("/static/app.js", Accept_Encoding="gzip", If_None_Match=before)
    assert after.status == 200 and b"43" in gzip.decompress(after.body)


def test_only_the_right_version_may_be_kept_for_ever(site, root):
    url = StaticFiles(root).url("app.js")
    assert "immutable" in site.get(url).header("Cache-Control")
    version = url.partition("?v=")[2]
    for other in ("", "?v=", f"?v={version[:4]}", f"?v={'0' * len(version)}", "?v=1"):
        assert site.get(f"/static/app.js{other}").header("Cache-Control") == "no-cache"


def test_head_has_the_headers_of_get_and_no_body(site):
    get = site.get("/static/app.js")
    head = site.request("HEAD", "/static/app.js")
    assert head.status == 200 and head.body == b""
    without_date = [[f for f in answer.headers if f[0] != "Date"] for answer in (get, head)]
    assert without_date[0] == without_date[1]


@pytest.mark.parametrize(
    "name",
    [
        "missing.js",
        "../secret",
        "%2e%2e/secret",
        "..%2fsecret",
        "deep/../../secret",
        "deep/../app.js",
        "/app.js",
        "//etc/passwd",
        "link",
        "up/secret",
        "etc/passwd",
        "pipe",
        "deep",
        "deep/",
        "",
        ".hidden",
        "app.js/",
        "app.js%00.png",
        "..%5csecret",
        "C:/x",
        "app.js::$DATA",
    ],
)
def test_nothing_but_the_files_of_the_folder_is_served(site, name):
    answer = site.get(f"/static/{name}")
    assert answer.status == 404 and b"secret" not in answer.body


def test_a_missing_file_is_a_problem_document(site):
    answer = site.get("/static/missing.js")
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json["type"] == "urn:longhaul:not-found"


def test_a_directory_swapped_for_a_link_never_leaks_what_it_points_to(site, root, tmp_path):
    """A rival swaps the directory with a link out of the root while it is read from."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "look.css").write_bytes(b"outside")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            os.rename(root / "deep", root / "away")
            os.symlink(outside, root / "deep")
            os.unlink(root / "deep")
            os.rename(root / "away", root / "deep")

    rival = threading.Thread(target=swap)
    rival.start()
    files, statuses = StaticFiles(root), set()
    request = bottle.BaseRequest({"REQUEST_METHOD": "GET"})
    try:
        deadline = time.monotonic() + 20
        for tries in itertools.count():
            if tries >= 4000 and (200 in statuses or time.monotonic() > deadline):
                break
            answer = files.answer("deep/look.css", request)
            statuses.add(answer.status_code)
            assert answer.body != b"outside"
    finally:
        over.set()
        rival.join()
    assert 200 in statuses
