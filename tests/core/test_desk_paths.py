"""Completion of paths: what the folders that requests may name hold, and nothing else."""

import os

import pytest

from core import beneath
from core.desk import paths
from core.desk.paths import PathDesk
from core.errors import Forbidden
from core.paths import Roots


@pytest.fixture
def root(tmp_path):
    """A root with files, folders, links, hidden things and a pipe; and a folder beside it."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "Photos" / "2024", root / "papers", root / ".ssh", outside / "deep"):
        folder.mkdir(parents=True)
    for file in (root / "plan.md", root / "Photos" / "a.jpg", root / ".netrc", outside / "secret"):
        file.touch()
    (root / "way-out").symlink_to(outside)
    (root / "inside").symlink_to(root / "Photos")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture
def under(root):
    desk = PathDesk(lambda: Roots([root]))
    return lambda typed: desk.under(str(typed))


@pytest.fixture(params=["kernel", "walking"])
def both_ways(request, monkeypatch):
    if request.param == "walking":
        monkeypatch.setattr(beneath, "_openat2", lambda: None)


def names(document):
    return [item["name"] for item in document["items"]]


def test_while_nothing_is_typed_the_roots_are_offered(under, root):
    document = under("")
    assert document["roots"] == names(document) == [str(root)]
    assert document["folder"] is None


def test_a_folder_is_listed_folders_first_without_links_hidden_things_and_pipes(
    under, root, both_ways
):
    document = under(f"{root}/")
    assert names(document) == ["papers", "Photos", "plan.md"]
    assert document["items"][1] == {
        "path": str(root / "Photos"),
        "name": "Photos",
        "is_folder": True,
    }
    assert document["folder"] == str(root) and not document["is_cut"]


def test_the_last_piece_chooses_what_begins_like_it(under, root, both_ways):
    assert names(under(root / "p")) == ["papers", "Photos", "plan.md"]
    assert names(under(root / "PH")) == ["Photos"]
    assert names(under(root / "Photos" / "20")) == ["2024"]
    assert names(under(root / "nothing like it")) == []


def test_the_way_to_a_root_leads_to_it(under, root):
    assert names(under(root.parent / "ro")) == [str(root)]
    assert names(under(root)) == [str(root)]


@pytest.mark.parametrize(
    "typed",
    [
        "{root}/../outside/",
        "{root}/way-out/",
        "{root}/.ssh/",
        "/etc/",
        "/etc/pas",
        "relative",
        "a/b",
    ],
)
def test_what_is_outside_or_hidden_is_refused(under, root, typed):
    with pytest.raises(Forbidden):
        under(typed.format(root=root))


def test_a_refusal_says_the_same_whether_the_folder_exists_or_not(under, root):
    said = []
    for name in ("outside", "no such folder"):
        with pytest.raises(Forbidden) as refused:
            under(f"{root.parent}/{name}/")
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_link_that_stays_inside_is_followed(under, root):
    document = under(f"{root}/inside/")
    assert names(document) == ["2024", "a.jpg"]
    assert document["folder"] == str(root / "Photos")


def test_a_folder_that_is_not_there_has_no_entries(under, root):
    assert under(f"{root}/not yet/")["items"] == []


def test_a_link_swapped_in_after_the_check_is_not_followed(under, root, monkeypatch, both_ways):
    """The way out is put in place between the look at the path and the opening."""
    real = Roots._split

    def swap(self, path):
        found = real(self, path)
        (root / "Photos").rename(root / "moved")
        (root / "Photos").symlink_to(root.parent / "outside")
        return found

    monkeypatch.setattr(Roots, "_split", swap)
    with pytest.raises(Forbidden):
        under(f"{root}/Photos/")


def test_a_large_folder_is_cut(under, root, monkeypatch):
    monkeypatch.setattr(paths, "SHOWN", 2)
    document = under(f"{root}/")
    assert names(document) == ["papers", "Photos"] and document["is_cut"]
    monkeypatch.setattr(paths, "LOOKED_AT", 1)
    assert len(names(under(f"{root}/"))) <= 1


def test_no_handle_stays_open(under, root):
    under(f"{root}/Photos/")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(20):
        under(f"{root}/Photos/")
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after <= before
