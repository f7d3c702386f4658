"""What the documents of all nouns are made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]


class Document(BaseModel):
    """Nothing but the members named here. Built when it is needed: the description is seldom."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Eta(Document):
    """Seconds to go, as a range."""

    low: float
    high: float


class Why(Document):
    """Why something waits, and until when where that is known."""

    code: str
    message: str
    until: Moment | None


class Failure(BaseModel):
    """What failed; other members (item, trace_id, hint, cursor) where they apply."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    code: str
    message: str


class FieldError(Document):
    """One thing that does not fit, and where: a JSON pointer into the body, or /name of a query."""

    pointer: str
    message: str


class Problem(BaseModel):
    """An error (RFC 9457); further members where they apply."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    type: str = Field(description="Stable: urn:longhaul:…")
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    allowed: list[str] | None = None
    task: int | None = None
    id: str | None = Field(None, description="Where to find more in the log of the service")
