"""Codes, and the second screens they let in."""

from typing import Literal

from webui.documents.base import Document, Moment

#: From where the service can be reached at its address.
Reach = Literal["this machine", "network"]


class CodeDocument(Document):
    """A code for `GET /enter?code=…`, usable once; `address` is that of this service, with it."""

    code: str
    #: Names the code in `GET /codes/{mark}`; gives nothing away.
    mark: str
    expires_in_s: float
    scope: Literal["full", "read"]
    address: str
    reach: Reach


class ArrivalDocument(Document):
    """What became of a code: it waits for its use; it was exchanged for a session; the page of that
    session runs, for it has asked for something; the session has ended."""

    mark: str
    state: Literal["waiting", "entered", "arrived", "ended"]


class ScreenDocument(Document):
    """A second screen: when it entered, when it asked last, and when it ends unless it asks."""

    mark: str
    made_at: Moment
    used_at: Moment
    ends_at: Moment


class ScreenList(Document):
    items: list[ScreenDocument]
    reach: Reach


class SessionDocument(Document):
    """Who asks: a second screen may only look."""

    read_only: bool
