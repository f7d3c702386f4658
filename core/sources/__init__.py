"""Where the records of a backfill come from: each class is a cursor that can be resumed.

A source is a description that an author writes (`source = CsvFile("~/names.csv")`); `open` makes
the reader of one attempt of it. Not here: what becomes of a record (`core.backfill`), what the
database is (`core.target`), which paths may be named (`core.paths`). Called by `core.backfill`.
"""

from core.sources.csv_file import CsvFile
from core.sources.drawn import BadRecord, Drawn, Reader, Source, opened
from core.sources.enumerator import Enumerator
from core.sources.folder_tree import FolderTree
from core.sources.json_lines import JsonLines
from core.sources.table import Query, Table

__all__ = [
    "BadRecord",
    "CsvFile",
    "Drawn",
    "Enumerator",
    "FolderTree",
    "JsonLines",
    "Query",
    "Reader",
    "Source",
    "Table",
    "opened",
]
