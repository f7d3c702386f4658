"""The items of a job as its code sees them: what is still to do, and what became of each.

Made by `core.run.Run`, as `run.items`. An item's state and its event are one transaction, refused
when the attempt lost its claim.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core.documents import compact, storable
from core.model import Kind
from core.queue import Claim, Ledger
from core.sealed import hiding


class Items:
    """The items of one attempt's job."""

    def __init__(self, ledger: Ledger, claim: Claim, require_claim: Callable[[], Any]):
        self._ledger, self._store = ledger, ledger.store
        self._job, self._task = claim.job, claim.task
        self._require_claim = require_claim
        self._hidden = hiding(claim.task.params)

    def open(self, limit: int = 500) -> list[str]:
        """Keys of the items still to do, in order; one left running by a crash is among them."""
        rows = self._store.rows("open_items", job_id=self._job.id, limit=limit)
        return [row["key"] for row in rows]

    def keys(self) -> list[str]:
        """Keys of all items of this job, done or not, in order: what a cursor counts on."""
        return [row["key"] for row in self._store.rows("item_keys", job_id=self._job.id)]

    def failed(self) -> list[str]:
        """Keys of those of this job that failed, in order."""
        return [row["key"] for row in self._store.rows("failed_item_keys", job_id=self._job.id)]

    def all(self) -> Iterator[dict[str, Any]]:
        """Every item of the task's current run, of all its jobs, in order."""
        last = 0
        while rows := self._store.rows(
            "items_of_run", task_id=self._task.id, run=self._task.run, after=last, limit=1000
        ):
            for row in rows:
                yield dict(row)
            last = rows[-1]["id"]

    def put(
        self,
        key: str,
        status: str,
        message: str = "",
        trace: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """Write one item's state, with its event; inside `effects`, or in its own transaction.

        `data`: facts about the item, JSON-able; None leaves those it has.
        """
        if not self._store.in_transaction:
            with self._ledger.transaction():
                self._require_claim()
                return self.put(key, status, message, trace, data)
        self._put((key, status, message, trace), data)

    def _put(
        self, item: tuple[str, str, str, str], data: dict[str, Any] | None = None, tries: int = 1
    ) -> None:
        key, status, message, trace = item
        row = self._store.row(
            "put_item",
            job_id=self._job.id,
            task_id=self._job.task_id,
            key=storable(key),
            status=status,
            message=storable(self._hidden(message)[:2000]),
            trace=storable(self._hidden(trace)[:20_000]),
            data=compact(data) if data is not None else None,
            now=self._ledger.clock.wall(),
        )
        if tries != 1:
            row = self._store.row(
                "add_item_tries", job_id=self._job.id, key=row["key"], more=tries - 1
            )
        self._ledger.events.append(Kind.ITEM_UPDATE, self._job.task_id, self._document(row))

    def _document(self, row: Any) -> dict[str, Any]:
        document = {k: row[k] for k in ("id", "job_id", "task_id", "key", "status", "attempts")}
        document |= {"message": row["message"], "source": self._task.source}
        document["task_type"] = self._task.type
        if row["data"] is not None:
            document["data"] = json.loads(row["data"])
        return document

    def put_all(self, items: Iterable[tuple[str, str, str, str]]) -> None:
        """Several different (key, status, message, trace) with their events, by one statement of
        each; inside `effects`."""
        hidden = self._hidden
        rows = self._store.rows(
            "put_items",
            job_id=self._job.id,
            task_id=self._job.task_id,
            items=compact(
                [
                    (
                        storable(key),
                        status,
                        storable(hidden(message)[:2000]),
                        storable(hidden(trace)[:20_000]),
                    )
                    for key, status, message, trace in items
                ]
            ),
            now=self._ledger.clock.wall(),
        )
        documents = [self._document(row) for row in rows]
        self._ledger.events.append_all(Kind.ITEM_UPDATE, self._job.task_id, documents)

    def put_many(
        self, items: list[tuple[str, str, str, str]], tries: list[int] | None = None
    ) -> None:
        """Several (key, status, message, trace) in one transaction.

        `tries`: how often each was tried since it was written last; its attempts grow by them.
        """
        with self._ledger.transaction():
            self._require_claim()
            for item, tried in zip(items, tries or [1] * len(items), strict=True):
                self._put(item, tries=tried)
