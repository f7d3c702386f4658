"""Readers that come back have every event that they missed: no gap, no double, or a reset."""

import threading
import time

import pytest

from tests.webui.http_client import MemorySource, eventually, running, small_app
from tests.webui.stream.telling import ids, tell


@pytest.mark.parametrize("how", ["header", "query"])
def test_what_was_missed_is_replayed_once_and_in_order(site, how):
    for _ in range(1000):
        site.source.add("task_update", 1)
    if how == "header":
        stream = site.open_stream(Last_Event_ID="10")
    else:
        stream = site.open_stream(query="after=10")
    assert ids(stream.events_until(1000)) == list(range(11, 1001))
    tell(site)
    assert stream.event()[0] == 1001


def test_without_a_position_only_what_is_new_comes(site):
    site.source.add("task_update", 1)
    stream = site.open_stream()
    stream.block()
    eventually(lambda: site.stream.stats()["open"] == 1)
    number = tell(site)
    assert stream.event()[0] == number == 2


def test_replay_meets_live_without_gap_or_double(site):
    """Readers join at every position while events are being committed."""
    over = threading.Event()
    kinds = ("task_update", "job_update", "task_created")

    def commit() -> None:
        while not over.is_set():
            tell(site, kinds[site.source.last_id() % 3], task_id=site.source.last_id() % 5)
            time.sleep(0.0005)

    writer = threading.Thread(target=commit)
    writer.start()
    try:
        eventually(lambda: site.source.last_id() >= 50)
        readers = []
        for number in range(40):
            after = number * site.source.last_id() // 40
            readers.append((after, site.open_stream(query=f"after={after}")))
        joined = site.source.last_id()
        eventually(lambda: site.source.last_id() > joined + 500)
    finally:
        over.set()
        writer.join()
    last = tell(site)
    for after, stream in readers:
        assert ids(stream.events_until(last)) == list(range(after + 1, last + 1))


def test_a_reader_that_comes_back_again_and_again_has_every_event_once(site):
    over = threading.Event()

    def commit() -> None:
        while not over.is_set():
            tell(site)
            time.sleep(0.0005)

    writer = threading.Thread(target=commit)
    writer.start()
    seen: list[int] = []
    try:
        for _ in range(30):
            stream = site.open_stream(Last_Event_ID=str(seen[-1] if seen else 0))
            seen += [stream.event()[0] for _ in range(20)]
            stream.close()
    finally:
        over.set()
        writer.join()
    assert seen == list(range(1, len(seen) + 1))


def test_long_replays_do_not_hold_up_live_readers():
    class SlowDisk(MemorySource):
        """Every page of a replay takes 5 ms; the newest events are in the cache."""

        def after(self, last_id, limit):
            if last_id < 20_000:
                time.sleep(0.005)
            return super().after(last_id, limit)

    source = SlowDisk()
    for _ in range(20_000):
        source.add("task_update", 1)
    with running(small_app(), source) as site:
        live = site.open_stream()
        eventually(lambda: site.stream.stats()["open"] == 1)
        replaying = [site.open_stream(query="after=0") for _ in range(30)]
        for _ in range(20):
            began = time.perf_counter()
            number = tell(site)
            assert live.event()[0] == number
            assert time.perf_counter() - began < 0.1
        assert ids(replaying[0].events_until(100)) == list(range(1, 101))


def test_a_position_that_is_no_longer_kept_is_answered_with_reset(site):
    for _ in range(100):
        site.source.add("task_update", 1)
    site.source.forget(up_to=60)
    stream = site.open_stream(query="after=59")
    assert stream.event() == (100, "reset", {"last_event_id": 100})
    number = tell(site)
    assert stream.event()[0] == number
    exact = site.open_stream(query="after=60")
    assert ids(exact.events_until(number)) == list(range(61, number + 1))


def test_a_position_from_the_future_is_answered_with_reset(site):
    site.source.add("task_update", 1)
    stream = site.open_stream(query="after=5")
    assert stream.event() == (1, "reset", {"last_event_id": 1})
    assert tell(site) == stream.event()[0] == 2


def test_events_removed_in_the_middle_of_a_replay_are_answered_with_reset():
    class Forgetful(MemorySource):
        """Retention strikes between two pages of a replay."""

        def after(self, last_id, limit):
            if last_id == 200:
                self.forget(up_to=300)
            return super().after(last_id, limit)

    source = Forgetful()
    for _ in range(1000):
        source.add("task_update", 1)
    with running(small_app(), source) as site:
        stream = site.open_stream(query="after=0")
        events = stream.events_until(1000)
        assert ids(events) == [*range(1, 201), 1000] and events[-1][1] == "reset"
        assert tell(site) == stream.event()[0]


def test_a_source_that_fails_for_a_while_loses_nothing():
    class Flaky(MemorySource):
        failing = False

        def after(self, last_id, limit):
            if self.failing:
                raise OSError("the database is locked")
            return super().after(last_id, limit)

    source = Flaky()
    with running(small_app(), source) as site:
        stream = site.open_stream(query="after=0")
        tell(site)
        assert stream.event()[0] == 1
        source.failing = True
        for _ in range(5):
            tell(site)
        source.failing = False
        assert ids(stream.events_until(6)) == [2, 3, 4, 5, 6]
