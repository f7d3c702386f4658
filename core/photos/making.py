"""Making a photo's derivatives: what runs in a computing process, within its limits.

A photo is hostile until it was decoded: whatever is wrong with it becomes a `problem` (a code, then
words), never a half-grey picture. The imaging libraries are imported here alone, when a process
warms up. How a picture is brought to size is in `pixels`, what it says about itself in `exif`.
"""

import hashlib
import io
import os
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.beneath import open_beneath
from core.errors import Forbidden
from core.photos.derivatives import Facts, Made, Order, Problem, derivative_path, version_of
from core.photos.kinds import kind_of
from core.photos.records import DERIVATIVES

#: of a file that is read; a decoder would not get through a larger one within its limits
MOST_BYTES = 1 << 30
#: of JPEG: scaling costs next to nothing of the sharpness, coding does, and most in small pictures
QUALITY = {"thumbnail": 90, "preview": 88}


class Maker:
    """Makes derivatives; see `core.compute.Code`."""

    def warm_up(self) -> None:
        """Import what decoding needs."""
        from core.photos import pixels

        pixels.prepare()

    def compute(self, order: Order) -> Made:
        """The derivatives of one photo, written to their files; idempotent."""
        try:
            handle = _folder(order)
            try:
                descriptor = open_beneath(handle, order.name)
            finally:
                os.close(handle)
        except FileNotFoundError:
            return Made(gone=True)
        except (OSError, Forbidden) as error:
            reason = getattr(error, "strerror", None) or str(error)
            return Made(problem=f"unreadable: It cannot be opened ({reason})")
        with os.fdopen(descriptor, "rb") as file:
            return _made(order, file)


def _folder(order: Order) -> int:
    """The handle of the project's folder, if it still is the one that was meant."""
    handle = os.open(order.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    status = os.fstat(handle)
    if (status.st_dev, status.st_ino) != (order.device, order.inode):
        os.close(handle)
        raise OSError(0, "another folder stands in the place of the project's")
    return handle


def _made(order: Order, file: Any) -> Made:
    status = os.fstat(file.fileno())
    made = Made(size=status.st_size, mtime_ns=status.st_mtime_ns)
    if status.st_size > MOST_BYTES:
        return replace(made, problem=f"too-large: {status.st_size >> 20} MB are more than is read")
    try:
        data = file.read()
    except OSError as error:
        return replace(made, problem=f"unreadable: It cannot be read ({error.strerror})")
    made = replace(made, sha256=hashlib.sha256(data).hexdigest())
    version = version_of(made.sha256)
    if order.has == version and all(_path(order, version, w).is_file() for w in DERIVATIVES):
        return replace(made, unchanged=True)
    try:
        facts = _derive(order, data, version)
    except Problem as problem:
        return replace(made, problem=str(problem))
    return replace(made, facts=facts)


def _derive(order: Order, data: bytes, version: str) -> Facts:
    from core.photos import pixels

    if not data:
        raise Problem("empty", "It has no bytes")
    picture, facts = pixels.decoded(
        io.BytesIO(data), kind_of(order.name), max(DERIVATIVES.values())
    )
    for which in ("preview", "thumbnail"):  # the second is made from the first
        picture = pixels.fitted(picture, DERIVATIVES[which])
        _write(_path(order, version, which), pixels.jpeg(picture, QUALITY[which]))
    return facts


def _path(order: Order, version: str, which: str) -> Path:
    return derivative_path(Path(order.out), order.photo_id, version, which)


def _write(path: Path, content: bytes) -> None:
    """A file with its whole content or none; one that has the name already is the same."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    way = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        descriptor = os.open(draft, way, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, way, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise
