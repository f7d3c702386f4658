"""What happens about records that fail, and whether a run looks afterwards for what is left. Pure.

A type declares its policy (`Backfill.errors`); where its `Params` are an `ErrorParams`, the person
chooses it for each run. The policy is stored with the task, so that the page shows it and what
buries a dead worker knows it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

SKIP: Literal["skip"] = "skip"
STOP: Literal["stop"] = "stop"


@dataclass(frozen=True)
class ErrorPolicy:
    """A record is tried `tries` times, with growing pauses; then it has failed and is listed.

    With `stop` the run ends there, before the record. With `skip` it goes on, until one more than
    `most` have failed, or more than `share` of what was seen (not before `sample` records).
    """

    on_error: Literal["skip", "stop"] = SKIP
    tries: int = 1
    most: int = 0  #: 0: no such limit
    share: float = 0.5  #: 1: no such limit
    sample: int = 100

    def __post_init__(self) -> None:
        if self.on_error not in (SKIP, STOP) or self.tries < 1 or self.most < 0 or self.sample < 1:
            raise ValueError(f"this is no policy for errors: {self}")
        if not 0 < self.share <= 1:
            raise ValueError(f"share is above 0 and at most 1, not {self.share}")

    def place_of_stop(self, failed_at: Sequence[int], seen: int, failed: int) -> int | None:
        """Where in a batch the run ends: the place of the first record that may not have failed.

        `failed_at`: the places in the batch of those that failed, in order; `seen`, `failed`: how
        many there were before the batch.
        """
        for count, place in enumerate(failed_at, failed + 1):
            if self.on_error == STOP or (self.most and count > self.most):
                return place
            so_far = seen + place + 1
            if so_far >= self.sample and count > self.share * so_far:
                return place
        return None

    def reason(self, failed: int, seen: int) -> str:
        """Why the run ends at a record that failed: it would be number `failed` of `seen`."""
        if self.on_error == STOP:
            return "The first record that fails ends this run."
        if self.most and failed > self.most:
            return f"More than {self.most:,} records have failed, as many as this run allows."
        return f"{failed:,} of {seen:,} records have failed, more than {self.share:.0%}."

    def document(self) -> dict[str, Any]:
        """As it is stored with a task and told by the API."""
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any] | None) -> Self | None:
        """The policy of a document; None for a task that has none."""
        return cls(**document) if document else None


class _Last(BaseModel):
    """Parameters that stand below those of the type, though they are inherited."""

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        own = set(cls.__annotations__)
        fields = cls.__pydantic_fields__
        cls.__pydantic_fields__ = {n: f for n, f in fields.items() if n in own} | fields

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core_schema))
        if fields := schema.get("properties"):
            schema["properties"] = {name: fields[name] for name in cls.model_fields}
        return schema


class ErrorParams(_Last):
    """Standard parameters of a type whose error policy is chosen for each run: inherit them."""

    on_error: Literal["skip", "stop"] = Field(
        SKIP, description="A record that fails: skip it and list it, or stop the run there"
    )
    tries: int = Field(
        1, ge=1, le=10, description="Tries of a record, with growing pauses, before it has failed"
    )
    most_failed: int = Field(
        0, ge=0, description="Stop when more records than this have failed; 0: no such limit"
    )
    most_failed_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Stop when more than this share has failed, from 100 records on; 1: never",
    )

    def error_policy(self) -> ErrorPolicy:
        """What the person chose."""
        return ErrorPolicy(self.on_error, self.tries, self.most_failed, self.most_failed_share)


class VerifyParams(_Last):
    """Standard parameter of a type that can look afterwards whether something is left."""

    verify: Literal["off", "warn", "fail"] = Field(
        "off", description="Look afterwards whether something is left: say so, or fail for it"
    )
