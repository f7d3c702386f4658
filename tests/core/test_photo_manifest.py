"""The manifest of a project: what it claims against what is there."""

import csv
import hashlib
import json

import pytest

from core.photos.manifest import compare, parse, render


def test_a_claim_is_told_apart_from_the_truth(data):
    """The real folder: what is missing, changed, not listed, and there twice."""
    folder = data / "photos"
    claims = parse((folder / "manifest_claim.csv").read_text())
    facts = {
        f"files/{file.name}": (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size)
        for file in (folder / "files").iterdir()
    }
    truth = json.loads((folder / "manifest_truth.json").read_text())
    report = compare(claims, facts).document()
    assert {kind: report[kind] for kind in ("missing", "changed", "unlisted")} == {
        kind: sorted(truth[kind]) for kind in ("missing", "changed", "unlisted")
    }
    twice = [sorted(names) for names in truth["duplicate_content"]]
    assert sorted(report["duplicate"]) == sorted(twice)


def test_what_is_written_reads_back_the_same():
    facts = {
        "a, b.jpg": ("ab" * 32, 12),
        'say "x".jpg': ("cd" * 32, 3),
        "=1+1.jpg": ("", 0),
        "'quoted.jpg": ("ef" * 32, 1),
        "ä☃.jpg": ("01" * 32, 99),
        "two\nlines.jpg": ("02" * 32, 5),
    }
    assert parse(render(facts)) == facts


def test_no_cell_is_a_formula_for_a_spreadsheet():
    text = render({name: ("", 1) for name in ("=cmd|x.jpg", "+1.jpg", "-1.jpg", "@a.jpg")})
    cells = [row[0] for row in csv.reader(text.splitlines())]
    assert all(cell[0] not in "=+-@" for cell in cells)


@pytest.mark.parametrize(
    "text", ["", "name,hash\n", "file,sha256,size\na,b\n", "file,sha256,size\na,b,many\n", "\0"]
)
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)
