"""What is read next: the records after the reader's cursor, or those that failed alone."""

import json
from collections.abc import Sequence
from typing import Any

from core.run import Run


class Reading:
    """The reader of one stage in one attempt: ahead of what is committed by what is computed."""

    def __init__(self, stage: Any, run: Run, cursor: Any, name: str | None):
        """`name`: of the stage, None where it is the only one."""
        self._stage, self._run, self._name = stage, run, name
        self._at = cursor
        #: everything is read
        self.exhausted = False

    def next(self, limit: int) -> tuple[list[Any], Sequence[Any]]:
        """(keys, records) of the next batch, of at most `limit`; empty at the end."""
        records = self._run.patiently(lambda: self._records(limit))
        if not records:
            self.exhausted = True
            return [], []
        keys = self._stage.keys(records)
        self._at = keys[-1]
        return keys, records

    def failed_keys(self) -> list[Any]:
        """The keys of this stage's failed records, for a run over these alone."""
        # All of them, not only the open ones: an item is noted before its batch is committed, so
        # after a crash between the two a record may look done that has to be visited again.
        keys = [json.loads(key) for key in self._run.items.keys()]
        if self._name is None:
            return keys
        return [key for name, key in keys if name == self._name]

    def _records(self, limit: int) -> Sequence[Any]:
        if not self._run.job.only_failed:
            return self._stage.read(self._run, self._at, limit)
        keys = self.failed_keys()
        if self._at is not None and self._at in keys:
            keys = keys[keys.index(self._at) + 1 :]
        while keys:
            if records := self._stage.read_keys(self._run, keys[:limit]):
                return records
            keys = keys[limit:]  # all of these are gone from the source
        return []
