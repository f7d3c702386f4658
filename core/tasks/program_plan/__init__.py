"""`program-plan`: from a plan written in Markdown to a program with dates.

Reading, estimating, connecting and scheduling are pure and stand in files of their own; here are
the parameters, the four stages as a person sees them, and the result.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import Fail, Invalid
from core.face import Column, ResultView
from core.paths import Roots
from core.run import Run
from core.task_type import EXACTLY_ONCE, LongText, Preview, TaskType
from core.tasks.program_plan import network, reading, schedule
from core.tasks.program_plan.estimates import WorkingTime
from core.tasks.program_plan.network import Activity, Cycle

EXAMPLE = "## Kitchen\n- [ ] Measure (30 min) @ann\n- [ ] Order cabinets (2-3 days) after Measure"
STAGES = ("extracting", "estimating", "scheduling", "summarising")


class Params(BaseModel):
    """The plan, and how time is counted."""

    model_config = ConfigDict(extra="forbid")

    plan: LongText = Field(
        min_length=1, max_length=500_000,
        description="Markdown: headings, lists with or without check boxes, estimates such as "
        "“30 min” or “4-5 hours”, “after X” or “depends on X”, “@name” for who does it",
        examples=[EXAMPLE],
    )  # fmt: skip
    start: date | None = Field(None, description="The first day; none: today")
    hours_a_day: float = Field(8.0, gt=0, le=15, description="Working hours of a day, from 9:00")
    days_a_week: int = Field(5, ge=1, le=7, description="Working days of a week, from Monday")
    default_minutes: float = Field(
        60.0, ge=0, le=100_000, description="Minutes of an activity without an estimate"
    )


class ProgramPlan(TaskType):
    """Turn a plan written in Markdown into a program.

    Its activities with estimates, who does them, when each begins and ends, and the critical path:
    those that decide when all is done.
    """

    name = "program-plan"
    title = "Program from a plan"
    icon = "calendar"
    stages = STAGES
    stage_titles = {
        "extracting": "Extracting tasks",
        "estimating": "Estimating",
        "scheduling": "Scheduling",
        "summarising": "Summarising",
    }
    unit = "stages"
    guarantee = EXACTLY_ONCE
    columns = (Column("finish", "Done by", "date"), Column("activities_count", "Activities"))
    result_view = ResultView(
        "gantt",
        rows="activities",
        x="start",
        y="finish",
        columns=(
            Column("id", "No."),
            Column("title", "Activity", "text"),
            Column("group", "Part", "text"),
            Column("minutes", "Minutes"),
            Column("start", "Begins", "date"),
            Column("finish", "Ends", "date"),
            Column("slack_minutes", "Slack (min)"),
            Column("critical", "Critical", "text"),
            Column("after", "After", "text"),
            Column("resources", "Who and what", "text"),
        ),
    )
    Params = Params

    @classmethod
    def title_for(cls, params: BaseModel) -> str:
        """The plan's own title, where it has one."""
        first = reading.first_title(params.plan)  # type: ignore[attr-defined]
        return f"Program: {first}"[:200] if first else cls.title

    def check(self, roots: Roots) -> None:
        """A plan without a single activity is refused before it starts."""
        try:
            plan = reading.read(self.params.plan)
        except reading.TooLarge as error:
            raise _refused(str(error)) from None
        if not plan.items:
            raise _refused("There is no list in it: write each activity as “- [ ] what to do”.")

    def preview(self, roots: Roots) -> Preview:
        """What was understood, without dates."""
        found = network.activities(reading.read(self.params.plan).items)
        problems = network.estimate(found, self._time, self.params.default_minutes)
        try:
            problems += network.connect(found)
        except Cycle as error:
            problems.append(str(error))
        sample = [
            {
                "activity": a.title,
                "minutes": a.minutes,
                "after": ", ".join(found[n - 1].title for n in a.after),
                "who and what": ", ".join(a.resources),
            }
            for a in found[:8]
        ]
        return Preview(count=len(found), unit="activities", sample=sample, problems=problems)

    def run(self, run: Run) -> dict[str, Any]:
        p = self.params
        run.stage("extracting")
        run.checkpoint(total=len(STAGES), done=0, tell=True)
        plan = reading.read(p.plan)
        found = network.activities(plan.items)
        run.checkpoint(done=1, tell=True)
        run.stage("estimating")
        problems = network.estimate(found, self._time, p.default_minutes)
        run.checkpoint(done=2, tell=True)
        run.stage("scheduling")
        try:
            problems += network.connect(found)
        except Cycle as error:
            raise Fail(str(error), hint="Take one “after …” out of the circle.") from None
        placed = schedule.place(found)
        run.checkpoint(done=3, tell=True)
        run.stage("summarising")
        for problem in problems:
            run.log(problem, "warning")
        calendar = schedule.Calendar(p.start or date.today(), self._time)
        result = _program(plan.title, found, placed, calendar) | {"problems": problems}
        run.checkpoint(done=4, tell=True)
        return result

    @property
    def _time(self) -> WorkingTime:
        return WorkingTime(self.params.hours_a_day, float(self.params.days_a_week))


