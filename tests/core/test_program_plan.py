"""`program-plan`: what is understood of a plan, and the schedule that comes of it."""

import itertools
import json
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.kit import Trial
from core.paths import Roots
from core.tasks.program_plan import ProgramPlan, network, reading, schedule
from core.tasks.program_plan.estimates import Estimate, WorkingTime, take

HOUR, DAY, WEEK = 60, 480, 2400
SHED = """# Garden *shed*

Prose is passed over, and so is code:

```
- [ ] not an activity
```

## Prepare
1. [x] Measure the place (30 min) @ann
2. [ ] Draw the plan – 2-3 hours @ann
3. [ ] Ask for permission, 1 week

## Buy
- [ ] Order wood and nails (1 h) @ben, after Draw the plan
- [ ] Order roof (45 minutes) @ben after draw
- [ ] Delivery (3 days) depends on "Order wood and nails", "Order roof"

## Build
* Foundation 2 days, after Ask for permission @ben
* Walls (4 days) depends on Foundation and Delivery @ann @ben
  - [ ] Frame 2 days
  - [ ] Cladding 2 days after Frame
* Roof: 1 day after Walls @ben
"""


def understood(text, default=60.0):
    plan = reading.read(text)
    found = network.activities(plan.items)
    problems = network.estimate(found, WorkingTime(), default) + network.connect(found)
    return found, problems


def program(tmp_path, text, **params):
    with Trial(tmp_path, ProgramPlan) as trial:
        return trial.run(**{"plan": text, "start": "2026-11-30", **params}).result


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Write tests (30 min)", 30, 30),
        ("Build it: 4-5 hours", 240, 300),
        ("Setup 1.5 h", 90, 90),
        ("Setup 1,5 h", 90, 90),
        ("Bake 1h30", 90, 90),
        ("Bake 1 h 30 min", 90, 90),
        ("Walk 1½ hours", 90, 90),
        ("Go – half a day", DAY / 2, DAY / 2),
        ("Rest for a week", WEEK, WEEK),
        ("Review, 2 to 3 days", 2 * DAY, 3 * DAY),
        ("45 minutes to 1 hour", 45, 60),
        ("~2 hours", 120, 120),
        ("3-2 h", 120, 180),
        ("Phase 2 of it 2d", 2 * DAY, 2 * DAY),
    ],
)
def test_estimates_are_read_as_people_write_them(text, low, high):
    assert take(text, WorkingTime())[0] == Estimate(low, high)


@pytest.mark.parametrize(
    "text",
    ["Call 3 people", "Chapter 1-2", "Version 1.5", "24h-support", "A maintainer", "99999 weeks"],
)
def test_what_is_no_estimate_is_not_taken_for_one(text):
    assert take(text, WorkingTime())[0] is None


def test_titles_lose_what_was_understood_and_keep_the_rest():
    found, problems = understood(SHED)
    assert problems == []
    assert [a.title for a in found] == [
        "Measure the place", "Draw the plan", "Ask for permission", "Order wood and nails",
        "Order roof", "Delivery", "Foundation", "Frame", "Cladding", "Roof",
    ]  # fmt: skip
    assert [a.groups for a in found][5:8] == [("Buy",), ("Build",), ("Build", "Walls")]
    assert found[0].is_done and not found[1].is_done


def test_ordered_lists_names_and_groups_say_what_comes_after_what():
    found, _ = understood(SHED)
    assert {a.id: a.after for a in found} == {
        1: [], 2: [1], 3: [2], 4: [2], 5: [2],
        6: [4, 5], 7: [3], 8: [6, 7], 9: [6, 7, 8], 10: [8, 9],
    }  # fmt: skip


def test_what_stands_above_holds_for_what_stands_below():
    found, _ = understood(SHED)
    assert found[7].resources == found[8].resources == ["@ann", "@ben"]


def test_a_name_that_is_not_found_or_not_unique_is_told_with_its_line_and_not_guessed():
    text = "- Paint wall A\n- Paint wall B\n- Party after paint wall\n- Rest after holidays\n"
    found, problems = understood(text)
    assert [a.after for a in found] == [[], [], [], []]
    assert problems[1].startswith("Line 3: “paint wall” may be one of 2")
    assert problems[2].startswith("Line 4: nothing is called “holidays”")


def test_an_activity_never_waits_for_itself_or_for_its_own_group():
    found, problems = understood("## Build\n- Build after Build\n")
    assert found[0].after == [] and "nothing is called" in problems[-1]


def test_activities_that_wait_for_each_other_are_refused_by_name():
    with pytest.raises(network.Cycle, match="“A” → “B” → “A”|“B” → “A” → “B”"):
        understood("- A (1 h) after B\n- B (1 h) after A\n")


def test_the_program_has_dates_a_critical_path_and_who_does_what(tmp_path):
    result = program(tmp_path, SHED)
    titles = {a["id"]: a["title"] for a in result["activities"]}
    assert result["title"] == "Garden shed"
    assert [titles[n] for n in result["critical_path"]] == [
        "Draw the plan", "Ask for permission", "Foundation", "Frame", "Cladding", "Roof",
    ]  # fmt: skip
    assert (result["start"], result["finish"]) == ("2026-11-30T09:00", "2026-12-16T11:30")
    ann = next(r for r in result["resources"] if r["name"] == "@ann")
    assert ann == {"name": "@ann", "minutes": 150 + 4 * DAY, "activities": [1, 2, 8, 9]}
    roof = result["activities"][4]
    assert roof["waits_for"] == [4], "ben orders one thing after the other"
    assert "working days" in result["summary"] and result["problems"] == []


