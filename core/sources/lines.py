"""Records that are lines of a text file: the loop that reads them, bounded in memory.

Lives here: what CSV and JSON Lines share. Not here: the handle and its checks (`held`), what a
line means (`csv_file`, `json_lines`). A record that cannot be read fails alone, with its line.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any, NamedTuple

from core.paths import Roots
from core.sources.drawn import Drawn, Reader
from core.sources.encoding import LOOK, found
from core.sources.held import HeldFile

#: the longest record, in bytes; a longer one fails
RECORD_BYTES = 16 << 20
#: a batch ends early when its records are larger than this together
BATCH_BYTES = 8 << 20
#: seconds that counting may take, before it is left
COUNT_S = 5.0
#: records of one part of a count that can be left
PART = 5_000


class Piece(NamedTuple):
    """The bytes of one record, or why it has none."""

    line: int  #: of its beginning, from 1
    start: int  #: offset in bytes
    lines: int  #: line ends in it
    data: bytes
    fault: str = ""


class LineReader(Reader):
    """Reads a file of records; subclasses say where one ends and what it holds."""

    def __init__(self, roots: Roots, path: str, encoding: str, *, growing: bool):
        self.file = HeldFile(roots, path, growing=growing)
        try:
            beginning = self.file.part(0, LOOK)
            self.encoding, mark = found(beginning, encoding, str(self.file.path))
            self.file.seek(mark)
        except BaseException:
            self.file.close()
            raise
        #: (offset, line) of the first record, and of the one that is read next
        self.first = self.next = (mark, 1)

    def close(self) -> None:
        self.file.close()

    @abstractmethod
    def piece(self) -> Piece | None:
        """The next record's bytes, the file then standing behind them; None at the end.

        A last line that is still being written counts as the end of a growing file.
        """

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The record in the text. Raises ValueError with the reason."""

    def read(self, cursor: Any, limit: int) -> list[Drawn]:
        self._stand_behind(cursor)
        drawn: list[Drawn] = []
        until = self.file.at + BATCH_BYTES
        while len(drawn) < limit and (not drawn or self.file.at < until):
            piece = self._taken()
            if piece is None:
                break
            if piece.fault or piece.data.strip():
                drawn.append(self._drawn(piece))
        self.file.intact()
        return drawn

    def read_keys(self, keys: Sequence[dict]) -> list[Drawn]:
        drawn = []
        for key in keys:
            self.file.resume(key)
            self.file.seek(key["from"])
            self.next = (key["from"], key["line"])
            piece = self._taken()
            if piece is not None:
                drawn.append(self._drawn(piece))
        self.file.intact()
        return drawn

    def count(self) -> int | None:
        """Exact, or None when it takes longer than COUNT_S."""
        give_up = monotonic() + COUNT_S
        self._stand_behind(None)
        records = 0
        while (piece := self._taken()) is not None:
            records += bool(piece.fault or piece.data.strip())
            if not records % 1000 and monotonic() > give_up:
                return None
        return records

    def counting(self, cursor: Any, again: Callable[[], Reader]) -> Iterator[int]:
        return self._parts(cursor, again)

    @staticmethod
    def _parts(cursor: Any, again: Callable[[], Reader]) -> Iterator[int]:
        own = again()
        assert isinstance(own, LineReader)
        try:
            own._stand_behind(cursor)
            records = 0
            while (piece := own._taken()) is not None:
                records += bool(piece.fault or piece.data.strip())
                if records == PART:
                    yield records
                    records = 0
            yield records
        finally:
            own.close()

    def _taken(self) -> Piece | None:
        piece = self.piece()
        if piece is not None:
            self.next = (self.file.at, piece.line + piece.lines)
        return piece

    def _stand_behind(self, cursor: dict | None) -> None:
        if cursor is None:
            self.next = self.first
        elif cursor["to"] != self.next[0]:
            self.file.resume(cursor)
            self.next = (cursor["to"], cursor["line"] + cursor.get("lines", 1))
        self.file.seek(self.next[0])

    def _drawn(self, piece: Piece) -> Drawn:
        key = self.file.key(piece.line, piece.start, piece.lines)
        fault = piece.fault
        if not fault:
            try:
                return Drawn(key, self.parse(decoded(piece.data, self.encoding)))
            except (ValueError, RecursionError) as error:
                fault = str(error)
        return Drawn(key, None, f"line {piece.line}: {fault}")


def decoded(data: bytes, encoding: str) -> str:
    """The text; ValueError with the place of the first byte that does not fit."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        wrong = data[error.start]
        raise ValueError(f"byte {error.start + 1} (0x{wrong:02X}) is not {encoding}") from None
