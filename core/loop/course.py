"""The course of a backfill: what it leaves to be seen of how it went.

One JSON document for each job, stored with its checkpoints about once a second and told as
telemetry: the batch size and why, its changes, the ledger of ranges, slow records, what held it
back and for how long, what each stage took. An attempt goes on with what the one before left.
"""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from core.compute import Outcomes
from core.documents import compact
from core.errors import ClaimLost, DatabaseError
from core.model import Kind
from core.pacing import BatchSize, noted
from core.ranges import Range, added, caught_up, merged
from core.run import Run

STORE_S = 1.0  #: stored and told at most so often
SLOW_S = 1.0  #: a record is slow from so many seconds on,
SLOW_TIMES = 10  #: if that is so many times what a record takes
MOST_SLOW = 10  #: slow records that are kept, the slowest
LONG_KEY = 200  #: characters of a key that is shown


class Course:
    """What one attempt notes."""

    def __init__(self, run: Run):
        self._run = run
        row = run.ledger.store.one("pace_of_job", job_id=run.job.id)
        stored = json.loads(row["document"]) if row is not None else {}
        self.batch: dict[str, Any] = stored.get("batch", {})
        self._changes: list[dict[str, Any]] = stored.get("changes", [])
        self._slow: list[dict[str, Any]] = stored.get("slow", [])
        self._held_s: dict[str, float] = dict(stored.get("held_s", {}))
        self._before: dict[str, Any] = stored.get("stages", {})
        self._ranges = [Range.of(d) for d in stored.get("ranges", [])]
        self._news: Range | None = None
        self._throttle = ""
        self._mark = self._stored = time.monotonic()
        run.beside = self._beside

    def begin(self, cursor: Any) -> None:
        """Before the first batch: follow what was really done, which may be more or other."""
        self._ranges = caught_up(self._ranges, self._run.progress.seen, cursor)
        self._mark = time.monotonic()

    # --- noting ---------------------------------------------------------------------------------

    def sized(self, size: BatchSize) -> None:
        """The size of the next batch, with its reason."""
        self.batch = {
            "size": size.size,
            "most": size.most,
            "pinned": size.pinned,
            "target_ms": round(size.target_s * 1000),
            "record_s": size.record_s,
            "reason": size.reason,
        }
        self._changes = noted(self._changes, size, self._run.ledger.clock.wall())

    def add(self, keys: Sequence[Any], outcomes: Outcomes) -> None:
        """A computed batch, before it is committed."""
        now = time.monotonic()
        new = Range(
            _short(keys[0]), _short(keys[-1]), len(keys), (now - self._mark) * 1000,
            len(outcomes.failures),
        )  # fmt: skip
        self._mark = now
        self._ranges = added(self._ranges, new)
        self._news = merged(self._news, new) if self._news else new
        usual = self.batch.get("record_s") or 0.0
        if max(outcomes.seconds, default=0.0) >= SLOW_S:
            for key, seconds in zip(keys, outcomes.seconds, strict=True):
                if seconds >= max(SLOW_S, SLOW_TIMES * usual):
                    self._note_slow(key, seconds)

    def _note_slow(self, key: Any, seconds: float) -> None:
        slowest = sorted(
            [*self._slow, {"key": _short(key), "seconds": round(seconds, 1)}],
            key=lambda slow: -slow["seconds"],
        )[:MOST_SLOW]
        if slowest != self._slow:  # it is one of the slowest: of thousands only those are told
            self._slow = slowest
            self._run.log(f"record {compact(key)[:LONG_KEY]}: {seconds:.2g} s", "warning")

    def held(self, name: str) -> None:
        """A throttle holds from now on; "": none."""
        self._throttle = name

    def passed(self, name: str, seconds: float) -> None:
        """A throttle held so long; that is no time of the next batch."""
        self._held_s[name] = self._held_s.get(name, 0.0) + seconds
        self._mark += seconds

    def waited(self) -> None:
        """It has waited to be slow, until now."""
        self._mark = time.monotonic()

    # --- keeping --------------------------------------------------------------------------------

    def _beside(self) -> None:
        """With a checkpoint, in its transaction: store and tell, when it is time."""
        if time.monotonic() - self._stored >= STORE_S and self.batch:
            self._store()

    def _store(self) -> None:
        self._stored = time.monotonic()
        run, document = self._run, self.document()
        run.ledger.store.changed("put_pace", job_id=run.job.id, document=compact(document))
        news = [self._news.document()] if self._news else []
        self._news = None
        told = {name: document[name] for name in ("batch", "changes", "slow", "stages")}
        about = {"task_id": run.job.task_id, "job_id": run.job.id, "attempt": run.job.attempts}
        facts = {"facts": {"pace": {**told, "ranges": news}}}
        run.ledger.events.append(Kind.TELEMETRY, run.job.task_id, about | facts)

    def document(self) -> dict[str, Any]:
        """Everything, as it is stored."""
        return {
            "batch": self.batch,
            "changes": self._changes,
            "slow": self._slow,
            "held_s": {name: round(seconds, 1) for name, seconds in self._held_s.items()},
            "stages": self._stages(),
            "ranges": [r.document() for r in self._ranges],
        }

    def _stages(self) -> dict[str, dict[str, float]]:
        """What each stage took, with the attempts before."""
        stages = {name: dict(took) for name, took in self._before.items()}
        for name, took in self._run.took().items():
            known = stages.setdefault(name, {"seconds": 0.0, "records": 0})
            known["seconds"] = round(known["seconds"] + took["seconds"], 2)
            known["records"] += took["records"]
        return stages

    def close(self) -> None:
        """The attempt ends, however: keep the rest, if the job is still ours."""
        self._run.beside = None
        if not self.batch:
            return  # it ended before it read anything
        with suppress(ClaimLost, DatabaseError), self._run.ledger.transaction():
            self._run.confirm()
            self._store()


def _short(key: Any) -> Any:
    """A key as it is shown: long ones are cut, as texts."""
    text = compact(key)
    return key if len(text) <= LONG_KEY else text[:LONG_KEY] + "…"
