"""Sessions: who entered with a code may go on asking, by the secret in a cookie.

A session of a window does everything and ends after twelve idle hours; one of a second screen only
looks, and ends after thirty idle days. They are kept as digests (`session_file.py`), so a page that
is open survives a restart of the service. Called by the guard, which asks; `app.py` makes the one
object. Safe to use from many threads.
"""

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.clock import Clock, SystemClock
from webui import peer
from webui.auth import Scope, digest_of
from webui.session_file import Kept, SessionFile

#: Seconds without a request after which a session ends.
IDLE = {Scope.FULL: 12 * 3600.0, Scope.READ: 30 * 86400.0}
#: So many live at a time; the one used longest ago makes room for a new one of its scope.
MOST = {Scope.FULL: 256, Scope.READ: 16}
#: A session that is only used is written again after this share of its idle time.
_WRITE_SHARE = 1 / 24


@dataclass
class Session(Kept):
    """A session that lives. `until` is in seconds of the monotonic clock."""

    until: float = 0.0
    #: When it was last written, by the monotonic clock.
    written_at: float = 0.0
    #: It is from before the last start, and nobody has taken it up since.
    is_restored: bool = False


class Sessions:
    """The sessions of one service on `port`, kept in `file` when there is one.

    A session ends by whichever clock says so first: the wall clock counts while the machine sleeps
    and over restarts, the monotonic one holds when somebody sets the clock back.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        file: SessionFile | None = None,
        port: int = 0,
        may_be_ours: Callable[[str, int], bool] = peer.may_be_ours,
    ):
        self._clock, self._file, self._port = clock or SystemClock(), file, port
        self._may_be_ours = may_be_ours
        #: The one used longest ago first.
        self._open: dict[bytes, Session] = {}
        self._lock, self._writing = threading.Lock(), threading.Lock()
        if file is not None:
            self._restore(*file.read())

    def mint(self, scope: Scope, mark: str) -> str:
        """The secret of a new session, of 256 random bits; `mark` names the session."""
        secret = secrets.token_urlsafe(32)
        wall, mono = self._clock.wall(), self._clock.mono()
        ends, until = wall + IDLE[scope], mono + IDLE[scope]
        digest = digest_of(secret)
        made = Session(digest, mark, scope, wall, wall, ends, until, mono)
        with self._lock:
            self._open[digest] = made
            mine = [each for each in self._open.values() if each.scope is scope]
            for old in mine[: -MOST[scope]]:
                del self._open[old.digest]
        self.keep()
        return secret

    def use(self, secret: str, scope: Scope, address: str = "", port: int = 0) -> Session | None:
        """The live session of `secret`, if it is of `scope`; its idle time begins again.

        `address` and `port` are the caller's: a session from before a restart is not given to a
        process of another user, and ends when one tries.
        """
        with self._lock:
            session = self._open.get(digest_of(secret))
            if session is None or session.scope is not scope or not self._lives(session):
                return None
            if session.is_restored and not self._may_be_ours(address, port):
                del self._open[session.digest]
                found, is_due = None, True
            else:
                mono = self._clock.mono()
                found, is_due = session, session.written_at <= mono - IDLE[scope] * _WRITE_SHARE
                self._prolong(session)
                if is_due:
                    session.written_at = mono
        if is_due:
            self.keep()
        return found

    def knows(self, mark: str) -> bool:
        """Whether the session of this mark lives; does not prolong it."""
        return any(each.mark == mark for each in self.alive())

    def alive(self, scope: Scope | None = None) -> list[Session]:
        """The sessions that live (of one scope), the one used longest ago first."""
        with self._lock:
            found = [each for each in self._open.values() if self._lives(each)]
        return [each for each in found if scope in (None, each.scope)]

    def end(self, mark: str, scope: Scope) -> bool:
        """End a session of `scope` for good; False when there is none of this mark."""
        with self._lock:
            found = [e for e in self._open.values() if e.mark == mark and e.scope is scope]
            for session in found:
                del self._open[session.digest]
        if found:
            self.keep()
        return bool(found)

    def keep(self) -> None:
        """Write down which sessions live, and until when."""
        if self._file is None:
            return
        with self._writing:  # the later state is written later
            self._file.write(self._port, list(self.alive()))

    def _prolong(self, session: Session) -> None:
        now, mono = self._clock.wall(), self._clock.mono()
        idle = IDLE[session.scope]
        session.used_at, session.ends_at, session.until = now, now + idle, mono + idle
        session.is_restored = False
        self._open[session.digest] = self._open.pop(session.digest)  # the latest used is last

    def _lives(self, session: Session) -> bool:
        return session.ends_at > self._clock.wall() and session.until > self._clock.mono()

    def _restore(self, port: int, kept: Iterable[Kept]) -> None:
        """Take up what was written, if it was for this port: cookies are named after it."""
        if port != self._port:
            return
        wall, mono = self._clock.wall(), self._clock.mono()
        for each in kept:
            left = min(each.ends_at - wall, IDLE[each.scope])  # no clock makes it longer
            if left > 0:
                times = (each.made_at, each.used_at, wall + left, mono + left, mono)
                restored = Session(each.digest, each.mark, each.scope, *times, is_restored=True)
                self._open[each.digest] = restored
        for scope, most in MOST.items():
            mine = [each for each in self._open.values() if each.scope is scope]
            for old in mine[:-most]:
                del self._open[old.digest]