def test_a_day_that_is_full_ends_in_its_evening_and_weekends_are_left_out(tmp_path):
    text = "1. One (1 day)\n2. Two (1 day)\n3. Three (2 h)\n"
    rows = program(tmp_path, text, start="2026-12-03")["activities"]  # a Thursday
    assert [(r["start"], r["finish"]) for r in rows] == [
        ("2026-12-03T09:00", "2026-12-03T17:00"),
        ("2026-12-04T09:00", "2026-12-04T17:00"),
        ("2026-12-07T09:00", "2026-12-07T11:00"),
    ]


def test_a_start_on_a_weekend_begins_on_monday():
    calendar = schedule.Calendar(date(2026, 12, 5), WorkingTime())
    assert calendar.at(0) == datetime(2026, 12, 7, 9)
    assert schedule.Calendar(date(2026, 12, 5), WorkingTime(8, 7)).at(0) == datetime(2026, 12, 5, 9)


def test_the_stages_are_those_that_a_person_reads(tmp_path):
    with Trial(tmp_path, ProgramPlan) as trial:
        ran = trial.run(plan=SHED)
        told = [json.loads(event.data).get("stage") for event in trial.service.events.after(0, 500)]
        assert ran.status == "completed" and ran.done == 4
    stages = [stage for stage, _ in itertools.groupby(told) if stage]
    assert stages == ["extracting", "estimating", "scheduling", "summarising"]
    assert list(ProgramPlan.stage_titles.values()) == [
        "Extracting tasks", "Estimating", "Scheduling", "Summarising",
    ]  # fmt: skip


def test_a_circle_fails_with_what_can_be_done_about_it(tmp_path):
    with Trial(tmp_path, ProgramPlan) as trial:
        ran = trial.run(plan="- A after B\n- B after A\n")
        assert ran.status == "failed"
        assert "wait for each other" in ran.task.error["message"]


@pytest.mark.parametrize("plan", ["Only prose.", "# A title\n\n> - quoted\n", "```\n- code\n```"])
def test_a_plan_without_activities_is_refused_before_it_starts(plan, tmp_path):
    task = ProgramPlan.from_params({"plan": plan})
    with pytest.raises(Invalid, match="no list in it"):
        task.check(Roots.of_settings([], tmp_path))


def test_a_plan_of_too_many_activities_is_refused_with_the_line(tmp_path):
    task = ProgramPlan.from_params({"plan": "- x\n" * (reading.MOST + 1)})
    with pytest.raises(Invalid, match=r"more than 2,000 activities \(line 2001\)"):
        task.check(Roots.of_settings([], tmp_path))


def test_the_preview_says_what_was_understood(tmp_path):
    preview = ProgramPlan.from_params({"plan": SHED}).preview(Roots.of_settings([], tmp_path))
    assert (preview.count, preview.unit, preview.problems) == (10, "activities", [])
    assert preview.sample[1]["who and what"] == "@ann"


# --- the schedule, against what must hold of any -------------------------------------------------

networks = st.lists(
    st.tuples(
        st.integers(0, 20), st.sets(st.integers(1, 12), max_size=3), st.sets(st.sampled_from("ab"))
    ),
    min_size=1,
    max_size=12,
)


def made(drawn):
    return [
        network.Activity(
            i, f"A{i}", i, (), False, None, [], sorted(names), [b for b in before if b < i], minutes
        )
        for i, (minutes, before, names) in enumerate(drawn, 1)
    ]


@settings(max_examples=80, deadline=None)
@given(networks)
def test_nothing_begins_before_what_it_comes_after_and_nobody_does_two_things(drawn):
    activities = made(drawn)
    placed = schedule.place(activities)
    for activity in activities:
        mine = placed[activity.id]
        assert mine.finish == mine.start + activity.minutes
        assert all(placed[b].finish <= mine.start for b in activity.after)
    for resource in "ab":
        theirs = [placed[a.id] for a in activities if resource in a.resources and a.minutes]
        for one, other in itertools.combinations(theirs, 2):
            assert one.finish <= other.start or other.finish <= one.start


@settings(max_examples=80, deadline=None)
@given(networks)
def test_slack_is_what_can_be_lost_without_moving_the_end(drawn):
    """Where nobody is shared it is exact: as much later changes nothing, a minute more does."""
    activities = [
        network.Activity(**{**vars(a), "resources": []}) for a in made(drawn) if a.minutes
    ]
    known = {a.id for a in activities}
    for activity in activities:
        activity.after = [b for b in activity.after if b in known]
    if not activities:
        return
    placed = schedule.place(activities)
    end = max(p.finish for p in placed.values())
    assert any(p.is_critical for p in placed.values())
    for activity in activities:
        for more, moved in ((placed[activity.id].slack, 0), (placed[activity.id].slack + 1, 1)):
            longer = [
                network.Activity(**{**vars(a), "minutes": a.minutes + more * (a is activity)})
                for a in activities
            ]
            assert max(p.finish for p in schedule.place(longer).values()) == end + moved
