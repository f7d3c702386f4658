"""Event streams over real sockets: no gap, no double, merged progress, slow readers cut off."""

import json
import re
import selectors
import threading
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.webui.http_client import (
    BEARER,
    Fact,
    MemorySource,
    descriptors,
    eventually,
    running,
    small_app,
)
from webui.frames import ON_REQUEST, PROGRESS, PROGRESS_WINDOW, Choice, Merger, Subscription
from webui.readers import BACKLOG_LIMIT


@pytest.fixture(params=["DefaultSelector", "SelectSelector"])
def site(request):
    with running(small_app(), selector=getattr(selectors, request.param)) as site:
        yield site


@pytest.fixture
def one():
    """A site on the platform's own selector."""
    with running(small_app()) as site:
        yield site


def tell(site, kind="task_update", task_id=1, **data) -> int:
    """Commit an event and wake the stream, as the service does."""
    number = site.source.add(kind, task_id, json.dumps(data))
    site.stream.notify()
    return number


def ids(events) -> list[int]:
    return [number for number, _, _ in events]


# --- the wire --------------------------------------------------------------------------------


def test_a_stream_is_a_chunked_http_response_of_its_type(site):
    stream = site.open_stream()
    head = stream.head.decode()
    assert head.startswith("HTTP/1.1 200 OK")
    assert "Content-Type: text/event-stream" in head and "Transfer-Encoding: chunked" in head
    assert "Content-Length" not in head and "frame-ancestors 'none'" in head
    assert stream.block() == "retry: 1000"


def test_an_event_is_sent_as_id_kind_and_data(site):
    stream = site.open_stream(query="after=0")
    number = tell(site, "task_created", 7, title="Ünïcode \u2028")
    stream.block()
    assert stream.block() == (
        f'id: {number}\nevent: task_created\ndata: {{"title": "\\u00dcn\\u00efcode \\u2028"}}'
    )


def test_an_event_arrives_without_being_announced(site):
    stream = site.open_stream(query="after=0")
    stream.block()
    number = site.source.add("task_update", 1)  # nobody notifies: the fallback looks every 250 ms
    assert stream.event()[0] == number


def test_silence_is_broken_by_comments():
    with running(small_app(), keep_alive_after=0.1) as site:
        stream = site.open_stream()
        assert [stream.block() for _ in range(4)] == ["retry: 1000"] + [": keep-alive"] * 3
        assert stream.ended is False


def test_stopping_ends_every_stream_with_the_last_chunk(site):
    streams = [site.open_stream() for _ in range(5)]
    eventually(lambda: site.stream.stats()["open"] == 5)
    number = tell(site)
    site.server.stop()
    for stream in streams:
        events = []
        while event := stream.event():
            events.append(event)
        assert stream.ended and ids(events) == [number]


def test_a_stream_over_http_1_0_or_with_head_holds_nothing(one):
    assert one.request("HEAD", "/api/v1/events").status == 200
    host = f"Host: 127.0.0.1:{one.port}\r\nAuthorization: {BEARER['Authorization']}\r\n\r\n"
    with one.connect() as sock:
        sock.sendall(f"GET /api/v1/events HTTP/1.0\r\n{host}".encode())
        while sock.recv(65536):
            pass
    assert one.stream.stats()["open"] == 0


# --- replay ----------------------------------------------------------------------------------


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


# --- choice ----------------------------------------------------------------------------------


def test_items_and_logs_come_only_when_asked_for(site):
    usual, asked = site.open_stream(query="after=0"), site.open_stream(query="after=0&kinds=log")
    for kind in ("item_update", "log", "task_update", "queue_update"):
        last = tell(site, kind)
    assert [kind for _, kind, _ in usual.events_until(last)] == ["task_update", "queue_update"]
    assert asked.event()[1] == "log"
    live = site.open_stream(query="after=4&kinds=item_update,log")
    live.block()
    eventually(lambda: site.stream.stats()["open"] == 3)
    for kind in ("item_update", "task_update", "log"):
        tell(site, kind)
    assert [live.event()[1], live.event()[1]] == ["item_update", "log"]


def test_a_stream_of_one_task_has_nothing_of_others(site):
    stream = site.open_stream(query="after=0&task=2")
    for task_id in (1, 2, None, 3, 2):
        tell(site, task_id=task_id)
    assert ids(stream.events_until(5)) == [2, 5]


@given(
    tasks=st.none() | st.frozensets(st.integers(1, 3)),
    kinds=st.none() | st.frozensets(st.sampled_from(["log", "task_update", "item_update"])),
    task_id=st.none() | st.integers(1, 3),
    kind=st.sampled_from(["log", "task_update", "item_update"]),
)
def test_a_choice_wants_what_it_names(tasks, kinds, task_id, kind):
    wanted = Choice(tasks, kinds).wants(Fact(1, kind, task_id, 0.0, "{}"))
    by_task = tasks is None or task_id in tasks
    by_kind = kind in kinds if kinds is not None else kind not in ON_REQUEST
    assert wanted == (by_task and by_kind)


# --- merging ---------------------------------------------------------------------------------


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


# --- streams of one request ------------------------------------------------------------------


def request_app(**subscription):
    """An app whose POST answers with a stream of its own."""
    import bottle

    app = small_app()

    @app.post("/api/v1/run")
    def run():
        bottle.response.content_type = "text/event-stream"
        bottle.request.environ["longhaul.stream"] = Subscription(**subscription)
        return b""

    return app