def _refused(message: str) -> Invalid:
    return Invalid(f"The plan: {message}", [{"pointer": "/params/plan", "message": message}])


def _program(
    title: str,
    found: Sequence[Activity],
    placed: dict[int, schedule.Placed],
    calendar: schedule.Calendar,
) -> dict[str, Any]:
    """The result: what the page draws, and what JSON and CSV hold."""
    rows = [_row(a, placed[a.id], calendar) for a in found]
    end = max((place.finish for place in placed.values()), default=0.0)
    critical = [
        row["id"]
        for row in sorted(rows, key=lambda row: (row["start"], row["id"]))
        if row["critical"] and not row["done"]
    ]
    start, finish = calendar.at(0.0), calendar.at(end, is_end=True)
    return {
        "title": title,
        "summary": _summary(found, critical, start.date(), finish.date(), calendar, end),
        "start": start.isoformat(timespec="minutes"),
        "finish": finish.isoformat(timespec="minutes"),
        "activities_count": len(rows),
        "critical_path": critical,
        "resources": _resources(found),
        "activities": rows,
    }


def _row(a: Activity, place: schedule.Placed, calendar: schedule.Calendar) -> dict[str, Any]:
    is_milestone = place.finish - place.start < schedule.EPSILON
    finish = calendar.at(place.finish, is_end=True)
    start = finish if is_milestone else calendar.at(place.start)
    return {
        "id": a.id,
        "title": a.title,
        "group": " / ".join(a.groups),
        "minutes": a.minutes,
        "low_minutes": a.estimate.low if a.estimate else None,
        "high_minutes": a.estimate.high if a.estimate else None,
        "start": start.isoformat(timespec="minutes"),
        "finish": finish.isoformat(timespec="minutes"),
        "slack_minutes": round(place.slack, 1),
        "critical": place.is_critical,
        "done": a.is_done,
        "after": a.after,
        "waits_for": list(place.waits_for),
        "resources": a.resources,
    }


def _resources(found: Sequence[Activity]) -> list[dict[str, Any]]:
    work: dict[str, list[Activity]] = defaultdict(list)
    for activity in found:
        for resource in activity.resources:
            work[resource].append(activity)
    return [
        {
            "name": name,
            "minutes": sum(a.minutes for a in theirs if not a.is_done),
            "activities": [a.id for a in theirs],
        }
        for name, theirs in sorted(work.items())
    ]


def _summary(
    found: Sequence[Activity],
    critical: Sequence[int],
    first: date,
    last: date,
    calendar: schedule.Calendar,
    end: float,
) -> str:
    done = sum(a.is_done for a in found)
    work = sum(a.minutes for a in found if not a.is_done) / 60
    parts = [
        f"{len(found)} activities, {done} of them done",
        f"{work:,.1f} hours of work to do",
        f"from {first.isoformat()} to {last.isoformat()}"
        f" ({end / 60 / calendar.time.hours_a_day:,.1f} working days)",
    ]
    if critical:
        names = " → ".join(found[number - 1].title for number in critical[:12])
        parts.append(f"the end is decided by {names}{' → …' if len(critical) > 12 else ''}")
    return "; ".join(parts) + "."
