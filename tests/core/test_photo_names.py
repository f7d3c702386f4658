"""Names of photo files: what is accepted, what is refused, and what another one is called."""

import os

import pytest

from core.errors import Invalid
from core.photos.kinds import checked, is_accepted, kind_of, numbered


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "jpeg"),
        ("A.JPEG", "jpeg"),
        ("a.b.png", "png"),
        ("x.TIF", "tiff"),
        ("x.heif", "heic"),
        ("x.webp", "webp"),
        ("x.cr3", "raw"),
        ("x.NEF", "raw"),
        ("notes.txt", None),
        ("jpg", None),
        (".hidden.jpg", None),
    ],
)
def test_the_ending_says_which_kind_a_file_promises_to_be(name, kind):
    assert kind_of(name) == kind


def test_edits_beside_photos_the_manifest_and_hidden_files_may_stay():
    assert all(map(is_accepted, ("a.xmp", "manifest.csv", ".DS_Store", "a.jpg")))
    assert not any(map(is_accepted, ("a.txt", "a.exe", "manifest.json")))


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b.jpg", "../a.jpg", "a\0.jpg", "a\\b.jpg", ".a.jpg", "a.txt", "a\n.jpg"]
    + ["ü" * 126 + ".jpg", "half\udc80.jpg"],
)
def test_a_name_that_could_do_harm_is_refused_with_the_reason(name):
    with pytest.raises(Invalid) as error:
        checked(name)
    assert error.value.detail


def test_any_other_unicode_is_a_name():
    for name in (
        "Ünïcödé ☃.jpg",
        "日本.jpg",
        "e\u0301.jpg",
        "n" * 251 + ".jpg",
        "a" * 60 + "🏔.png",
    ):
        assert checked(name) == name


def test_another_name_keeps_the_ending_and_never_gets_too_long():
    assert numbered("a.jpg", 1) == "a.jpg"
    assert numbered("a.jpg", 2) == "a (2).jpg"
    for name in ("ü" * 125 + ".jpg", "n" * 251 + ".jpg", "." + "e" * 254, "a." + "e" * 253):
        for number in (2, 10, 12345):
            other = numbered(name, number)
            assert len(os.fsencode(other)) <= 255 and f"({number})" in other
            assert other.encode().decode() == other
