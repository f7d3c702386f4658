"""The lanes as pure decisions: who may start, on whose slot, and why not."""

from datetime import datetime

import pytest

from core.documents import reason_document
from core.lanes import (
    DIRECT,
    NORMAL,
    PRIORITY,
    RECORDINGS,
    Busy,
    Limits,
    Offer,
    Surroundings,
    choose,
    gives_back,
    is_quiet,
    lane_of,
    refusal,
)
from core.settings import QuietHours, Settings

NOON = datetime(2026, 3, 4, 12, 0)


def around(**fields):
    return Surroundings(**{"now": NOON, **fields})


def offered(limits, busy, **fields):
    return {o.lane: o for o in choose(limits, busy, around(**fields))}


def test_on_an_idle_machine_every_lane_may_start_the_direct_first():
    assert [o.lane for o in choose(Limits(), Busy(), around())] == [
        DIRECT, PRIORITY, NORMAL, RECORDINGS,
    ]  # fmt: skip


def test_normal_work_takes_its_own_slot_before_it_borrows():
    limits = Limits(total=2, priority=1)
    assert offered(limits, Busy())[NORMAL] == Offer(NORMAL, lent=False)
    assert offered(limits, Busy(normal=1))[NORMAL] == Offer(NORMAL, lent=True)


def test_nothing_is_lent_where_lending_is_off():
    limits = Limits(total=2, priority=1, lends=False)
    assert NORMAL not in offered(limits, Busy(normal=1))


@pytest.mark.parametrize("lent", [0, 1, 2])
def test_the_priority_lane_never_starves(lent):
    """However much is lent, it may start up to its own slots."""
    limits = Limits(total=4, priority=2)
    for priority in range(limits.priority):
        busy = Busy(priority=priority, normal=2, lent=lent)
        assert PRIORITY in offered(limits, busy)


def test_urgent_work_uses_idle_slots_beyond_its_own():
    limits = Limits(total=3, priority=1)
    assert PRIORITY in offered(limits, Busy(priority=2))
    assert PRIORITY not in offered(limits, Busy(priority=3))


def test_a_lent_slot_is_wanted_back_only_while_more_run_than_there_are_slots():
    limits = Limits(total=2, priority=1)
    assert gives_back(limits, Busy(normal=1, lent=1, priority=1), lent=True)
    assert not gives_back(limits, Busy(lent=1, priority=1), lent=True), "a slot is free meanwhile"


def test_a_job_keeps_a_slot_of_its_own_until_there_are_fewer_of_them():
    full = Busy(normal=1, lent=1, priority=1)
    assert not gives_back(Limits(total=2, priority=1), full, lent=False)
    assert gives_back(Limits(total=1, priority=0), Busy(normal=2), lent=False)
    assert not gives_back(Limits(total=2, priority=0), Busy(normal=2), lent=False)


def test_what_was_given_back_is_not_taken_again_at_once():
    limits = Limits(total=2, priority=1)
    assert NORMAL not in offered(limits, Busy(normal=1, priority=1))


def test_there_is_a_process_for_everybody_who_may_run_at_once():
    """All slots busy with normal work, the lent ones called back, and one for a person."""
    limits = Limits(total=4, priority=2)
    assert limits.processes == 4 + 2 + 1


def test_more_priority_slots_than_slots_are_all_slots():
    settings = {"pipeline.total_slots": 2, "pipeline.priority_lane_slots": 5}
    limits = Limits.of(Settings(**settings))
    assert (limits.priority, limits.normal) == (2, 0)
    assert offered(limits, Busy())[NORMAL].lent, "normal work lives on lent slots alone"


def test_named_lanes_have_slots_of_their_own():
    limits = Limits(total=1, recordings=1, direct=2)
    full = Busy(normal=1, recordings=1, direct=1)
    assert set(offered(limits, full)) == {DIRECT, PRIORITY}
    assert RECORDINGS in offered(limits, Busy(normal=1, direct=2))


def test_a_paused_queue_starts_nothing_but_what_a_person_waits_for():
    assert set(offered(Limits(), Busy(), is_paused=True)) == {DIRECT}


def test_recordings_wait_while_the_person_records():
    found = offered(Limits(), Busy(), activity="recording")
    assert RECORDINGS not in found
    assert NORMAL in found
    reason = refusal(RECORDINGS, Limits(), Busy(), around(activity="recording"))
    assert (reason.code, reason.message) == (
        "person-first",
        "You are recording; it goes on afterwards",
    )


@pytest.mark.parametrize(
    ("start", "end", "time", "quiet"),
    [
        ("22:00", "06:00", "23:59", True),
        ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False),
        ("22:00", "06:00", "21:59", False),
        ("09:00", "17:00", "09:00", True),
        ("09:00", "17:00", "17:00", False),
    ],
)
def test_quiet_hours_may_span_midnight(start, end, time, quiet):
    now = datetime.fromisoformat(f"2026-03-04T{time}")
    assert is_quiet(QuietHours(start=start, end=end), now) == quiet


def test_quiet_hours_hold_for_their_lanes_alone():
    limits = Limits(quiet_hours=(QuietHours(start="11:00", end="13:00", lanes=["normal"]),))
    found = offered(limits, Busy())
    assert NORMAL not in found
    assert PRIORITY in found
    assert refusal(NORMAL, limits, Busy(), around()).message == "Quiet hours until 13:00"


def test_a_full_lane_says_how_full():
    reason = refusal(RECORDINGS, Limits(recordings=1), Busy(recordings=1), around())
    assert reason_document(reason) == {
        "code": "lane-full",
        "message": "The recordings lane is full: 1 of 1 slots busy",
        "until": None,
    }


def test_a_lane_without_slots_says_so():
    assert "has no slots" in refusal(RECORDINGS, Limits(recordings=0), Busy(), around()).message


def test_a_job_belongs_to_its_named_lane_or_by_its_priority():
    limits = Limits(threshold=100)
    assert lane_of("", 100, limits) == PRIORITY
    assert lane_of("", 99, limits) == NORMAL
    assert lane_of(RECORDINGS, 1000, limits) == RECORDINGS
