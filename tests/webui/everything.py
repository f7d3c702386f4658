"""A drop-in task type for the tests of the form: one parameter of every kind.

`test_form.py` copies this file into the tasks folder of its service. Its schema is also kept as
`page/everything.json`, for the tests of the pure modules.
"""

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.errors import Invalid
from core.task_type import FolderPath, LongText, Preview, TaskType


class Speed(Enum):
    """How fast."""

    SLOW = "slow"
    FAST = "fast"


class Source(BaseModel):
    """Where the records come from."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=3, description="Of the shop")
    token: SecretStr = Field(SecretStr(""), description="Never shown again")


class Params(BaseModel):
    """One of each."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=40, json_schema_extra={"placeholder": "Orders 2024"})
    count: int = Field(3, ge=1, le=16, description="How many at a time")
    rate: float | None = Field(
        None, gt=0, description="Requests a second; empty: as fast as it goes"
    )
    price: Decimal = Decimal("1.50")
    notes: LongText = ""
    dry: bool = Field(False, description="Change nothing")
    maybe: bool | None = None
    mode: Literal["all", "missing"] = "missing"
    speed: Speed = Speed.SLOW
    level: Literal[1, 2] | None = None
    tables: set[Literal["orders", "lines", "refunds"]] = {"orders"}
    tags: list[str] = Field([], max_length=3)
    sizes: list[int] = []
    folder: FolderPath | None = None
    file: Path | None = None
    day: date
    moment: datetime | None = None
    at: time | None = None
    anything: Any = None
    mapping: dict[str, int] = {}
    either: int | str = 3
    token: SecretStr
    source: Source
    other: Source | None = None
    many: list[Source] = []


class Everything(TaskType):
    """Every kind of parameter.

    It does nothing with them but to hand them back.
    """

    name = "everything"
    title = "Everything there is"
    unit = "orders"
    Params = Params

    @classmethod
    def title_for(cls, params: Params) -> str:
        return f"Everything about {params.name}"

    def check(self, roots: Any) -> None:
        if self.params.source.address == "closed":
            told = {"pointer": "/params/source/address", "message": "This shop is closed"}
            raise Invalid("This shop is closed", [told])

    def preview(self, roots: Any) -> Preview:
        if self.params.name == "unlucky":
            raise RuntimeError("no luck")
        sample = [{"id": 7, "before": None, "after": "2024-05-04", "outcome": "written"}]
        return Preview(count=2840, unit="orders", sample=sample)

    def run(self, run: Any) -> Any:
        shown = self.params.model_dump(mode="json")
        # A result tells no secret, so the token shows that it arrived letter by letter.
        return {**shown, "token": list(self.params.token.get_secret_value())}
