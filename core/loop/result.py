"""What became of one record, as `apply`, `outcome` and `tally` see it."""

from typing import Any, NamedTuple

from core.compute import Failure

FAILED = "failed"  #: the outcome that counts as failed


class Result(NamedTuple):  # a tuple: millions of them are made where computing costs nothing
    """One record, computed: its key, its value, or why it failed."""

    key: Any
    value: Any
    failure: Failure | None
