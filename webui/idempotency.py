"""Idempotency keys in front of handlers: the same request sent again gets its first answer.

The answers are kept by `core.desk.answers`; creating a task keeps its own, in the transaction that
creates it (`webui.api.tasks`). Here the others are kept after they were given, and equal requests
at the same time wait for the first. Only answers of success are kept: what was refused changed
nothing and may be asked again. Called by `dispatch.py`.
"""

import threading
from collections.abc import Callable

from core.desk.answers import Answers
from webui.replies import Reply

#: Requests under different keys seldom meet in the same lock.
_LOCKS = 64


class Idempotency:
    """Runs handlers once for each key."""

    def __init__(self, answers: Answers):
        self._answers = answers
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def once(self, key: tuple[str, str], act: Callable[[], Reply]) -> Reply:
        """The answer kept under `key` (key, fingerprint), else that of `act`.

        Raises KeyReused when the key was used for another request, Invalid for no sound key.
        """
        with self._locks[hash(key[0]) % _LOCKS]:
            kept = self._answers.replay(*key)
            if kept is not None:
                return Reply.of(kept)
            reply = act()
            self._answers.keep(*key, reply.kept())
        return reply
