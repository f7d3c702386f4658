"""Idempotency keys: the same request sent again gets its first answer, and happens once.

For creating a task the answer is kept in the transaction that creates it, so neither a crash
between the two nor a second request at the same time makes a second task. Other requests keep
their answer afterwards; they are safe to repeat by their nature.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from core import seams
from core.documents import compact
from core.errors import Invalid, KeyReused
from core.queue import Ledger

KEPT_S = 86_400.0  #: how long an answer is kept


@dataclass(frozen=True)
class Answer:
    """An answer as it was sent: `headers` are those that the handler set."""

    status: int
    headers: dict[str, str]
    body: str
    is_replay: bool = False


class Answers:
    """The answers kept under the keys that clients chose."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._store = ledger.store

    @staticmethod
    def fingerprint(method: str, path: str, body: bytes) -> str:
        """What makes two requests the same."""
        return f"{method} {path} {hashlib.sha256(body).hexdigest()}"

    def replay(self, key: str, fingerprint: str) -> Answer | None:
        """The kept answer, or None. Raises KeyReused for another request under this key."""
        if not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
            raise Invalid("An Idempotency-Key has 1 to 255 visible ASCII characters")
        row = self._store.one("idempotent_answer", key=key)
        if row is None or row["at"] < self._ledger.clock.wall() - KEPT_S:
            return None
        if row["request"] != fingerprint:
            raise KeyReused("Choose a new Idempotency-Key for a new request")
        return Answer(row["status"], json.loads(row["headers"]), row["body"], is_replay=True)

    def once(self, key: str, fingerprint: str, act: Callable[[], Answer]) -> Answer:
        """The kept answer, else that of `act`: run and kept in one durable transaction.

        `act` works inside the transaction and must not open one; what it raises rolls all back and
        keeps nothing. Of several requests at the same time one acts, the others get its answer.
        """
        with self._ledger.transaction(durable=True):
            kept = self.replay(key, fingerprint)
            if kept is not None:
                return kept
            answer = act()
            self._keep(key, fingerprint, answer)
        seams.reach("enqueue-committed")
        return answer

    def keep(self, key: str, fingerprint: str, answer: Answer) -> Answer:
        """Keep the answer of something already done; the first one kept stays."""
        return self.once(key, fingerprint, lambda: answer)

    def forget(self, older_than_s: float = KEPT_S) -> int:
        """Remove old answers; how many."""
        with self._ledger.transaction(quiet=True) as store:
            return store.changed("forget_answers", before=self._ledger.clock.wall() - older_than_s)

    def _keep(self, key: str, fingerprint: str, answer: Answer) -> None:
        now = self._ledger.clock.wall()
        self._store.changed("forget_answer", key=key)  # one too old to be replayed
        self._store.changed(
            "keep_answer",
            key=key,
            request=fingerprint,
            status=answer.status,
            headers=compact(answer.headers),
            body=answer.body,
            at=now,
        )
