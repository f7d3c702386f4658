"""Events of a real service over HTTP, and tasks that are started and followed in one request."""

import pytest

from tests.webui.http_client import eventually
from tests.webui.site import QUICK, Posted

SLOW = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.02}


# --- GET /events --------------------------------------------------------------------------------


def test_a_stream_tells_every_change_of_a_task_once_and_in_order(live):
    task = live.add()
    stream = live.follow(task=task["id"], after=0)
    assert stream.block() == "retry: 1000"
    live.ask("POST", f"/tasks/{task['id']}/start")
    events = []
    while not events or events[-1][1] != "task_finished":
        events.append(stream.event())
    numbers = [event[0] for event in events]
    assert numbers == sorted(set(numbers))
    assert {data.get("task_id", data["id"]) for _, _, data in events} == {task["id"]}
    assert {"task_created", "job_update", "task_finished"} <= {kind for _, kind, _ in events}
    shown = live.read(f"/tasks/{task['id']}")
    assert events[-1][2] == {name: shown[name] for name in events[-1][2]}
    stream.close()


def test_last_event_id_wins_over_after(live):
    first, second = live.add(), live.add()
    timeline = live.read(f"/tasks/{first['id']}/events")["items"]
    stream = live.open_stream("after=0&kinds=task_created", Last_Event_ID=str(timeline[-1]["id"]))
    assert stream.event()[2]["id"] == second["id"]
    stream.close()


def test_logs_and_items_come_only_when_asked_for(live):
    last = live.service.events.last_id()
    ledger = live.service.ledger
    with ledger.transaction():
        for kind in ("log", "item_update", "telemetry"):
            ledger.events.append(kind, None, {"kind": kind})
    plain = live.follow(after=last)
    named = live.follow(after=last, kinds="log,item_update")
    assert plain.event()[1] == "telemetry"
    assert [named.event()[1], named.event()[1]] == ["log", "item_update"]
    plain.close()
    named.close()


def test_numbers_that_were_never_given_are_answered_with_a_reset(live):
    last = live.service.events.last_id()
    stream = live.follow(after=last + 1000)
    number, kind, data = stream.event()
    assert kind == "reset" and number == data["last_event_id"] >= last
    stream.close()


@pytest.mark.parametrize(
    "query", ["kinds=nonsense", "after=-1", "task=x", "after=1&after=2", "x=1"]
)
def test_a_stream_with_a_wrong_query_is_refused(live, query):
    answer = live.ask("GET", f"/events?{query}")
    assert answer.status == 422 and answer.header("Content-Type") == "application/problem+json"


def test_a_last_event_id_that_is_no_number_is_refused(live):
    assert live.ask("GET", "/events", Last_Event_ID="x").status == 422


def test_head_of_the_stream_ends(live):
    answer = live.ask("HEAD", "/events")
    assert answer.status == 200 and answer.header("Content-Type") == "text/event-stream"


def test_details_come_of_the_named_tasks_only_and_everything_else_of_all(live):
    crash = {**QUICK, "trouble": "crash", "trouble_at": 2, "records": 6}
    last = live.read("/snapshot")["last_event_id"]
    looked_at, other = live.run(crash, title="Looked at"), live.run(crash, title="Not looked at")
    kinds = "task_finished,job_update,log"
    stream = live.follow(after=last, kinds=kinds, details=looked_at["id"])
    events = []
    while not events or events[-1][1] != "task_finished" or events[-1][2]["id"] != other["id"]:
        events.append(stream.event())
    stream.close()
    of = {kind: {e[2].get("task_id", e[2]["id"]) for e in events if e[1] == kind} for kind in (
        "task_finished", "job_update", "log")}  # fmt: skip
    assert of["task_finished"] == {looked_at["id"], other["id"]}
    assert of["job_update"] == of["log"] == {looked_at["id"]}
    assert live.ask("GET", "/events?details=x").status == 422


# --- POST /tasks --------------------------------------------------------------------------------


def test_a_task_is_started_at_once_and_its_stream_ends_with_the_result(live):
    live.ask("POST", "/queue/pause")  # outside the waiting line, so not held up by it
    try:
        posted = Posted(live, {"type": "rehearsal", "params": QUICK})
        events = posted.events()
    finally:
        live.ask("POST", "/queue/resume")
    assert posted.head.startswith(b"HTTP/1.1 200 ") and posted.ended
    assert posted.header("Content-Type") == "text/event-stream"
    kinds = [kind for _, kind, _ in events]
    assert kinds[-1] == "task_finished" and set(kinds[:-1]) <= {"task_progress"}
    last = events[-1][2]
    assert posted.header("Location") == f"/api/v1/tasks/{last['id']}"
    assert last["status"] == "completed" and last["result"] == {"counted": 4}


def test_the_work_goes_on_when_the_client_leaves_and_can_be_followed_again(live):
    posted = Posted(live, {"type": "rehearsal", "params": SLOW})
    task_id = int(posted.header("Location").rpartition("/")[2])
    number, kind, _ = posted.event()
    assert kind == "task_progress"
    posted.close()
    eventually(lambda: live.server.stream.stats()["open"] == 0)
    again = live.follow(task=task_id, after=number, kinds="task_progress,task_finished")
    done = 0
    while not done:  # it counts on
        following, kind, data = again.event()
        assert following > number and kind == "task_progress"
        done = data["progress"]["done"]
    live.ask("DELETE", f"/tasks/{task_id}")
    while (event := again.event())[1] != "task_finished":
        assert event[0] > number
    assert event[2]["status"] == "cancelled"
    again.close()


def test_a_failure_ends_the_stream_with_its_reason(live):
    hopeless = {**QUICK, "trouble": "hopeless", "trouble_at": 1}
    kind, data = Posted(live, {"type": "rehearsal", "params": hopeless}).events()[-1][1:]
    assert kind == "task_finished" and data["status"] == "failed" and data["error"]["hint"]
    assert "result" not in data


def test_a_refused_start_is_a_problem_and_no_stream(live):
    for body in ({"type": "nonsense"}, {"type": "rehearsal", "hold": True}):
        answer = live.ask("POST", "/tasks", body, Accept="text/event-stream")
        assert answer.status == 422 and answer.header("Content-Type") == "application/problem+json"


def test_json_is_answered_to_those_who_take_both(live):
    body = {"type": "rehearsal", "params": QUICK, "hold": True}
    for accept in ("*/*", "application/json, text/event-stream", "text/event-stream;q=0"):
        assert live.ask("POST", "/tasks", body, Accept=accept).status == 201


def test_the_same_streamed_post_again_follows_the_same_task(live):
    body = {"type": "rehearsal", "params": SLOW}
    first = Posted(live, body, Idempotency_Key="stream-1")
    again = Posted(live, body, Idempotency_Key="stream-1")
    place = first.header("Location")
    assert again.header("Location") == place and again.header("Idempotency-Replayed") == "true"
    assert again.event()[1] == "task_progress"
    live.request("DELETE", place)
    ends = [stream.events()[-1] for stream in (first, again)]
    assert ends[0] == ends[1] and ends[0][2]["status"] == "cancelled"
    late = Posted(live, body, Idempotency_Key="stream-1")
    assert late.header("Location") == place and late.header("Transfer-Encoding") == ""
    plain = live.ask("POST", "/tasks", body, Idempotency_Key="stream-1")
    assert plain.status == 422 and plain.json["type"] == "urn:longhaul:key-reused"
    first.close()
    again.close()
    late.close()
