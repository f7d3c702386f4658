"""Which paths a request may name, and the folder that is Longhaul's own.

Lives here: `Roots` (the folders requests are confined to), `data_dir` (the private folder) and
`write_secret`. Not here: the opening itself (`core.beneath`). Called by `core.service`, which makes
the one `Roots` of a service, by tasks that open what a parameter names, and by `webui`.
"""

import os
import re
import shlex
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from core.beneath import list_beneath, open_beneath, replace_at, stat_beneath
from core.errors import Forbidden, Invalid, UnsafeDataDir

__all__ = [
    "Roots",
    "data_dir",
    "in_one_line",
    "is_nameable",
    "open_beneath",
    "stat_beneath",
    "write_secret",
]

#: Control characters, line separators, what turns the direction of a text (and hides an ending),
#: and halves of characters. Spaces of every width and joined letters are in sound names.
_UNNAMEABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

#: Folders of the data directory that hold things of Longhaul's own, each of one kind.
PROJECTS = "projects"  #: where projects that name no folder have theirs
OURS = frozenset({"documents", "models", "photos", "spool", "tasks", "uploads", "wake"})
#: Where the system keeps its own: no place for a person's files, whatever the roots are.
_SYSTEM = tuple(map(Path, "/bin /boot /dev /etc /lib /lib64 /proc /run /sbin /sys /usr".split()))
_MOUNTS = Path("/run/media")  #: but some systems put a person's disks here


def unfit_for(things: str, folder: str | Path, data: Path, *, is_root: bool = False) -> str | None:
    """Why a folder, its links resolved, is no place for a person's `things`; None where it may be.

    Whatever is in such a folder is taken for one of them. `data` is the data directory; below its
    folder of projects are those that we made for a person. `is_root`: it is named without lying
    below the roots, so it may be neither hidden nor one of those.
    """
    folder, data = Path(os.path.realpath(folder)), Path(os.path.realpath(data))
    inside = folder.relative_to(data).parts if folder.is_relative_to(data) else ()
    if any(map(folder.is_relative_to, _SYSTEM)) and not folder.is_relative_to(_MOUNTS):
        return f"{folder} belongs to the system, and is no place for {things}"
    if folder == Path.home() or data.is_relative_to(folder):
        return f"{folder} holds more than {things}; choose a folder in it"
    if inside == (PROJECTS,) or inside[:1] and inside[0] in OURS:
        return f"{folder} is Longhaul's own, and no place for {things}"
    if is_root and inside[:1] == (PROJECTS,):
        return f"{folder} is a photo project's, and no place for {things}"
    if is_root and not folder.is_relative_to(data) and "/." in folder.as_posix():
        return f"{folder} is hidden, and no place for {things}"
    return None


