"""Event streams over real sockets: what is sent, to how many, and who is cut off."""

import json
import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from tests.webui.http_client import BEARER, Fact, descriptors, eventually, running, small_app
from tests.webui.stream.telling import ids, tell
from webui.frames import ON_REQUEST, Choice
from webui.readers import BACKLOG_LIMIT

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
