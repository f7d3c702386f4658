"""Every error that an answer can tell: which HTTP status it has, and its problem document.

The one table from error classes to statuses lives here, with the form of an error that nobody
foresaw. Which routes raise what stands at the routes; refusals before the app is reached are in
`refusal.py`. Called by `dispatch.py` (answers) and `openapi.py` (the description).
"""

import logging
import secrets
from typing import Any

from core import errors
from core.errors import LonghaulError, Malformed
from webui.replies import PROBLEM_JSON, Reply

log = logging.getLogger("longhaul.http")

#: Seconds after which it is worth asking again.
RETRY_AFTER = {errors.Unavailable: 2, errors.DatabaseBusy: 1}


class NoCondition(Malformed):
    """An `If-Match` that says nothing that could be checked; without the header none is."""

    code, title = "unreadable-condition", "This condition cannot be checked"


class NotMultipart(Malformed):
    """A body of another media type than an upload has."""

    code, title = "not-multipart", "Files are sent as multipart/form-data"


#: A class that is not named has the status of the nearest class above it.
STATUSES: dict[type[LonghaulError], int] = {
    errors.LonghaulError: 500,
    errors.NotFound: 404,
    errors.Invalid: 422,
    errors.Malformed: 400,
    errors.NotPossible: 409,
    errors.Drifted: 409,
    errors.PlanDrifted: 409,
    errors.Stale: 412,
    errors.KeyReused: 422,
    errors.Forbidden: 403,
    errors.FolderUnavailable: 409,
    errors.Unavailable: 503,
    errors.AlreadyRunning: 503,
    errors.UnsafeDataDir: 500,
    errors.BrokenTaskType: 422,  # what was named cannot be used; nothing of ours is at fault
    errors.ClaimLost: 409,
    errors.DatabaseError: 500,
    errors.DatabaseBusy: 503,
    errors.DiskFull: 507,
    errors.DatabaseDamaged: 500,
    NoCondition: 428,
    NotMultipart: 415,
}


def status_of(cls: type[BaseException]) -> int:
    """The HTTP status of an error of this class; 500 for what is none of ours."""
    return next((STATUSES[c] for c in cls.__mro__ if c in STATUSES), 500)


def told(error: Exception) -> Reply:
    """The answer that tells `error`.

    A problem of the service's own (500) goes into the log with an id, which the answer names; the
    message is told only when it was written for a person, the trace never.
    """
    status = status_of(type(error))
    if isinstance(error, LonghaulError):
        extra = {name: value for name, value in error.extra.items() if value or name == "task"}
        document = problem(status, error.code, error.title, error.detail) | extra
    else:
        document = problem(status, "internal", "Something went wrong in the service", "")
    if status == 500:
        document["id"] = identity = secrets.token_hex(6)
        hint = f"The log of the service has the details under {identity}."
        document["detail"] = f"{document['detail']} {hint}".strip()
        log.error("error %s", identity, exc_info=error)
    wait = next((RETRY_AFTER[c] for c in type(error).__mro__ if c in RETRY_AFTER), None)
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    return Reply(document, status, headers, PROBLEM_JSON)


def problem(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    """The members that every problem document has (RFC 9457)."""
    return {"type": f"urn:longhaul:{code}", "title": title, "status": status, "detail": detail}
