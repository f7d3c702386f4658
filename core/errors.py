"""Every error that Longhaul raises on purpose, in one tree, and the signals a task may raise.

Each class has a stable `code` (it becomes the problem's `type` over HTTP) and a `title` that fits
any occurrence; the message of the instance says what happened this time and what can be done.
HTTP statuses are not here: `webui` maps the classes to statuses in one table.
"""


class LonghaulError(Exception):
    """Something Longhaul refuses or cannot do, said in words meant for the person."""

    code = "error"
    title = "Longhaul could not do this"

    def __init__(self, detail: str = "", **extra):
        super().__init__(detail or self.title)
        #: members added to the problem document: `allowed`, `errors`, `task`, ...
        self.extra = extra

    @property
    def detail(self) -> str:
        return str(self)


class NotFound(LonghaulError):
    """The thing named does not exist (any more)."""

    code, title = "not-found", "Not found"


class Invalid(LonghaulError):
    """Parameters that do not fit; `errors` is a list of {pointer, message}."""

    code, title = "invalid-parameters", "These parameters do not fit"

    def __init__(self, detail: str = "", errors: list[dict] | None = None, **extra):
        super().__init__(detail, errors=errors or [], **extra)

    @property
    def errors(self) -> list[dict]:
        return self.extra["errors"]


class Malformed(LonghaulError):
    """Not parseable as what it claims to be."""

    code, title = "malformed", "This could not be read"


class NotPossible(LonghaulError):
    """Not possible in this state; `allowed` lists the verbs that are."""

    code, title = "not-possible", "Not possible in this state"

    def __init__(self, detail: str = "", allowed: list[str] | None = None, **extra):
        super().__init__(detail, allowed=allowed or [], **extra)


class Drifted(NotPossible):
    """The number of tasks a person saw is not the number there are now; nothing was changed."""

    code, title = "drifted", "The tasks have changed since you looked"


class PlanDrifted(NotPossible):
    """The data are not as the preview saw them; `drift` says in which ways. Nothing was started."""

    code, title = "plan-drifted", "The data have changed since the preview"


class Stale(LonghaulError):
    """`If-Match` names an older version than the stored one."""

    code, title = "stale", "Changed by somebody else meanwhile"


class KeyReused(LonghaulError):
    """An idempotency key came back with another body."""

    code, title = "key-reused", "This Idempotency-Key was used for another request"


class Forbidden(LonghaulError):
    """A path outside the configured roots, or something this caller may not do."""

    code, title = "forbidden", "Not allowed"


class FolderUnavailable(LonghaulError):
    """A photo project's folder is away, unreadable, or another one stands in its place."""

    code, title = "folder-unavailable", "The folder of this project is not available"


class Unavailable(LonghaulError):
    """Cannot be done now, but later: the service is stopping."""

    code, title = "unavailable", "Not available at the moment"


class AlreadyRunning(LonghaulError):
    """Another service holds this data directory."""

    code, title = "already-running", "Longhaul already runs for this data directory"


class UnsafeDataDir(LonghaulError):
    """The data directory is readable by others, a symbolic link, or not ours."""

    code, title = "unsafe-data-dir", "The data directory is not safe to use"


class BrokenTaskType(LonghaulError):
    """A plug-in that was refused; `file`, `line` and `reason` say where and why."""

    code, title = "broken-task-type", "This task type cannot be used"


class ClaimLost(LonghaulError):
    """The attempt's fence is no longer the job's: somebody else holds it. Nothing was written."""

    code, title = "claim-lost", "Another worker has taken this job over"


# --- databases, ours and a task's target -------------------------------------------------------


class DatabaseError(LonghaulError):
    """A database answered with an error that another try will not change."""

    code, title = "database-error", "The database refused this"


class DatabaseBusy(DatabaseError):
    """Another program holds the write lock, or the server cannot be reached: worth another try."""

    code, title = "database-busy", "The database is locked by another program"


class DiskFull(DatabaseError):
    """No space is left for the write; nothing of it was kept."""

    code, title = "disk-full", "The disk is full"


class DatabaseDamaged(DatabaseError):
    """`integrity_check` confirmed damage (a single read error is retried before this is said)."""

    code, title = "database-damaged", "The database file is damaged"


# --- signals: what the code of a task may raise ------------------------------------------------


class TaskSignal(Exception):
    """Raised by task code to end an attempt on purpose; not an error of Longhaul's."""


class Discard(TaskSignal):
    """The work is not needed any more: the job completes as skipped, with the message."""


class Snooze(TaskSignal):
    """Not now: the job goes back to the queue for `seconds`, without counting the attempt."""

    def __init__(self, seconds: float, why: str = ""):
        super().__init__(why or f"asked to be run again in {seconds:g} s")
        self.seconds = seconds


class Retry(TaskSignal):
    """The attempt failed but another may succeed: counted, after the back-off or `seconds`."""

    def __init__(self, why: str, seconds: float | None = None):
        super().__init__(why)
        self.seconds = seconds


class Halt(TaskSignal):
    """Pauses the task with the message as its reason, until a person resumes it at its cursor."""

    for_look = False


class Look(Halt):
    """The canary's: does not pause where a person has let the task go on from there meanwhile."""

    for_look = True


class Fail(TaskSignal):
    """The job failed and trying again will not help; `hint` says what the person can do."""

    def __init__(self, why: str, hint: str = "", code: str = "failed"):
        super().__init__(why)
        self.hint, self.code = hint, code


class Stop(BaseException):
    """Ends an attempt at a checkpoint: a pause, a cancel, or the slot is wanted back.

    Not an Exception, so that a task's own `except Exception` does not swallow it.
    """

    def __init__(self, release: bool = False):
        super().__init__("released" if release else "stopped by a person")
        self.release = release
