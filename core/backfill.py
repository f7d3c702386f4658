"""The backfill core: plan → batches → compute → apply + checkpoint.

    read (no transaction) → compute (no transaction, other processes) → one short transaction with
    the effects and the checkpoint → our own state follows → what does the person want?

Where `target()` gives a database, the checkpoint row lives in it and commits with the effects: each
record takes effect exactly once. Without one, at most one batch is done again after a crash. The
contract of stages, cursor, pause and cancel is docs/backfill-contract.md.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel

from core import throttles
from core.loop import FAILED, Loop, Result
from core.model import Step
from core.policy import ErrorParams, ErrorPolicy, VerifyParams
from core.run import Run
from core.stage import Leftover, Stage
from core.target import Target
from core.task_type import AT_LEAST_ONCE, TaskType

__all__ = ["FAILED", "Backfill", "Result", "Stage"]


class Backfill(Stage, TaskType):
    """Subclass it: `source` (or `read`), `compute` and `apply`; `target` where there is one.

    One that has several stages names their classes in `parts` instead.
    """

    stages: ClassVar[tuple[str, ...]] = ("scanning", "backfilling")
    guarantee = AT_LEAST_ONCE
    knobs = frozenset({"batch_size", "rate", "workers", "nice", *throttles.KNOBS})
    #: several stages, one after the other, each with a cursor of its own; none: it is one itself
    parts: ClassVar[tuple[type[Stage], ...]] = ()
    #: what happens about records that fail, unless its `Params` are an `ErrorParams`
    errors: ClassVar[ErrorPolicy] = ErrorPolicy()
    #: after the last stage: "warn" or "fail" when `left` still finds something
    verify: ClassVar[str] = "off"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.parts:
            for name in ("read", "apply"):
                setattr(cls, name, _not_its_own)
            if "stages" not in cls.__dict__:
                cls.stages = tuple(part.name for part in cls.parts)
        if cls.verify != "off" or issubclass(cls.Params, VerifyParams):
            if Leftover.name not in cls.stages:
                cls.stages = (*cls.stages, Leftover.name)

    def __init__(self, params: Any):
        Stage.__init__(self, params)

    # --- what an author writes, beside what a stage has ------------------------------------------

    def target(self, run: Run) -> Target | None:
        """The database that the effects are written to, opened; None when there is none.

        For a dry run it is opened for reading only. It is closed when the attempt ends.
        """
        return None

    def left(self, run: Run, cursor: Any, limit: int) -> Sequence[Any]:
        """Keys after `cursor` of records that the run should have done and that are still to do.

        As it stands: the keys of what `read` still finds, which fits a `read` that passes over
        what is done.
        """
        records = self.read(run, cursor, limit)
        return self.keys(records) if records else []

    def summary(self, run: Run) -> dict[str, Any]:
        """The task's result."""
        p = run.progress
        return {"done": p.done, "failed": p.failed, "skipped": p.skipped, **p.tally}

    # --- how it is run ---------------------------------------------------------------------------

    def error_policy(self) -> ErrorPolicy:
        """What happens about records that fail: chosen for this run, or the type's."""
        return _policy(type(self), self.params)

    def verifying(self) -> str:
        """Whether it looks afterwards for what is left: off, warn or fail."""
        return "off" if self.changes_nothing() else _verifying(type(self), self.params)

    @classmethod
    def has_canary(cls) -> bool:
        return True

    @classmethod
    def steps_for(cls, params: BaseModel) -> tuple[Step, ...]:
        if cls.steps:
            return cls.steps
        (own,) = cls.step_list()
        stages = own.stages
        if _verifying(cls, params) == "off":
            stages = tuple(name for name in stages if name != Leftover.name)
        return (replace(own, stages=stages, errors=_policy(cls, params).document()),)

    @classmethod
    def retries_items(cls) -> bool:
        if cls.parts:
            return all(part.retries_items() for part in cls.parts)
        return super().retries_items()

    def passes(self, only_failed: bool = False) -> list[Stage]:
        """The stages of a run, in their order."""
        made = [part(self.params).of(self) for part in self.parts] or [self]
        if self.verifying() != "off" and not only_failed:
            made.append(Leftover(self.params).of(self))
        return made

    def part_named(self, name: str) -> Stage:
        """The stage of this name, as a process that computes needs it."""
        return next(part for part in self.parts if part.name == name)(self.params).of(self)

    def run(self, run: Run) -> dict[str, Any]:
        with ExitStack() as stack:
            target = run.patiently(lambda: self.target(run))
            if target is not None:
                stack.callback(target.close)
            loop = Loop(self, run, None if self.changes_nothing() else target)
            loop.run()
            summary = self.summary(run)
        return summary if loop.leftover is None else {**summary, "left": loop.leftover}


def _not_its_own(self: Backfill, *_: Any) -> Any:
    raise TypeError(f"{type(self).__name__} has parts, which read and write")


def _policy(cls: type[Backfill], params: Any) -> ErrorPolicy:
    return params.error_policy() if isinstance(params, ErrorParams) else cls.errors


def _verifying(cls: type[Backfill], params: Any) -> str:
    return params.verify if isinstance(params, VerifyParams) else cls.verify
