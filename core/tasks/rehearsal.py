"""`rehearsal`: a small task to try Longhaul with; it counts, in two steps, and fails on request.

It does no work of its own, so it shows only what Longhaul does: stages, progress, pause, retry,
recovery after a crash. The tests drive it for the same reason.
"""

import os
import signal
import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.errors import Fail
from core.face import Column
from core.model import Step
from core.run import Run
from core.task_type import EXACTLY_ONCE, JobType, TaskType

TROUBLE = ("none", "error", "hopeless", "crash", "hang")


class Params(BaseModel):
    """How long it takes, and whether something goes wrong."""

    model_config = ConfigDict(extra="forbid")

    records: int = Field(100, ge=0, le=100_000_000, description="How far to count")
    batch_size: int = Field(10, ge=1, le=100_000, description="Records between two checkpoints")
    seconds_per_batch: float = Field(0.1, ge=0, le=3600, description="How long a batch takes")
    trouble: Literal[TROUBLE] = Field("none", description="What goes wrong")  # type: ignore[valid-type]
    trouble_at: int = Field(50, ge=0, description="At which record it goes wrong")
    trouble_times: int = Field(1, ge=1, le=1000, description="In how many attempts it does")


class Rehearse(JobType):
    """Counts from the cursor to the end, a batch at a time."""

    name = "rehearse"
    stages = ("preparing", "counting")
    Params = Params

    def run(self, run: Run) -> dict:
        p = self.params
        run.stage("preparing")
        run.checkpoint(total=p.records)
        run.stage("counting")
        at = run.cursor or 0
        while at < p.records:
            end = min(p.records, at + p.batch_size)
            if at <= p.trouble_at < end and run.job.attempts <= p.trouble_times:
                _trouble(run, p.trouble)
            if p.seconds_per_batch:
                run.wait(p.seconds_per_batch)
            at = end
            run.checkpoint(at, done=at)
        return {"counted": at}


class Rehearsal(TaskType):
    """Count to a number, to see how Longhaul works.

    Two steps one after the other, which can be told to fail, crash or hang at some record.
    """

    name = "rehearsal"
    title = "Rehearsal"
    icon = "flask"
    columns = (Column("counted", "Counted to"),)
    guarantee = EXACTLY_ONCE
    Params = Params
    steps = (
        Step("count", "rehearse", stages=Rehearse.stages),
        Step("count again", "rehearse", stages=Rehearse.stages),
    )


def _trouble(run: Run, kind: str) -> None:
    if kind == "error":
        raise RuntimeError("this attempt was told to fail")
    if kind == "hopeless":
        raise Fail("this run was told to fail for good", hint="Choose no trouble and start again.")
    if kind == "crash":
        run.log("crashing as told", "warning")
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    if kind == "hang":
        run.log("hanging as told", "warning")
        while True:  # answers neither pause nor cancel: only ending the process helps
            time.sleep(60)
