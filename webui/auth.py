"""Who is calling: the token, one-time codes, sessions, and a limit on failed attempts.

Memory only: a restart of the service ends all sessions, and nothing secret is written here. When
each of them is asked for is the guard's business (`guard.py`), its only caller. All classes are
safe to use from many threads. Times are seconds of `clock`.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable

#: Seconds in which a one-time code must be used.
CODE_LIFETIME = 60.0
#: Seconds without a request after which a session ends.
SESSION_IDLE = 12 * 3600.0
#: Failed attempts a minute after which the answer is 429 instead of 401.
FAILURES_A_MINUTE = 30
_MOST_KEPT = 256


def same_secret(given: str, expected: str) -> bool:
    """Compare in a time that does not depend on where the two differ."""
    return hmac.compare_digest(_digest(given), _digest(expected))


class _Secrets:
    """Random secrets with a time to live; of each only its digest is kept.

    Looking up a digest leaks nothing by its timing that helps to guess the secret.
    """

    def __init__(self, lifetime: float, clock: Callable[[], float] = time.monotonic):
        self._lifetime, self._clock = lifetime, clock
        self._ends: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def mint(self) -> str:
        """A new secret of 256 random bits; when too many are kept, the oldest goes."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._ends) >= _MOST_KEPT:
                del self._ends[next(iter(self._ends))]
            self._ends[_digest(secret)] = self._clock() + self._lifetime
        return secret

    def _take(self, secret: str) -> bool:
        """Remove `secret`; True when it was valid. Under the lock only one caller gets True."""
        return self._ends.pop(_digest(secret), float("-inf")) > self._clock()


class Codes(_Secrets):
    """Single-use codes, exchanged for a session by the window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__(CODE_LIFETIME, clock)

    def redeem(self, code: str) -> bool:
        """Use up `code`; True once, within its minute."""
        with self._lock:
            return self._take(code)


class Sessions(_Secrets):
    """Sessions of windows and browsers, by the secret in their cookie."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__(SESSION_IDLE, clock)

    def is_open(self, secret: str) -> bool:
        """Whether the session lives; if so, its twelve hours begin again."""
        with self._lock:
            if not self._take(secret):
                return False
            self._ends[_digest(secret)] = self._clock() + self._lifetime
            return True


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


def _digest(secret: str) -> bytes:
    # surrogatepass: a caller may send any characters, and none of them may raise here.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