def test_a_request_stream_is_renamed_and_ends_after_its_final_event():
    app = request_app(
        after=0,
        choice=Choice(tasks=frozenset({2})),
        rename=lambda event: ("step", json.dumps({"was": event.kind})),
        until=lambda event: event.kind == "task_finished",
    )
    with running(app) as site:
        for task_id, kind in ((1, "task_finished"), (2, "task_update"), (2, "task_finished")):
            site.source.add(kind, task_id)
        site.source.add("task_update", 2)
        answer = site.request("POST", "/api/v1/run", {}, b"{}")
        eventually(lambda: site.stream.stats()["open"] == 0)
    blocks = answer.body.decode().split("\n\n")
    assert blocks == [
        "retry: 1000",
        'id: 2\nevent: step\ndata: {"was": "task_update"}',
        'id: 3\nevent: step\ndata: {"was": "task_finished"}',
        "",
    ]


def test_a_request_stream_ends_live_and_its_connection_closes():
    app = request_app(until=lambda event: event.kind == "task_finished")
    with running(app) as site:
        sock = site.connect()
        lines = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"POST /api/v1/run HTTP/1.1\r\n{lines}\r\n".encode())
        eventually(lambda: site.stream.stats()["open"] == 1)
        for kind in ("task_update", PROGRESS, PROGRESS, "task_finished", "task_update"):
            tell(site, kind)
        received = b""
        while piece := sock.recv(65536):
            received += piece
        sock.close()
    kinds = re.findall(rb"event: (\w+)", received)
    assert kinds[0] == b"task_update" and kinds[-1] == b"task_finished"
    assert received.endswith(b"0\r\n\r\n")


def test_nothing_follows_the_end_of_a_request_stream_that_is_read_slowly():
    app = request_app(until=lambda event: event.kind == "task_finished")
    with running(app) as site:
        sock = site.connect(receive_buffer=4096)
        lines = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"POST /api/v1/run HTTP/1.1\r\n{lines}\r\n".encode())
        eventually(lambda: site.stream.stats()["open"] == 1)
        tell(site, text="x" * 900_000)  # more than the kernel takes: the rest waits in our memory
        neighbour = site.open_stream(query="after=0")
        neighbour.events_until(tell(site, "task_finished"))
        neighbour.events_until(tell(site, "task_update"))
        received = b""
        while piece := sock.recv(65536):
            received += piece
        sock.close()
    assert received.endswith(b"0\r\n\r\n") and len(received) > 900_000
    assert re.findall(rb"event: (\w+)", received) == [b"task_update", b"task_finished"]


def test_a_broken_function_of_one_stream_harms_no_other():
    def broken(event):
        raise RuntimeError("broken")

    with running(request_app(after=0, until=broken)) as site:
        neighbour = site.open_stream(query="after=0")
        sock = site.connect()
        lines = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: {BEARER['Authorization']}\r\n"
        sock.sendall(f"POST /api/v1/run HTTP/1.1\r\n{lines}\r\n".encode())
        eventually(lambda: site.stream.stats()["open"] == 2)
        number = tell(site)
        assert neighbour.event()[0] == number
        eventually(lambda: site.stream.stats()["open"] == 1)
        sock.close()


# --- slow readers and storms -----------------------------------------------------------------


def test_a_reader_that_takes_nothing_is_cut_off_without_disturbing_its_neighbours(site):
    slow = site.open_stream(receive_buffer=4096)
    quick = site.open_stream(query="after=0")
    eventually(lambda: site.stream.stats()["open"] == 2)
    text, sent, longest = "x" * 4000, 0, 0.0
    while site.stream.stats()["cut"] == 0:
        began = time.perf_counter()
        sent = tell(site, text=text)
        assert quick.event()[0] == sent
        longest = max(longest, time.perf_counter() - began)
        assert sent * len(text) < 4 * BACKLOG_LIMIT, "it was never cut off"
    assert sent * len(text) > BACKLOG_LIMIT and longest < 0.1
    assert site.stream.stats()["open"] == 1
    slow.close()


def test_a_slow_replay_waits_for_its_reader_instead_of_growing(one):
    for _ in range(2000):
        one.source.add("task_update", 1, json.dumps({"text": "x" * 4000}))
    stream = one.open_stream(query="after=0", receive_buffer=4096)
    eventually(lambda: one.stream.stats()["sent"] > 0)
    neighbour = one.open_stream(query="after=2000")
    number = tell(one)
    assert neighbour.event()[0] == number  # rounds went by, and the slow one is not drowned
    assert one.stream.stats()["sent"] < 1000
    assert ids(stream.events_until(number)) == list(range(1, number + 1))
    assert one.stream.stats()["cut"] == 0


def test_a_burst_above_the_limit_does_not_cut_off_a_reader_that_keeps_up(one):
    stream = one.open_stream(query="after=0")
    eventually(lambda: one.stream.stats()["open"] == 1)
    tell(one, text="x" * (2 * BACKLOG_LIMIT))
    assert len(stream.event()[2]["text"]) == 2 * BACKLOG_LIMIT
    assert one.stream.stats()["cut"] == 0


def test_streams_that_leave_are_forgotten_with_their_descriptors(site):
    eventually(lambda: site.server.waiting == 0)
    before = descriptors()
    streams = [site.open_stream() for _ in range(150)]
    eventually(lambda: site.stream.stats()["open"] == 150)
    for stream in streams:
        stream.close()
    eventually(lambda: site.stream.stats()["open"] == 0)
    eventually(lambda: descriptors() <= before)


def test_hundreds_of_streams_hold_no_worker(one):
    others = threading.active_count()  # of whatever ran before in this process
    streams = [one.open_stream() for _ in range(200)]
    eventually(lambda: one.stream.stats()["open"] == 200)
    assert threading.active_count() - others < 25
    assert one.get("/api/v1/tasks").status == 200
    number = tell(one)
    assert {stream.event()[0] for stream in streams} == {number}
