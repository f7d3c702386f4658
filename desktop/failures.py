"""What can go wrong for a person who types a command: one class for each exit status.

Every failure says what happened (`str(failure)`) and what to do (`remedy`, may be empty).
`desktop.__main__` prints both and exits with `exit_status`; nothing else decides statuses.
"""

from typing import Any

DONE, TASK_FAILED, WRONG_USE, NO_SERVICE, TIMED_OUT, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Failure(Exception):
    """A command could not do what it was asked; `remedy` is a line or more of what helps."""

    exit_status = TASK_FAILED

    def __init__(self, message: str, remedy: str = ""):
        super().__init__(message)
        self.remedy = remedy


class WrongUse(Failure):
    """The words of the command do not fit; nothing was sent, or the service refused them."""

    exit_status = WRONG_USE


class NoService(Failure):
    """Nobody answers for this data directory (any more)."""

    exit_status = NO_SERVICE


class TimedOut(Failure):
    """The time that the person gave is over; the work goes on."""

    exit_status = TIMED_OUT


class Interrupted(Failure):
    """Ctrl-C; the work goes on, and the message says so."""

    exit_status = INTERRUPTED


class Refused(Failure):
    """The service answered with a problem document (RFC 9457), kept in `problem`."""

    def __init__(self, problem: dict[str, Any]):
        super().__init__(
            problem.get("detail") or problem.get("title") or "The service refused this.",
            _remedy(problem),
        )
        self.problem = problem
        self.status = int(problem.get("status", 500))
        self.exit_status = _exit_status(self.status)


def _exit_status(status: int) -> int:
    """401 and 503: no service for us; other refusals of the request: wrong use."""
    if status in (401, 503):
        return NO_SERVICE
    return WRONG_USE if 400 <= status < 500 else TASK_FAILED


def _remedy(problem: dict[str, Any]) -> str:
    """The members of a problem that tell a person what would fit."""
    lines = []
    for error in problem.get("errors") or []:
        place = str(error.get("pointer", "")).removeprefix("/params").strip("/").replace("/", ".")
        lines.append(f"{place}: {error.get('message', '')}" if place else error.get("message", ""))
    if allowed := problem.get("allowed"):
        lines.append(f"Possible now: {', '.join(map(str, allowed))}")
    if problem.get("status") == 503:
        lines.append("It is stopping. Start it again in a moment: longhaul")
    return "\n".join(line for line in lines if line)
