"""What a handler answers with, before it becomes HTTP. Pure values; Bottle is not known here.

Made by the handlers of `webui.api`, sent by `dispatch.py`, kept under an idempotency key by
`core.desk.answers`.
"""

from dataclasses import dataclass, field
from typing import Any, Self

from core.desk.answers import Answer
from core.documents import compact
from webui.frames import Subscription
from webui.transfers import Sending

JSON = "application/json"
FORM = "multipart/form-data"
PROBLEM_JSON = "application/problem+json"
EVENT_STREAM = "text/event-stream"
#: Tells a client that this answer was given before, to the same request.
REPLAYED = {"Idempotency-Replayed": "true"}


@dataclass(frozen=True)
class Reply:
    """An answer: a document that becomes JSON, or bytes as they are, or a stream of events, or a
    file (`webui.files`)."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    stream: Subscription | None = None
    #: Sent after the head by the gate; the body is empty then.
    file: Sending | None = None

    @property
    def body(self) -> bytes:
        """The bytes of the body; none for None."""
        if self.document is None or isinstance(self.document, bytes):
            return self.document or b""
        return compact(self.document).encode()

    def kept(self) -> Answer:
        """In the form in which it is kept under an idempotency key."""
        headers = self.headers | {"Content-Type": self.media_type}
        return Answer(self.status, headers, self.body.decode())

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """An answer that was kept, or was just made to be kept."""
        headers = dict(answer.headers)
        media_type = headers.pop("Content-Type", JSON)
        replayed = REPLAYED if answer.is_replay else {}
        return cls(answer.body.encode(), answer.status, headers | replayed, media_type)