def why_unread(folder: str | Path) -> str:
    """Why what is in a folder cannot be seen, in the system's words; "" where it can."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


class Roots:
    """The folders below which a request may name files.

    Hidden files and folders below a root are refused (`~/.ssh`, `~/.netrc`); who needs one names it
    as a root of its own. Links are allowed as long as they end below a root.
    """

    def __init__(self, paths: Iterable[Path]):
        #: resolved once: a root is trusted, so the way to it may contain links
        self.paths = tuple(Path(os.path.realpath(path)) for path in paths)

    def __repr__(self) -> str:
        return f"Roots({[str(path) for path in self.paths]})"

    @classmethod
    def default(cls, data_dir: Path, home: Path | None = None) -> "Roots":
        """The data directory and the home (left out where the home is the whole file system)."""
        home = Path(os.path.realpath(home or Path.home()))
        return cls([data_dir] if home == Path(home.anchor) else [data_dir, home])

    @classmethod
    def parse(cls, text: str) -> "Roots":
        """Folders separated as in PATH; empty entries are skipped. Invalid for relative ones."""
        paths = [Path(entry).expanduser() for entry in text.split(os.pathsep) if entry.strip()]
        for path in paths:
            if not path.is_absolute():
                raise Invalid(f"LONGHAUL_ROOTS takes whole paths, and {str(path)!r} is not one.")
        return cls(paths)

    @classmethod
    def configured(cls, data_dir: Path, environ: Mapping[str, str] = os.environ) -> "Roots":
        """`LONGHAUL_ROOTS` where it is set and not empty, else the default."""
        text = environ.get("LONGHAUL_ROOTS", "")
        return cls.parse(text) if text.strip() else cls.default(data_dir)

    @classmethod
    def of_settings(cls, roots: list[str], data_dir: Path) -> "Roots":
        """The folders of the settings, the data directory always; without any: `configured`."""
        return cls([data_dir, *map(Path, roots)]) if roots else cls.configured(data_dir)

    def check(self, path: str | Path) -> Path:
        """The path with its links resolved, absolute and below a root; it need not exist.

        Raises Forbidden otherwise, in the same words whether the path exists or not. A check says
        nothing about the next moment: open with `open`, which holds against links swapped in later.
        """
        root, relative = self._split(path)
        return root / relative

    def open(self, path: str | Path, flags: int = os.O_RDONLY) -> int:
        """A descriptor of the regular file at `path`, confined by handle (see `open_beneath`)."""
        return open_beneath(*self._split(path), flags)

    def stat(self, path: str | Path) -> os.stat_result:
        """The status of the regular file at `path` without opening it (see `stat_beneath`)."""
        return stat_beneath(*self._split(path))

    def entries(self, path: str | Path, most: int) -> tuple[Path, list[tuple[str, bool]]]:
        """(a folder with its links resolved, what it holds), by handle (see `list_beneath`)."""
        root, relative = self._split(path)
        return root / relative, list_beneath(root, relative, most)

    def _split(self, path: str | Path) -> tuple[Path, Path]:
        text = os.path.expanduser(os.fspath(path))
        if "\0" in text or not os.path.isabs(text):
            raise Forbidden("Give the whole path, from the top of the file system on.")
        try:
            resolved = Path(os.path.realpath(text))
        except OSError:  # a link that went away between being seen and being read
            resolved = Path()
        for root in self.paths:
            if resolved.is_relative_to(root):
                relative = resolved.relative_to(root)
                if not any(part.startswith(".") for part in relative.parts):
                    return root, relative
        allowed = ", ".join(str(root) for root in self.paths) or "none is configured"
        raise Forbidden(
            f"This path is outside the folders that Longhaul may use ({allowed}), "
            "or leads through a hidden one. LONGHAUL_ROOTS names others."
        )


def is_nameable(name: str) -> bool:
    """Whether a file that comes from elsewhere may be called so: a person can read its name."""
    return _UNNAMEABLE.search(name) is None


def in_one_line(text: str) -> str:
    """A title as it is shown: without what `is_nameable` refuses, in one line; "" for nothing."""
    return " ".join(_UNNAMEABLE.sub(" ", text).split())


def data_dir(path: str | Path) -> Path:
    """The data directory, made when missing with mode 0700 (its parents with the usual mode).

    Returns the absolute path. Raises UnsafeDataDir, with the command that mends it, for a link, a
    foreign owner, and a folder that group or others may enter: it holds the token of the service.
    """
    path = Path(path).expanduser().absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
    os.close(_own_folder(path))
    return path


def write_secret(folder: str | Path, name: str, text: str) -> Path:
    """Write `folder/name` with mode 0600, whole or not at all, durable when this returns.

    By `replace_at`: a reader sees the old text or the new one, and no link is followed. The folder
    has to pass the checks of `data_dir`.
    """
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"not a file name: {name!r}")
    folder = Path(folder)
    handle = _own_folder(folder)
    try:
        replace_at(handle, name, text.encode(), 0o600)
    finally:
        os.close(handle)
    return folder / name


def _own_folder(path: Path) -> int:
    """The handle of a folder that is ours alone; the checks look at the handle, not at the name."""
    quoted = shlex.quote(str(path))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except PermissionError:
        raise UnsafeDataDir(
            f"{path} is not readable for this user: {_mend_owner(quoted)}"
        ) from None
    except OSError as error:
        if path.is_symlink():
            why = f"{path} is a symbolic link. Give the folder itself: readlink -f {quoted}"
        elif path.exists():
            why = f"{path} is not a folder. Move it away: mv {quoted} {quoted}.old"
        else:
            why = f"{path} cannot be opened: {error.strerror}. Create it: mkdir -m 700 {quoted}"
        raise UnsafeDataDir(why) from None
    status = os.fstat(handle)
    if status.st_uid != os.geteuid():
        reason = f"{path} belongs to another user: {_mend_owner(quoted)}"
    elif stat.S_IMODE(status.st_mode) & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        reason = f"{path} is open to other users (mode {mode:04o}). Close it: chmod 700 {quoted}"
    else:
        return handle
    os.close(handle)
    raise UnsafeDataDir(reason)


def _mend_owner(quoted: str) -> str:
    return f'take it over: sudo chown "$(id -u)" {quoted}'
