"""The confinement of paths and the private folder, on the real file system."""

import os
import shutil
import socket
import stat
import threading
from pathlib import Path

import pytest

from core import beneath
from core.errors import Forbidden, Invalid, UnsafeDataDir
from core.paths import Roots, data_dir, open_beneath, stat_beneath, write_secret
from tests.swapper import race, swapping


@pytest.fixture
def house(tmp_path):
    """A root with a file, a secret outside of it, and every kind of link between them."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    (root / "sub" / "page.html").write_text("inside")
    (outside / "page.html").write_text("secret")
    (root / "link.html").symlink_to(outside / "page.html")
    (root / "way").symlink_to(outside)
    (root / "near").symlink_to(root / "sub")
    (root / ".hidden").mkdir()
    (root / ".hidden" / "key").write_text("secret")
    return root, outside


@pytest.fixture(params=["kernel", "walking"])
def both_ways(request, monkeypatch):
    """Every confinement test runs with openat2 and with the walk by components."""
    if request.param == "walking":
        monkeypatch.setattr(beneath, "_openat2", lambda: None)
    elif beneath._openat2() is None:
        pytest.skip("openat2 is not known for this kind of machine")
    return request.param


def read(descriptor: int) -> str:
    with os.fdopen(descriptor) as file:
        return file.read()


# --- roots -------------------------------------------------------------------------------------


def test_a_path_below_a_root_is_returned_absolute_and_resolved(house):
    root, _ = house
    roots = Roots([root])
    assert roots.check(root / "sub" / ".." / "sub" / "page.html") == root / "sub" / "page.html"
    assert roots.check(str(root / "near" / "page.html")) == root / "sub" / "page.html"
    assert roots.check(root) == root
    assert roots.check(root / "not yet there") == root / "not yet there"


@pytest.mark.parametrize(
    "path",
    ["../outside/page.html", "link.html", "way/page.html", "way/none", ".hidden/key", "sub/../.."],
)
def test_paths_that_lead_out_are_forbidden(house, path):
    root, _ = house
    with pytest.raises(Forbidden):
        Roots([root]).check(root / path)


@pytest.mark.parametrize("path", ["page.html", "", "./x", "\0", "/x\0y", "https://example.org/x"])
def test_paths_that_are_not_whole_are_forbidden(house, path):
    with pytest.raises(Forbidden, match="whole path"):
        Roots([house[0]]).check(path)


def test_a_sibling_with_the_same_beginning_is_forbidden(tmp_path):
    (tmp_path / "root-of-others").mkdir()
    with pytest.raises(Forbidden):
        Roots([tmp_path / "root"]).check(tmp_path / "root-of-others" / "x")


def test_a_refusal_says_the_same_whether_the_file_exists_or_not(house):
    root, outside = house
    there, missing = outside / "page.html", outside / "none.html"
    reasons = []
    for path in (there, missing, root / "way" / "none", root / "link.html"):
        with pytest.raises(Forbidden) as refused:
            Roots([root]).check(path)
        reasons.append(refused.value.detail)
    assert len(set(reasons)) == 1
    assert "outside/" not in reasons[0] and "page" not in reasons[0]


def test_default_roots_are_the_data_directory_and_the_home_without_hidden_folders(tmp_path):
    home = tmp_path / "home"
    data = home / ".local" / "share" / "longhaul"
    data.mkdir(parents=True)
    roots = Roots.default(data, home)
    assert roots.check(home / "Documents" / "a.sqlite")
    assert roots.check(data / "sample.sqlite")
    for hidden in (".ssh/id_ed25519", ".netrc", ".local/share/other/x", "Documents/.git/config"):
        with pytest.raises(Forbidden):
            roots.check(home / hidden)


def test_a_home_that_is_the_whole_file_system_is_no_root(tmp_path):
    with pytest.raises(Forbidden):
        Roots.default(tmp_path / "data", Path("/")).check("/etc/passwd")


def test_a_path_in_the_home_may_start_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Roots([tmp_path]).check("~/a.sqlite") == tmp_path / "a.sqlite"


def test_roots_from_the_environment_replace_the_default_ones(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    text = os.pathsep.join([str(a), "", str(b), " "])
    roots = Roots.configured(tmp_path / "data", {"LONGHAUL_ROOTS": text})
    assert roots.paths == (a, b)
    with pytest.raises(Forbidden):
        roots.check(tmp_path / "data" / "x")
    assert tmp_path / "data" in Roots.configured(tmp_path / "data", {}).paths
    assert tmp_path / "data" in Roots.configured(tmp_path / "data", {"LONGHAUL_ROOTS": " "}).paths


def test_relative_roots_are_refused():
    with pytest.raises(Invalid, match="LONGHAUL_ROOTS"):
        Roots.parse("archive")


def test_a_link_that_goes_away_while_it_is_looked_at_is_forbidden(house, monkeypatch):
    root, _ = house
    real = os.readlink

    def unlink_then_read(path, *args, **kwargs):
        os.unlink(path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "readlink", unlink_then_read)
    with pytest.raises(Forbidden):
        Roots([root]).check(root / "near" / "page.html")


def test_no_roots_allow_nothing(tmp_path):
    with pytest.raises(Forbidden, match="none is configured"):
        Roots([]).check(tmp_path)


# --- opening -----------------------------------------------------------------------------------


def test_a_file_below_the_root_is_opened(house, both_ways):
    root, _ = house
    assert read(open_beneath(root, "sub/page.html")) == "inside"
    assert read(Roots([root]).open(root / "near" / "page.html")) == "inside"
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert read(open_beneath(handle, "sub//./page.html")) == "inside"
    finally:
        os.close(handle)


@pytest.mark.parametrize("opener", [open_beneath, stat_beneath])
@pytest.mark.parametrize(
    "path",
    ["link.html", "way/page.html", "near/page.html", "../outside/page.html", "sub/../../x", "", "."]
    + ["/etc/passwd", "sub", "a\0b"],
)
def test_links_escapes_and_folders_are_not_opened(house, both_ways, opener, path):
    with pytest.raises(Forbidden):
        opener(house[0], path)


@pytest.mark.parametrize("opener", [open_beneath, stat_beneath])
def test_fifos_sockets_and_devices_are_not_opened_and_never_waited_for(house, both_ways, opener):
    root, _ = house
    os.mkfifo(root / "fifo")
    before = os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd") else None
    with pytest.raises(Forbidden):
        opener(root, "fifo")
    with pytest.raises(Forbidden):
        opener(Path("/dev"), "null")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
        with pytest.raises((Forbidden, OSError)):
            opener(root, "socket")
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize("opener", [open_beneath, stat_beneath])
def test_a_missing_file_is_told_as_missing(house, both_ways, opener):
    with pytest.raises(FileNotFoundError):
        opener(house[0], "sub/none")


def test_a_created_file_is_private_and_blocking(house, both_ways):
    descriptor = open_beneath(house[0], "sub/new", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        assert stat.S_IMODE(os.fstat(descriptor).st_mode) == 0o600
        assert os.get_blocking(descriptor)
        assert not os.get_inheritable(descriptor)
    finally:
        os.close(descriptor)


def test_stat_does_not_open_the_file(house, both_ways):
    root, _ = house
    assert stat_beneath(root, "sub/page.html").st_ino == (root / "sub" / "page.html").stat().st_ino


@pytest.mark.parametrize("swapped", ["folder", "file"])
def test_a_link_swapped_in_while_opening_never_leaks(house, both_ways, swapped):
    """3,000 opens while a process swaps the folder (or the file) for a link to the secret."""
    root, outside = house
    victim = root / "sub" if swapped == "folder" else root / "sub" / "page.html"
    aim = outside if swapped == "folder" else outside / "page.html"

    def attempt():
        try:
            text = read(open_beneath(root, "sub/page.html"))
        except Forbidden:
            return "refused"
        except FileNotFoundError:
            return "missing"
        assert text == "inside"
        return "inside"

    with swapping(victim, aim):
        race(attempt, at_least=3000, wanted={"inside", "refused"})


# --- the private folder ------------------------------------------------------------------------


def test_the_data_directory_is_made_private(tmp_path):
    made = data_dir(tmp_path / "share" / "longhaul")
    assert made.is_absolute() and stat.S_IMODE(made.stat().st_mode) == 0o700
    assert data_dir(made) == made


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701, 0o770])
def test_a_data_directory_open_to_others_is_refused_with_the_command_that_mends_it(tmp_path, mode):
    folder = tmp_path / "my data"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(UnsafeDataDir, match="chmod 700 '.*my data'"):
        data_dir(folder)
    folder.chmod(0o700)
    assert data_dir(folder) == folder


def test_a_data_directory_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    for name in ("link", "dangling"):
        with pytest.raises(UnsafeDataDir, match="symbolic link"):
            data_dir(tmp_path / name)


def test_a_data_directory_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnsafeDataDir, match="not a folder"):
        data_dir(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_data_directory_of_somebody_else_is_refused(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    with pytest.raises(UnsafeDataDir, match="belongs to another user"):
        data_dir(folder)
    with pytest.raises(UnsafeDataDir):
        write_secret(folder, "token", "x")


def test_a_secret_is_private_whatever_the_umask(tmp_path):
    folder = data_dir(tmp_path / "data")
    old = os.umask(0)
    try:
        path = write_secret(folder, "server.json", "{}\n")
    finally:
        os.umask(old)
    assert path.read_text() == "{}\n" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(folder) == ["server.json"]


def test_a_secret_replaces_a_link_and_never_follows_it(tmp_path):
    folder = data_dir(tmp_path / "data")
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (folder / "token").symlink_to(victim)
    write_secret(folder, "token", "new")
    assert victim.read_text() == "untouched"
    assert not (folder / "token").is_symlink() and (folder / "token").read_text() == "new"


def test_a_secret_is_seen_whole_or_not_at_all(tmp_path):
    folder = data_dir(tmp_path / "data")
    texts = {"a" * 50_000, "b" * 70_000}
    write_secret(folder, "token", min(texts))
    stop = threading.Event()

    def rewrite():
        while not stop.is_set():
            for text in texts:
                write_secret(folder, "token", text)

    thread = threading.Thread(target=rewrite)
    thread.start()
    try:
        for _ in range(300):
            assert (folder / "token").read_text() in texts
    finally:
        stop.set()
        thread.join()


def test_a_secret_that_cannot_be_put_in_place_leaves_no_draft(tmp_path):
    folder = data_dir(tmp_path / "data")
    (folder / "token").mkdir()
    with pytest.raises(OSError):
        write_secret(folder, "token", "x")
    assert os.listdir(folder) == ["token"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "a\0b"])
def test_a_secret_needs_a_plain_file_name(tmp_path, name):
    with pytest.raises(ValueError):
        write_secret(data_dir(tmp_path / "data"), name, "x")


def test_a_secret_is_not_written_into_a_folder_open_to_others(tmp_path):
    folder = data_dir(tmp_path / "data")
    folder.chmod(0o755)
    with pytest.raises(UnsafeDataDir):
        write_secret(folder, "token", "x")
    shutil.rmtree(folder)
