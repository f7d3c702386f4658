"""What is read next: the records after the reader's cursor, or those that failed alone."""

import json
from collections.abc import Sequence
from typing import Any

from core.run import Run


class Reading:
    """The reader of one attempt: ahead of the committed cursor by what is being computed."""

    def __init__(self, task: Any, run: Run, cursor: Any):
        self._task, self._run = task, run
        self._at = cursor
        #: everything is read
        self.exhausted = False

    def next(self, limit: int) -> tuple[list[Any], Sequence[Any]]:
        """(keys, records) of the next batch, of at most `limit`; empty at the end."""
        records = self._run.patiently(lambda: self._records(limit))
        if not records:
            self.exhausted = True
            return [], []
        keys = self._task.keys(records)
        self._at = keys[-1]
        return keys, records

    def _records(self, limit: int) -> Sequence[Any]:
        if not self._run.job.only_failed:
            return self._task.read(self._run, self._at, limit)
        # All of them, not only the open ones: an item is noted before its batch is committed, so
        # after a crash between the two a record may look done that has to be visited again.
        keys = [json.loads(k) for k in self._run.items.keys()]
        if self._at is not None and self._at in keys:
            keys = keys[keys.index(self._at) + 1 :]
        while keys:
            if records := self._task.read_keys(self._run, keys[:limit]):
                return records
            keys = keys[limit:]  # all of these are gone from the source
        return []
