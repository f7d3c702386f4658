"""Opening a file below a folder so that no link, swapped in at any moment, can lead out of it.

Lives here: `open_beneath`, `stat_beneath`, `folder_beneath`, `list_beneath` and `replace_at`, which
speak to the kernel by directory handles. Not here: which folders a request may name (`core.paths`).
Called by `core.paths` and by whatever opens or replaces a file that a person or a request named.

Looking at the resolved path first and opening it afterwards is not enough: between the two steps
a folder can be swapped for a link. Here the kernel checks while it opens: `openat2` on Linux, and
elsewhere one component after the other, each by the handle of the one before, following no link.
"""

import ctypes
import errno
import os
import platform
import secrets
import stat
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from pathlib import Path

from core.errors import Forbidden

#: the number of the system call `openat2` (Linux 5.6); the same on x86-64 and arm64
_OPENAT2 = 437
#: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS of <linux/openat2.h>
_RESOLVE = 0x08 | 0x04 | 0x02
#: what the kernel answers when a link, or a file in the place of a folder, is in the way
_REFUSALS = {errno.ELOOP, errno.EXDEV, errno.ENOTDIR}


def open_beneath(root: Path | int, relative: str | Path, flags: int = os.O_RDONLY) -> int:
    """Open a regular file below `root` and return its descriptor (close-on-exec), caller closes.

    `root` is a folder or its open handle; it is trusted, everything below it is not. A file that
    `flags` creates gets mode 0600. Guaranteed: the descriptor is a regular file that was reached
    from `root` through folders alone, whatever was renamed or linked meanwhile. Hard links cannot
    be told from the file itself.

    Raises Forbidden for links, escapes, folders, FIFOs, sockets and devices (never waiting for
    the other end of a FIFO), and the OSError of `os.open` otherwise (FileNotFoundError, ...).
    """
    parts = _parts(relative)
    with _folder(root) as handle:
        # Without O_NONBLOCK the open of a FIFO waits for ever; regular files ignore it.
        descriptor = _open(handle, parts, flags | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Forbidden("This is not a regular file, so it is not opened.")
    if not flags & os.O_NONBLOCK:
        os.set_blocking(descriptor, True)
    return descriptor


def stat_beneath(root: Path | int, relative: str | Path) -> os.stat_result:
    """The status of a regular file below `root`, reached without links and without opening it.

    For files of which even an open-and-close does harm: closing any descriptor of an SQLite file
    drops every lock that this process holds on it. Raises as `open_beneath` does.
    """
    *folders, name = _parts(relative)
    with _folder(root) as handle:
        parent = _open(handle, folders, os.O_RDONLY | os.O_DIRECTORY) if folders else os.dup(handle)
        try:
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        finally:
            os.close(parent)
    if not stat.S_ISREG(status.st_mode):
        raise Forbidden("This is not a regular file, so it is not opened.")
    return status


def folder_beneath(root: Path | int, relative: str | Path) -> int:
    """The handle of a folder below `root`, reached without links; caller closes.

    `relative` may be "." for the root itself. Raises as `open_beneath` does.
    """
    named = os.fspath(relative)
    parts = [] if named in ("", ".") else _parts(named)
    with _folder(root) as handle:
        return _open(handle, parts, os.O_RDONLY | os.O_DIRECTORY) if parts else os.dup(handle)


def list_beneath(root: Path | int, relative: str | Path, most: int) -> list[tuple[str, bool]]:
    """(name, is it a folder) of what a folder below `root` holds; at most `most` are looked at.

    `relative` may be "." for the root itself. Only regular files and folders that are not hidden:
    links are left out, for nobody knows yet where they will lead. Raises as `open_beneath` does.
    """
    folder = folder_beneath(root, relative)
    try:
        # os.scandir moves the handle's own place, so the root's handle is opened anew
        fresh = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        with os.scandir(fresh) as entries:
            seen = islice(entries, most)
            return [(e.name, e.is_dir(follow_symlinks=False)) for e in seen if _is_plain(e)]
    finally:
        os.close(fresh)


def replace_at(
    handle: int,
    name: str,
    content: bytes,
    mode: int = 0o644,
    drafted: Callable[[], None] | None = None,
) -> None:
    """Write the file `name` of the open folder `handle`, whole or not at all, durable on return.

    A new file is written beside it and moved over it, so a reader sees the old content or the new,
    and a link in its place is replaced, not followed. `drafted` is called when the new file is
    written and not yet in its place. Raises OSError, leaving neither a change nor a draft behind.
    """
    draft = f".{name[:80]}.{secrets.token_hex(4)}"
    way = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(draft, way, mode, dir_fd=handle)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if drafted is not None:
            drafted()
        os.rename(draft, name, src_dir_fd=handle, dst_dir_fd=handle)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft, dir_fd=handle)
        raise
    os.fsync(handle)


def _is_plain(entry: os.DirEntry[str]) -> bool:
    """A file or folder whose name a person can be shown."""
    if entry.name.startswith(".") or not entry.name.isprintable():
        return False
    return entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)


def _parts(relative: str | Path) -> list[str]:
    """The components of a relative path; Forbidden for what could not stay below a folder."""
    text = os.fspath(relative)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if "\0" in text or text.startswith("/") or ".." in parts or not parts:
        raise Forbidden("This path does not name a file below its folder.")
    return parts


@contextmanager
def _folder(root: Path | int) -> Iterator[int]:
    """The handle of a folder; one that was opened here is closed again."""
    if isinstance(root, int):
        yield root
        return
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _open(handle: int, parts: list[str], flags: int) -> int:
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        if _openat2() is not None:
            try:
                return _open_by_kernel(handle, "/".join(parts), flags)
            except OSError as error:
                # An old kernel (ENOSYS) or a container that forbids the call (EPERM).
                if error.errno not in (errno.ENOSYS, errno.EPERM):
                    raise
        return _open_by_walking(handle, parts, flags)
    except OSError as error:
        if error.errno in _REFUSALS:
            raise Forbidden("This path leads through a link, so it is not opened.") from None
        raise


def _open_by_kernel(handle: int, path: str, flags: int) -> int:
    """`openat2`; struct open_how is three 64-bit numbers: flags, mode, resolve."""
    how = struct.pack("QQQ", flags, 0o600 if flags & os.O_CREAT else 0, _RESOLVE)
    call = _openat2()
    while True:
        descriptor = call(_OPENAT2, handle, os.fsencode(path), how, len(how))
        if descriptor >= 0:
            return descriptor
        code = ctypes.get_errno()
        # EAGAIN: something was renamed while the kernel looked; it asks to be called again.
        if code not in (errno.EINTR, errno.EAGAIN):
            raise OSError(code, os.strerror(code), path)


def _open_by_walking(handle: int, parts: list[str], flags: int) -> int:
    """One component after the other, each relative to the open handle of the one before."""
    folder = os.dup(handle)
    try:
        for part in parts[:-1]:
            way = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            below = os.open(part, way, dir_fd=folder)
            os.close(folder)
            folder = below
        return os.open(parts[-1], flags, 0o600, dir_fd=folder)
    finally:
        os.close(folder)


@cache
def _openat2():
    """The C library's `syscall`, where the number above is known to be right; else None."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        return None
    if sys.maxsize < 2**32:  # a 32-bit Python on a 64-bit kernel has another table of calls
        return None
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    call.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    return call
