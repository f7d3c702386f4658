"""Who may come in: the token's comparison, one-time codes, what became of a code, and a limit on
failed attempts.

Memory only: codes are worth nothing after a restart. What a code is exchanged for is in
`sessions.py`; when each of them is asked for is the guard's business (`guard.py`), its only caller.
All classes are safe to use from many threads. Times are seconds of `clock`.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

#: Seconds in which a code for a window must be used.
CODE_LIFETIME = 60.0
#: Seconds in which a code for a second screen must be used: somebody walks there and types it.
SCREEN_CODE_LIFETIME = 600.0
#: Without 0, 1, I, L, O and U: what is read off one screen is typed at another.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 12 of 30 letters are 58 bits: at 30 guesses a minute for ten minutes nobody finds one.
_SCREEN_CODE = 12
#: Failed attempts a minute after which the answer is 429 instead of 401.
FAILURES_A_MINUTE = 30
_MOST_KEPT = 256


class Scope(StrEnum):
    """What a code, and the session it is exchanged for, may do."""

    #: Everything: a window, a browser of the person.
    FULL = "full"
    #: Look, and nothing else: a second screen.
    READ = "read"


def same_secret(given: str, expected: str) -> bool:
    """Compare in a time that does not depend on where the two differ."""
    return hmac.compare_digest(digest_of(given), digest_of(expected))


class Codes:
    """Single-use codes, each exchanged for a session of its scope; of each its digest is kept.

    Looking up a digest leaks nothing by its timing that helps to guess the code.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._kept: dict[bytes, tuple[Scope, float]] = {}
        self._lock = threading.Lock()

    def mint(self, scope: Scope = Scope.FULL) -> str:
        """A new code; when too many are kept, the oldest goes."""
        if scope is Scope.READ:
            letters = "".join(secrets.choice(_LETTERS) for _ in range(_SCREEN_CODE))
            code, lifetime = "-".join((letters[:4], letters[4:8], letters[8:])), lifetime_of(scope)
        else:
            code, lifetime = secrets.token_urlsafe(32), lifetime_of(scope)
        with self._lock:
            while len(self._kept) >= _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[digest_of(plain_code(code))] = (scope, self._clock() + lifetime)
        return code

    def redeem(self, code: str) -> Scope | None:
        """Use up `code`; its scope once, within its time. Only one of many callers gets it."""
        with self._lock:
            kept = self._kept.pop(digest_of(plain_code(code)), None)
        return kept[0] if kept and kept[1] > self._clock() else None


def lifetime_of(scope: Scope) -> float:
    """Seconds in which a code of this scope must be used."""
    return SCREEN_CODE_LIFETIME if scope is Scope.READ else CODE_LIFETIME


def plain_code(code: str) -> str:
    """A code as it was made: one that was typed may have come in small letters, or without dashes.

    A code of a window is longer, and left as it is.
    """
    if len(code) > 2 * _SCREEN_CODE:
        return code
    return code.upper().replace("-", "").replace(" ", "")


class Arrivals:
    """What became of one-time codes: how the opener of a window learns that its page works.

    A code is named by its mark, which gives nothing away and names its session, too. The newest
    ones are kept; `is_open` says whether the session of a mark lives, also one from before the
    service was restarted.
    """

    def __init__(self, is_open: Callable[[str], bool]):
        self._is_open = is_open
        self._entered: dict[str, bool] = {}
        self._awaited: set[str] = set()  # sessions that have asked for nothing so far
        self._lock = threading.Lock()

    def expect(self, mark: str) -> None:
        """A code was made; nobody has used it yet."""
        with self._lock:
            while len(self._entered) >= _MOST_KEPT:
                oldest = next(iter(self._entered))
                del self._entered[oldest]
                self._awaited.discard(oldest)
            self._entered[mark] = False

    def enter(self, mark: str) -> None:
        """The code was exchanged for a session."""
        with self._lock:
            if mark in self._entered:
                self._entered[mark] = True
                self._awaited.add(mark)

    def ask(self, mark: str) -> None:
        """The session asked the API for something: its page runs."""
        if self._awaited:  # without the lock: it is empty for nearly all requests
            with self._lock:
                self._awaited.discard(mark)

    def state(self, mark: str) -> str | None:
        """waiting (for its use), entered, arrived, ended; None for a code that is not known."""
        with self._lock:
            entered = self._entered.get(mark)
            if entered is False:
                return "waiting"
            if self._is_open(mark):
                return "entered" if mark in self._awaited else "arrived"
            return "ended" if entered else None


class Failures:
    """Counts failed attempts of the last minute. Valid credentials are never asked about it."""

    def __init__(self, limit: int = FAILURES_A_MINUTE, clock: Callable[[], float] = time.monotonic):
        self._limit, self._clock = limit, clock
        self._at: deque[float] = deque(maxlen=limit + 1)
        self._lock = threading.Lock()

    def add(self) -> bool:
        """Note one more; True when there are more than the limit allows."""
        with self._lock:
            now = self._clock()
            while self._at and self._at[0] <= now - 60.0:
                self._at.popleft()
            self._at.append(now)
            return len(self._at) > self._limit


def mark_of(code: str) -> str:
    """The public name of a code, and of the session it is exchanged for."""
    return digest_of(plain_code(code)).hex()[:16]


def digest_of(secret: str) -> bytes:
    """What is kept of a secret, and compared."""
    # surrogatepass: a caller may send any characters, and none of them may raise here.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
