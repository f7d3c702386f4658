"""A CSV file as a source: one record a row, with quoted line ends. Made by an author.

The bytes are divided here, not by the `csv` module, which does not say where a record ends; a
whole record is then read by it.
"""

import csv
from collections import Counter
from dataclasses import dataclass

from core.errors import Invalid
from core.paths import Roots
from core.sources.drawn import Source
from core.sources.lines import RECORD_BYTES, LineReader, Piece, decoded

DELIMITERS = ",;\t|"
# The module's own limit (128 KiB) is for the whole process: a field is bounded by its record.
csv.field_size_limit(RECORD_BYTES)


@dataclass(frozen=True)
class CsvFile(Source):
    """The rows of a CSV file as {name: text}; empty lines are passed over.

    The cursor is the byte offset behind a row. A row that has more or fewer fields than there are
    names, a quote that is never closed or a NUL byte fails alone, with its line. The file must stay
    as it is while the task lives, unless it is `growing`: then rows may be added to it, and a last
    row without its line end is left for a later run.
    """

    path: str
    names: tuple[str, ...] = ()  #: of the columns; (): the first row says them
    delimiter: str = ""  #: "": the one of , ; tab | that the first row has most of
    encoding: str = ""  #: "utf-8" or "latin-1"; "": found from the beginning of the file
    growing: bool = False

    def open(self, roots: Roots) -> "CsvReader":
        reader = CsvReader(roots, self.path, self.encoding, growing=self.growing)
        try:
            reader.begin(self.names, self.delimiter)
        except BaseException:
            reader.close()
            raise
        return reader


class CsvReader(LineReader):
    """Reads one file; `names` are its columns, in their order."""

    names: tuple[str, ...] = ()
    delimiter = ","

    def begin(self, names: tuple[str, ...], delimiter: str) -> None:
        """Find the delimiter and the names. Raises Invalid when there are none to be found."""
        head, _ = self.file.line(RECORD_BYTES)
        self.file.seek(self.first[0])
        self.delimiter = delimiter or likely_delimiter(head)
        if names:
            self.names = tuple(names)
            return
        piece = self._taken()
        if piece is None or piece.fault or not piece.data.strip():
            why = piece.fault if piece is not None else ""
            raise Invalid(f"{self.file.path} has no row of names{f': {why}' if why else '.'}")
        try:
            self.names = tuple(n.strip() for n in self.fields(decoded(piece.data, self.encoding)))
        except ValueError as error:
            raise Invalid(f"The row of names of {self.file.path}: {error}.") from None
        twice = [name for name, times in Counter(self.names).items() if times > 1]
        if twice or "" in self.names:
            what = f"{twice[0]!r} twice" if twice and twice[0] else "a column without a name"
            raise Invalid(f"The row of names of {self.file.path} has {what}.")
        self.first = self.next

    def piece(self) -> Piece | None:
        start, line = self.next
        data, whole = self.file.line(RECORD_BYTES)
        if not data:
            return None
        if not whole:
            return Piece(line, start, 1, b"", f"longer than {RECORD_BYTES >> 20} MiB")
        end = self.file.at
        delimiter = self.delimiter.encode(self.encoding)
        quoted = b'"' in data and ends_quoted(data, delimiter, False)
        pieces, size = [data], len(data)
        while quoted:
            more, whole = self.file.line(RECORD_BYTES)
            size += len(more)
            if not more or not whole or size > RECORD_BYTES:
                return self._unclosed(Piece(line, start, 1, b""), end, at_end=not more)
            pieces.append(more)
            quoted = ends_quoted(more, delimiter, True)
        data = b"".join(pieces)
        if self.file.growing and not data.endswith(b"\n"):
            self.file.seek(start)
            return None
        return Piece(line, start, len(pieces), data)

    def _unclosed(self, piece: Piece, end: int, *, at_end: bool) -> Piece | None:
        """Only its first line fails: an unclosed quote must not swallow the rest of the file."""
        if at_end and self.file.growing:
            self.file.seek(piece.start)
            return None
        self.file.seek(end)
        return piece._replace(fault="a quote is opened and not closed")

    def parse(self, text: str) -> dict[str, str]:
        fields = self.fields(text)
        if len(fields) != len(self.names):
            raise ValueError(f"{len(fields)} fields in place of {len(self.names)}")
        return dict(zip(self.names, fields, strict=True))

    def fields(self, text: str) -> list[str]:
        """The fields of one record's text. ValueError with the reason."""
        if "\0" in text:
            raise ValueError(f"a NUL byte (character {text.index(chr(0)) + 1})")
        try:
            rows = list(csv.reader([text.rstrip("\r\n")], delimiter=self.delimiter))
        except csv.Error as error:
            raise ValueError(str(error)) from None
        return rows[0] if rows else []


def ends_quoted(line: bytes, delimiter: bytes, quoted: bool) -> bool:
    """Whether a quoted field is still open after this line, `quoted`: was before it. Pure.

    A quote opens a field only at its beginning, as for the `csv` module; doubled it is a character.
    """
    at = 0
    while True:
        if not quoted and line[at : at + 1] == b'"':
            quoted, at = True, at + 1
        while quoted:
            close = line.find(b'"', at)
            if close < 0:
                return True
            at = close + 1
            if line[at : at + 1] == b'"':
                at += 1
            else:
                quoted = False
        found = line.find(delimiter, at)
        if found < 0:
            return False
        at = found + 1


def likely_delimiter(head: bytes) -> str:
    """The delimiter that the first line has most of, outside of quotes; a comma without any."""
    outside = b"".join(head.split(b'"')[::2])
    counts = {d: outside.count(d.encode()) for d in DELIMITERS}
    best = max(counts, key=lambda d: counts[d])
    return best if counts[best] else ","
