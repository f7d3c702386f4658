"""Progress is merged to ten a second for each task, and nothing else is held or lost."""

import time

from hypothesis import example, given
from hypothesis import strategies as st

from tests.webui.http_client import Fact
from tests.webui.stream.telling import ids, tell
from webui.frames import PROGRESS, PROGRESS_WINDOW, Merger


def progress(number: int, task_id: int) -> Fact:
    return Fact(number, PROGRESS, task_id, 0.0, "{}")


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),  # task
            st.booleans(),  # progress, or another kind
            st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.15]),  # seconds since the event before
        ),
        max_size=60,
    )
)
@example([(1, True, 0.0), (2, True, 0.0), (1, True, 0.0), (2, True, 0.0), (1, True, 0.0)])
def test_merging_keeps_order_and_the_last_of_everything(steps):
    """Whatever comes when: ids rise, other kinds pass at once, nothing unsent is overtaken."""
    merger, now, out = Merger(), 0.0, []
    facts = []
    for number, (task_id, is_progress, pause) in enumerate(steps, 1):
        now += pause
        fact = Fact(number, PROGRESS if is_progress else "task_update", task_id, 0.0, "{}")
        facts.append(fact)
        sent = merger.take([fact], now)
        assert is_progress or sent[-1] is fact
        out += [(now, event) for event in sent]
        held = set(merger._held)
        for event in facts[: out[-1][1].id if out else 0]:
            # Below the highest id sent, each event was sent, or a newer one of its task replaced
            # it: a reader that comes back with that id has missed nothing.
            newer = any(o.task_id == event.task_id and o.id > event.id for o in facts)
            assert any(o is event for _, o in out) or newer
        assert all(merger._held[task].id > (out[-1][1].id if out else 0) for task in held)
    out += [(now + 1, event) for event in merger.take([], now + 1)]
    numbers = [event.id for _, event in out]
    assert numbers == sorted(set(numbers))
    for task_id in {fact.task_id for fact in facts}:
        assert [f for f in facts if f.task_id == task_id][-1] in [event for _, event in out]
    assert merger.next_due() is None


@given(st.lists(st.tuples(st.integers(1, 8), st.floats(0.0005, 0.05)), min_size=1, max_size=300))
def test_progress_alone_leaves_at_most_ten_times_a_second_per_task(steps):
    merger, now, sent = Merger(), 0.0, {}
    for number, (task_id, pause) in enumerate(steps, 1):
        now += pause
        for event in merger.take([progress(number, task_id)], now):
            assert now - sent.get(event.task_id, -1.0) > PROGRESS_WINDOW - 1e-9
            sent[event.task_id] = now
    assert merger.next_due() is None or merger.next_due() <= now + PROGRESS_WINDOW


def test_progress_is_merged_to_ten_a_second_and_the_last_is_sent(site):
    stream = site.open_stream(query="after=0")
    began, count = time.monotonic(), 0
    while time.monotonic() - began < 1.0:
        count += 1
        last = tell(site, PROGRESS, 1, done=count)
        time.sleep(0.002)
    events = stream.events_until(last)
    assert events[-1][2] == {"done": count} and count > 100
    assert 8 <= len(events) <= 12


def test_held_progress_leaves_before_any_other_event(site):
    """An id that was sent is never above one that is still held: the reader may come back now."""
    stream = site.open_stream(query="after=0")
    first = tell(site, PROGRESS, 1, done=1)
    assert stream.event()[0] == first
    held, other = tell(site, PROGRESS, 1, done=2), tell(site, "task_update", 2)
    assert ids([stream.event(), stream.event()]) == [held, other]
    stream.close()
    tell(site, PROGRESS, 1, done=3)
    back = site.open_stream(Last_Event_ID=str(other))
    assert back.event()[2] == {"done": 3}


def test_the_last_progress_comes_when_its_window_ends_without_another_event(one):
    stream = one.open_stream(query="after=0")
    tell(one, PROGRESS, 1, done=1)
    stream.event()
    began = time.monotonic()
    tell(one, PROGRESS, 1, done=2)
    assert stream.event()[2] == {"done": 2}
    assert time.monotonic() - began < PROGRESS_WINDOW + 0.1


def test_held_progress_is_sent_when_the_service_stops(one):
    stream = one.open_stream(query="after=0")
    tell(one, PROGRESS, 1, done=1)
    stream.event()
    tell(one, PROGRESS, 1, done=2)
    one.server.stop()
    assert stream.event()[2] == {"done": 2} and stream.event() is None and stream.ended


def test_replayed_progress_is_merged_too(site):
    for number in range(1000):
        site.source.add(PROGRESS, 1 + number % 2)
    site.source.add("task_update", 1)
    events = site.open_stream(query="after=0").events_until(1001)
    assert ids(events)[-3:] == [999, 1000, 1001] and len(events) < 20


def test_a_reader_that_replayed_held_progress_does_not_get_it_twice(one):
    early = one.open_stream(query="after=0")
    tell(one, PROGRESS, 1, done=1)
    early.event()
    held = tell(one, PROGRESS, 1, done=2)
    late = one.open_stream(query="after=0")
    last = tell(one, "task_update", 1)
    assert ids(early.events_until(last)) == [held, last]
    assert ids(late.events_until(last)) in ([1, held, last], [held, last])
