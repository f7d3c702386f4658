"""The parts of a zip archive, unpacked no further than to a limit: for DOCX and EPUB.

What an archive says about the size of its parts is not believed: bytes are counted as they come.
"""

import io
import zipfile
import zlib

from core.texts.reading import Unreadable

MOST_PART = 64 << 20  #: bytes of one part, unpacked
MOST_WHOLE = 512 << 20  #: bytes unpacked of one archive, however often a part is read

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what Office wraps a protected file in
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


class Archive:
    """An open archive."""

    def __init__(self, data: bytes, kind: str):
        """Raises Unreadable for what is no zip archive. `kind`: how the document is called."""
        self._kind, self._left = kind, MOST_WHOLE
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGED:
            raise _no_archive(data, kind) from None

    @property
    def names(self) -> list[str]:
        return self._zip.namelist()

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None where there is none of that name. Raises Unreadable."""
        try:
            part = self._zip.getinfo(name)
        except KeyError:
            return None
        if part.flag_bits & 1:
            raise Unreadable(
                "document-encrypted",
                f"The {self._kind} is protected by a password",
                "Save a copy without the password and add that.",
            )
        most = min(MOST_PART, self._left)
        try:
            with self._zip.open(part) as stream:
                content = stream.read(most + 1)
        except _DAMAGED as error:
            raise Unreadable(
                "document-damaged", f"The {self._kind} is damaged: {name} cannot be unpacked "
                f"({type(error).__name__})",
            ) from None  # fmt: skip
        if len(content) > most:
            raise Unreadable(
                "document-bomb",
                f"The {self._kind} was not unpacked: {name} holds more than {most >> 20} MB",
                "Files made to do harm unpack to so much.",
            )
        self._left -= len(content)
        return content

    def close(self) -> None:
        self._zip.close()


def _no_archive(data: bytes, kind: str) -> Unreadable:
    if data.startswith(_OLE2):
        if _PROTECTED in data:
            return Unreadable(
                "document-encrypted",
                f"The {kind} is protected by a password",
                "Save a copy without the password and add that.",
            )
        return Unreadable(
            "document-wrong-kind",
            f"This is not a {kind} but a file of an older Office",
            f"Open it and save it as {kind}.",
        )
    if data.startswith(b"PK"):
        return Unreadable("document-damaged", f"The {kind} is damaged: its end is missing")
    return Unreadable("document-wrong-kind", f"This is not a {kind}: it is no zip archive")
