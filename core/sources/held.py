"""A file that is read by byte offset, and noticed when it is not the same file any more.

Lives here: the confined handle, the identity of the file, and the check of the bytes before an
offset. Not here: what a record is (`lines`). Called by `core.sources.lines`.
"""

import os
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from core.errors import Fail, Forbidden, Invalid
from core.paths import Roots

#: bytes before an offset that are compared when a run resumes there
BLOCK = 1024
_HINT = "Nothing more was done. Start a new task for the file as it is now, or put the old one back"


@dataclass(frozen=True)
class Identity:
    """What tells a file from another one of its name, and from itself after a change."""

    inode: int
    size: int  #: bytes
    modified: int  #: nanoseconds since 1970

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)

    @classmethod
    def parse(cls, text: str) -> Self:
        inode, size, modified = (int(part, 16) for part in text.split("-"))
        return cls(inode, size, modified)

    def __str__(self) -> str:
        return f"{self.inode:x}-{self.size:x}-{self.modified:x}"

    def objection(self, now: "Identity", *, growing: bool) -> str:
        """Why `now` is not this file any more; "" when it is. Pure.

        A `growing` file may become longer.
        """
        if now.inode != self.inode:
            return "was replaced by another file"
        if now.size < self.size:
            return f"was truncated: {now.size:,} bytes are left of {self.size:,}"
        if growing or now == self:
            return ""
        if now.size > self.size:
            return f"has grown from {self.size:,} to {now.size:,} bytes"
        return "was written to"


class HeldFile:
    """An open file; every offset is in bytes from its start."""

    def __init__(self, roots: Roots, path: str, *, growing: bool):
        """Raises Invalid where there is no file to read, Forbidden outside of the roots."""
        self.roots, self.path, self.growing = roots, roots.check(path), growing
        try:
            self._file = os.fdopen(roots.open(path), "rb", buffering=1 << 17)
        except OSError as error:
            raise Invalid(f"{self.path} cannot be read: {error.strerror}.") from None
        self.identity = Identity.of(os.fstat(self._file.fileno()))
        self._name = str(self.identity)
        self._tail = b""
        self.at = 0

    def close(self) -> None:
        self._file.close()

    def seek(self, offset: int) -> None:
        if offset != self.at:
            self._file.seek(offset)
            self.at = offset
            self._tail = self._before(offset)

    def line(self, most: int) -> tuple[bytes, bool]:
        """(the next line with its end, whether it is whole): else only its first `most` bytes.

        The rest is passed over in pieces, so that no line is larger than `most` in memory.
        """
        data = self._file.readline(most)
        self.at += len(data)
        if len(data) < most or data.endswith(b"\n"):
            self._tail = (self._tail + data)[-BLOCK:]
            return data, True
        while piece := self._file.readline(1 << 20):
            self.at += len(piece)
            if piece.endswith(b"\n"):
                break
        self._tail = self._before(self.at)
        return data, False

    def key(self, line: int, start: int, lines: int = 1) -> dict:
        """The key of the record that ended just now: where it is, and how to know it again."""
        key = {"line": line, "from": start, "to": self.at}
        if lines != 1:
            key["lines"] = lines
        return key | {"sum": _sum(self._tail), "file": self._name}

    def resume(self, key: dict) -> None:
        """Stand behind the record with this key. Fail unless all that is known is as it was."""
        self._refuse(Identity.parse(key["file"]).objection(self.identity, growing=self.growing))
        before = self._before(key["to"])
        if _sum(before) != key["sum"]:
            self._refuse(f"has other bytes before line {key['line'] + key.get('lines', 1)}")
        self._file.seek(key["to"])
        self.at, self._tail = key["to"], before

    def intact(self) -> None:
        """Fail when the file changed while it was read; to be asked after each read."""
        now = Identity.of(os.fstat(self._file.fileno()))
        self._refuse(self.identity.objection(now, growing=self.growing))
        try:
            there = Identity.of(self.roots.stat(self.path))
        except (OSError, Forbidden):
            self._refuse("is not there any more")
        else:
            self._refuse(self.identity.objection(there, growing=self.growing))

    def part(self, start: int, end: int) -> bytes:
        return os.pread(self._file.fileno(), end - start, start)

    def _before(self, offset: int) -> bytes:
        return self.part(max(0, offset - BLOCK), offset)

    def _refuse(self, why: str) -> None:
        if why:
            raise Fail(f"{self.path} {why} since this run began", hint=_HINT, code="source-changed")


def _sum(block: bytes) -> str:
    return blake2b(block, digest_size=8).hexdigest()
