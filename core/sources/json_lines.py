"""JSON Lines as a source: one JSON value on each line. Made by an author, opened by a backfill."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from core.paths import Roots
from core.sources.drawn import Source
from core.sources.lines import RECORD_BYTES, LineReader, Piece


@dataclass(frozen=True)
class JsonLines(Source):
    """The values of a file with one JSON value on each line; empty lines are passed over.

    The cursor is the byte offset behind a line. A line that is no JSON fails alone. The file must
    stay as it is while the task lives, unless it is `growing`: then lines may be added to it, and
    a last line without its end is left for a later run.
    """

    path: str
    encoding: str = ""  #: "utf-8" or "latin-1"; "": found from the beginning of the file
    growing: bool = False

    def open(self, roots: Roots) -> "JsonLinesReader":
        return JsonLinesReader(roots, self.path, self.encoding, growing=self.growing)


class JsonLinesReader(LineReader):
    """Reads one file."""

    def piece(self) -> Piece | None:
        start, line = self.next
        data, whole = self.file.line(RECORD_BYTES)
        if not data:
            return None
        if not whole:
            return Piece(line, start, 1, b"", f"longer than {RECORD_BYTES >> 20} MiB")
        self._ended = data.endswith(b"\n")
        if not self._ended and self.file.growing:
            self.file.seek(start)
            return None
        return Piece(line, start, 1, data)

    def parse(self, text: str) -> Any:
        try:
            return json.loads(text, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            lead = "" if self._ended else "the last line is half written: "
            raise ValueError(f"{lead}{error.msg} (character {error.pos + 1})") from None
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
