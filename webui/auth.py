"""Who is calling: the token, one-time codes, sessions, what became of a code, and a limit on
failed attempts.

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

    def knows(self, digest: bytes) -> bool:
        """Whether the session with this digest lives; does not prolong it."""
        with self._lock:
            return self._ends.get(digest, float("-inf")) > self._clock()


class Arrivals:
    """What became of one-time codes: how the opener of a window learns that its page works.

    A code is named by its mark, which gives nothing away. The newest ones are kept.
    """

    def __init__(self, sessions: Sessions):
        self._sessions = sessions
        self._of: dict[str, bytes | None] = {}  # mark → session
        self._awaited: set[bytes] = set()  # sessions that have asked for nothing so far
        self._lock = threading.Lock()

    def expect(self, code: str) -> None:
        """A code was made; nobody has used it yet."""
        with self._lock:
            while len(self._of) >= _MOST_KEPT:
                self._awaited.discard(self._of.pop(next(iter(self._of))) or b"")
            self._of[mark_of(code)] = None

    def enter(self, code: str, session: str) -> None:
        """The code was exchanged for a session."""
        with self._lock:
            if mark_of(code) in self._of:
                self._of[mark_of(code)] = _digest(session)
                self._awaited.add(_digest(session))

    def ask(self, session: str) -> None:
        """The session asked the API for something: its page runs."""
        if self._awaited:  # without the lock: it is empty for nearly all requests
            with self._lock:
                self._awaited.discard(_digest(session))

    def state(self, mark: str) -> str | None:
        """waiting (for its use), entered, arrived, ended; None for a code that is not known."""
        with self._lock:
            if mark not in self._of:
                return None
            session = self._of[mark]
            if session is None:
                return "waiting"
            if not self._sessions.knows(session):
                return "ended"
            return "entered" if session in self._awaited else "arrived"


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
    """The public name of a code."""
    return _digest(code).hex()[:16]


def _digest(secret: str) -> bytes:
    # surrogatepass: a caller may send any characters, and none of them may raise here.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
