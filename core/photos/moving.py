"""Moving a file from one folder to another so that nothing is overwritten and nothing is lost.

On one file system a move is one step of the kernel (`renameat2` with NOREPLACE, else a link and an
unlink); across two it is a copy that is written out, read back, compared and put in its place
before the original goes. Both names are given by folder handle; a link is moved, never followed.
"""

import ctypes
import errno
import hashlib
import os
import secrets
import stat
from contextlib import suppress
from functools import cache
from typing import Any

from core import seams
from core.beneath import open_beneath

_NOREPLACE = 1  #: RENAME_NOREPLACE of <linux/fs.h>
#: what a kernel or a file system answers that has no such rename
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM}
_PIECE = 1 << 20
DRAFT = ".longhaul-moving-"  #: begins the name of a copy that is not whole yet


def move(source_dir: int, source: str, target_dir: int, target: str) -> None:
    """Move `source` to `target`. After a kill at any moment the file is at one of the two names, or
    whole at both.

    Raises FileExistsError when `target` is taken (nothing is moved), FileNotFoundError when
    `source` is gone, and OSError otherwise, with the original where it was.
    """
    try:
        rename(source_dir, source, target_dir, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_across(source_dir, source, target_dir, target)


def rename(source_dir: int, source: str, target_dir: int, target: str) -> None:
    """The same within one file system; raises OSError with EXDEV across two."""
    call = _renameat2()
    if call is not None:
        arguments = (source_dir, os.fsencode(source), target_dir, os.fsencode(target), _NOREPLACE)
        if call(*arguments) == 0:
            return
        code = ctypes.get_errno()
        if code not in _UNKNOWN:
            raise OSError(code, os.strerror(code), source, None, target)
    _link_and_unlink(source_dir, source, target_dir, target)


def _link_and_unlink(source_dir: int, source: str, target_dir: int, target: str) -> None:
    try:
        os.link(source, target, src_dir_fd=source_dir, dst_dir_fd=target_dir, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
        _reserve_and_rename(source_dir, source, target_dir, target)
        return
    seams.reach("photo-linked")
    with suppress(FileNotFoundError):  # `Trash.recover` of another job was faster
        os.unlink(source, dir_fd=source_dir)


def _reserve_and_rename(source_dir: int, source: str, target_dir: int, target: str) -> None:
    """Where a file system has no links: take the name with an empty file, then rename over it."""
    os.stat(source, dir_fd=source_dir, follow_symlinks=False)
    way = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    os.close(os.open(target, way, 0o600, dir_fd=target_dir))
    try:
        os.rename(source, target, src_dir_fd=source_dir, dst_dir_fd=target_dir)
    except OSError:
        os.unlink(target, dir_fd=target_dir)  # the empty one, which is ours
        raise


def _move_across(source_dir: int, source: str, target_dir: int, target: str) -> None:
    found = os.stat(source, dir_fd=source_dir, follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EXDEV, "is no regular file, and lies on another file system", source)
    draft = f"{DRAFT}{secrets.token_hex(8)}"
    try:
        before = _copy(source_dir, source, target_dir, draft)
        seams.reach("photo-copied")
        rename(target_dir, draft, target_dir, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft, dir_fd=target_dir)
        raise
    os.fsync(target_dir)
    seams.reach("photo-placed")
    with suppress(FileNotFoundError):  # `Trash.recover` of another job was faster
        after = os.stat(source, dir_fd=source_dir, follow_symlinks=False)
        if _state(after) != _state(before):  # somebody wrote to it meanwhile: both stay
            raise OSError(errno.EBUSY, "was changed while it was copied", source)
        os.unlink(source, dir_fd=source_dir)


def _copy(source_dir: int, source: str, target_dir: int, draft: str) -> os.stat_result:
    """A copy on the disk that reads back as the original does; the original's status before."""
    way = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(open_beneath(source_dir, source), "rb") as original:
        before = os.fstat(original.fileno())
        mode = stat.S_IMODE(before.st_mode) & 0o777
        with os.fdopen(os.open(draft, way, mode, dir_fd=target_dir), "w+b") as copy:
            digest = hashlib.sha256()
            while piece := original.read(_PIECE):
                digest.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
            copy.seek(0)
            if hashlib.file_digest(copy, "sha256").digest() != digest.digest():
                raise OSError(errno.EIO, "the copy does not read back as it was written", source)
            os.utime(copy.fileno(), ns=(before.st_atime_ns, before.st_mtime_ns))
    return before


def same_content(one_dir: int, one: str, other_dir: int, other: str) -> bool:
    """Whether two regular files hold the same bytes. Raises OSError, Forbidden."""
    with (
        os.fdopen(open_beneath(one_dir, one), "rb") as first,
        os.fdopen(open_beneath(other_dir, other), "rb") as second,
    ):
        if os.fstat(first.fileno()).st_size != os.fstat(second.fileno()).st_size:
            return False
        while piece := first.read(_PIECE):
            if piece != second.read(_PIECE):
                return False
        return True


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@cache
def _renameat2() -> Any:
    """The C library's `renameat2` (Linux); None where it has none."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return None
    call.restype = ctypes.c_int
    call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return call
