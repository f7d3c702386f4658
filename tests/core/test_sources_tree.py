"""A folder tree and an enumerator as sources: order, resuming, links, folders that go wrong."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from core import beneath
from core.errors import Fail, Forbidden, Invalid
from core.paths import Roots
from core.sources import Drawn, Enumerator, FolderTree
from core.sources import folder_tree as module


@pytest.fixture
def tree(tmp_path):
    top = tmp_path / "tree"
    for name in ("b/2.txt", "b/c/1.txt", "b/c/z.jpg", "a.txt", "b.txt", "b0/x.txt", "c", ".h/x"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(name)
    return top


ALL = ["a.txt", "b/2.txt", "b/c/1.txt", "b/c/z.jpg", "b.txt", "b0/x.txt", "c"]


def opened(tree, **options):
    return FolderTree(str(tree), **options).open(Roots([tree.parent]))


def keys(reader, cursor=None, limit=2):
    found = []
    while page := reader.read(cursor, limit):
        found += page
        cursor = json.loads(json.dumps(page[-1].key))
    return [d.key for d in found]


def test_a_folder_s_files_stand_at_the_place_of_its_name(tree):
    assert keys(opened(tree)) == ALL
    assert opened(tree).read(None, 1) == [Drawn("a.txt", "a.txt")]
    assert keys(opened(tree, pattern="*.jpg")) == ["b/c/z.jpg"]
    assert opened(tree).count() == len(ALL)


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize("at", range(len(ALL)))
def test_a_new_reader_goes_on_behind_any_path(tree, at, limit):
    assert keys(opened(tree), ALL[at], limit) == ALL[at + 1 :]


@pytest.mark.parametrize("at", range(len(ALL)))
def test_a_path_that_is_gone_is_a_place_nevertheless(tree, at):
    (tree / ALL[at]).unlink()
    assert keys(opened(tree), ALL[at]) == ALL[at + 1 :]


def test_links_are_not_followed_and_hidden_files_are_left_out(tree):
    (tree / "b" / "up").symlink_to(tree)
    (tree / "out").symlink_to("/etc")
    (tree / "passwd").symlink_to("/etc/passwd")
    assert keys(opened(tree)) == ALL


def test_what_lies_before_the_cursor_is_not_looked_at(tmp_path, monkeypatch):
    """20,000 names in 200 folders: resuming lists the folders on the way and those behind."""
    for number in range(200):
        folder = tmp_path / "tree" / f"{number:03d}"
        folder.mkdir(parents=True)
        for name in range(100):
            os.close(os.open(folder / f"{name:03d}.txt", os.O_CREAT | os.O_WRONLY))
    listed = []

    def noting(root, relative, most):
        listed.append(str(relative))
        return beneath.list_beneath(root, relative, most)

    monkeypatch.setattr(module, "list_beneath", noting)
    reader = opened(tmp_path / "tree")
    assert reader.count() == 20_000
    assert len(keys(reader, limit=700)) == 20_000
    listed.clear()
    rest = keys(opened(tmp_path / "tree"), "197/050.txt", 30)
    assert rest[0] == "197/051.txt" and len(rest) == 49 + 200
    assert listed == ["tree", "tree/197", "tree/198", "tree/199"]


@pytest.fixture
def public_tree(tree):
    """The tree where every user may go: pytest's folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="longhaul-tree-") as folder:
        os.chmod(folder, 0o755)
        yield Path(shutil.copytree(tree, Path(folder, "tree")))


def test_a_folder_that_cannot_be_read_is_reported_and_the_rest_is_walked(public_tree):
    """By another user than root, who may read everything."""
    tree = public_tree
    (tree / "b" / "c").chmod(0)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        drawn = list(opened(tree).after(None))
        behind = keys(opened(tree), "b/c/")
    finally:
        os.seteuid(me)
        (tree / "b" / "c").chmod(0o755)
    assert [d.key for d in drawn] == ["a.txt", "b/2.txt", "b/c/", *ALL[4:]]
    assert [d.fault for d in drawn if d.fault] == ["folder b/c: Permission denied"]
    assert behind == ALL[4:], "its files are not visited by a later attempt of the same run"


def test_a_folder_swapped_for_a_link_during_the_walk_is_reported_and_not_entered(tree, tmp_path):
    reader = opened(tree)
    first = reader.read(None, 2)
    (tree / "b" / "c").rename(tmp_path / "away")
    (tree / "b" / "c").symlink_to("/etc")
    drawn = reader.read(first[-1].key, 100)
    assert drawn[0].key == "b/c/" and "link" in drawn[0].fault
    assert [d.key for d in drawn[1:]] == ALL[4:]


def test_a_top_that_is_gone_is_reported_once(tree, tmp_path):
    reader = opened(tree)
    tree.rename(tmp_path / "away")
    (drawn,) = reader.read(None, 10)
    assert drawn.key == "/" and drawn.fault == "folder .: No such file or directory"
    assert opened(tmp_path / "away").read("/", 10) == []


def test_single_files_are_given_again_as_long_as_they_are_there(tree):
    assert [d.key for d in opened(tree).read_keys(["c", "none", "b/c/", "a.txt"])] == ["c", "a.txt"]


def test_what_is_no_folder_or_outside_of_the_roots_is_refused(tree):
    with pytest.raises(Invalid, match="is not a folder"):
        opened(tree / "a.txt")
    with pytest.raises(Forbidden):
        FolderTree("/etc").open(Roots([tree]))


# --- an author's own generator -------------------------------------------------------------------


class Numbers:
    """Generates from a cursor on, and notes from where it was asked to."""

    def __init__(self, end):
        self.end, self.began = end, []

    def after(self, cursor):
        self.began.append(cursor)
        for number in range((cursor or 0) + 1, self.end + 1):
            yield f"n{number}", number


def test_a_generator_is_kept_while_it_is_asked_to_go_on_and_begun_again_elsewhere():
    numbers = Numbers(7)
    reader = Enumerator(numbers.after).open(Roots([]))
    assert keys(reader) == [1, 2, 3, 4, 5, 6, 7]
    assert numbers.began == [None]
    assert reader.read(3, 1) == [Drawn(4, "n4")]
    assert numbers.began == [None, 3]


def test_an_enumerator_counts_and_gives_records_again_where_its_author_said_how():
    assert Enumerator(Numbers(3).after).open(Roots([])).count() is None
    assert not Enumerator(Numbers(3).after).rereads
    source = Enumerator(Numbers(3).after, count=lambda: 3, again={2: "n2"}.get)
    reader = source.open(Roots([]))
    assert source.rereads and reader.count() == 3
    assert reader.read_keys([2, 9]) == [Drawn(2, "n2")]
    with pytest.raises(Fail, match="cannot give single records"):
        Enumerator(Numbers(3).after).open(Roots([])).read_keys([1])


@pytest.mark.parametrize(("cursor", "error"), [(None, Fail), (object(), TypeError)])
def test_a_cursor_that_cannot_be_kept_is_refused_before_anything_is_computed(cursor, error):
    with pytest.raises(error):
        Enumerator(lambda _: [("record", cursor)]).open(Roots([])).read(None, 1)
