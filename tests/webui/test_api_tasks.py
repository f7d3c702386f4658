"""Tasks over HTTP: creating, listing, showing, changing, acting on one (many: `test_api_bulk`)."""

import json
import re

import pytest

from tests.webui.site import API, QUICK, pointers, problem

# --- create -------------------------------------------------------------------------------------


def test_a_created_task_is_answered_with_its_place_and_can_be_read_there(live):
    request = {
        "type": "rehearsal",
        "params": QUICK,
        "title": "  My \n run ",
        "priority": 7,
        "session_id": "s-1",
        "related": {"type": "book", "id": "b-2"},
        "project": "letters",
        "hold": True,
    }
    answer = live.ask("POST", "/tasks", request)
    task = answer.json
    assert answer.status == 201 and answer.header("Location") == f"{API}/tasks/{task['id']}"
    assert task["title"] == "My run" and task["priority"] == 7 and task["held"]
    assert task["related"] == {"type": "book", "id": "b-2"} and task["source"] == "api"
    assert task["waiting_because"]["code"] == "held"
    there = live.request("GET", answer.header("Location"))
    assert there.json == task and there.header("ETag") == answer.header("ETag")


def test_a_task_runs_to_its_end_and_leaves_a_result(live):
    task = live.run()
    assert task["status"] == "completed" and task["progress"]["done"] == 8
    assert [job["status"] for job in task["jobs"]] == ["completed", "completed"]
    assert task["jobs"][0]["attempt_list"][0]["outcome"] == "completed"
    assert live.request("GET", task["result_url"]).json == {"counted": 4}


def test_what_does_not_fit_is_refused_with_a_pointer_to_each_place(live):
    bad = {"type": "rehearsal", "params": {"records": -1, "batch_size": "ten"}}
    assert pointers(live.ask("POST", "/tasks", bad)) == ["/params/records", "/params/batch_size"]
    assert pointers(live.ask("POST", "/tasks", {"type": "rehearsl"})) == ["/type"]
    assert pointers(live.ask("POST", "/tasks", {"typ": "x"})) == ["/type", "/typ"]
    misspelt = {"type": "rehearsal", "params": {"recrods": 1}}
    answer = live.ask("POST", "/tasks", misspelt)
    assert pointers(answer) == ["/params/recrods"] and "records" in answer.json["detail"]
    assert pointers(live.ask("POST", "/tasks", {"type": "rehearsal", "after": [10**6]})) == [
        "/after/0"
    ]


@pytest.mark.parametrize("value", ["true", 1, "yes"])
def test_json_types_are_taken_as_they_are(live, value):
    request = {"type": "rehearsal", "params": QUICK, "hold": value}
    assert pointers(live.ask("POST", "/tasks", request)) == ["/hold"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"type": "rehearsal",}', b'"\\ud800"'])
def test_what_is_not_json_is_malformed(live, body):
    problem(live.request("POST", f"{API}/tasks", body=body), 400, "malformed")


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"rehearsal"', b"NaN"])
def test_a_body_that_is_no_object_does_not_fit(live, body):
    problem(live.request("POST", f"{API}/tasks", body=body), 422, "invalid-parameters")


def test_a_post_without_a_body_says_that_it_needs_one(live):
    problem(live.ask("POST", "/tasks"), 400, "malformed")


def test_a_path_outside_the_roots_is_forbidden(live, tmp_path):
    outside = "/etc/passwd"
    request = {"type": "backfill-dates", "params": {"database": outside}}
    problem(live.ask("POST", "/tasks", request), 403, "forbidden")
    preview = live.ask("POST", "/task-types/backfill-dates/preview", {"params": request["params"]})
    problem(preview, 403, "forbidden")


def test_a_table_that_the_database_does_not_have_is_refused_with_a_pointer(live):
    import sqlite3

    path = live.service.data_dir / "archive.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)")
    params = {"database": str(path), "table": "letters"}
    answer = live.ask("POST", "/tasks", {"type": "backfill-dates", "params": params})
    assert any(p.startswith("/params/") for p in pointers(answer))


# --- list ---------------------------------------------------------------------------------------


def test_a_list_goes_on_at_its_link_until_everything_was_seen(live):
    made = [live.add(project="paged")["id"] for _ in range(5)]
    path, seen = f"{API}/tasks?project=paged&limit=2&status=queued,paused", []
    while path:
        answer = live.request("GET", path)
        seen += [task["id"] for task in answer.json["items"]]
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.header("Link") or "")
        assert bool(link) == (answer.json["next_cursor"] is not None)
        path = link[1] if link else None
    assert seen == made[::-1]


def test_filters_of_a_list_narrow_it(live):
    task = live.add(session_id="filters", related={"type": "book", "id": "f/1"}, title="Findable")
    other = live.add(session_id="filters")
    both = live.read("/tasks", session_id="filters")["items"]
    assert [t["id"] for t in both] == [other["id"], task["id"]]
    for query in ({"q": "findab"}, {"related_type": "book", "related_id": "f/1"}):
        assert [t["id"] for t in live.read("/tasks", **query)["items"]] == [task["id"]]
    assert live.read("/tasks", session_id="filters", status="running")["items"] == []
    assert len(live.read("/tasks", session_id="filters", sort="id", limit=1)["items"]) == 1


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=1&limit=2", "/limit"),
        ("status=done", "/status/0"),
        ("sort=title", "/sort"),
        ("cursor=x", "/cursor"),
        ("colour=red", "/colour"),
        ("finished_since=yesterday", "/finished_since"),
    ],
)
def test_a_query_that_does_not_fit_is_refused_by_name(live, query, pointer):
    assert pointers(live.ask("GET", f"/tasks?{query}")) == [pointer]


def test_a_query_that_is_not_utf8_is_malformed(live):
    problem(live.ask("GET", "/tasks?q=%ff"), 400, "malformed")


# --- one task -----------------------------------------------------------------------------------


def test_a_task_the_client_has_already_is_not_sent_again(live):
    task = live.add()
    tag = live.ask("GET", f"/tasks/{task['id']}").header("ETag")
    same = live.ask("GET", f"/tasks/{task['id']}", If_None_Match=f'"old", {tag}')
    assert same.status == 304 and same.body == b"" and same.header("ETag") == tag
    live.ask("PATCH", f"/tasks/{task['id']}", {"title": "Other"})
    assert live.ask("GET", f"/tasks/{task['id']}", If_None_Match=tag).status == 200


def test_head_has_the_headers_of_get_and_no_body(live):
    task = live.add()
    got, head = (live.ask(method, f"/tasks/{task['id']}") for method in ("GET", "HEAD"))
    assert head.status == 200 and head.body == b"" and head.header("ETag") == got.header("ETag")
    assert head.header("Content-Length") == got.header("Content-Length")


def test_a_change_that_was_made_for_an_older_version_is_refused(live):
    task = live.add()
    path = f"/tasks/{task['id']}"
    old = live.ask("GET", path).header("ETag")
    changed = live.ask("PATCH", path, {"title": "First"}, If_Match=old)
    assert changed.status == 200 and changed.json["title"] == "First"
    assert problem(live.ask("PATCH", path, {"title": "2"}, If_Match=old), 412, "stale")["task"]
    version = changed.json["version"]
    assert live.ask("PATCH", path, {"title": "Second"}, If_Match=f'"{version}"').status == 200
    assert live.ask("PATCH", path, {"title": "Third"}, If_Match="*").status == 200
    assert live.ask("PATCH", path, {"title": "Fourth"}).json["title"] == "Fourth"
    assert live.ask("PATCH", path, {"title": "5"}, If_Match='W/"1"').status == 412
    problem(live.ask("PATCH", path, {"title": "6"}, If_Match="1"), 428, "unreadable-condition")
    assert live.read(path)["title"] == "Fourth"


def test_a_knob_the_type_does_not_have_is_refused(live):
    task = live.add()
    assert pointers(live.ask("PATCH", f"/tasks/{task['id']}", {"rate": 5})) == ["/rate"]
    assert live.ask("PATCH", f"/tasks/{task['id']}", {"priority": 3}).json["priority"] == 3


@pytest.mark.parametrize("number", ["0", "x", "-1", "1e3", "9" * 19, "9" * 400, "%00", "1%20"])
def test_what_is_no_number_of_a_task_is_not_found(live, number):
    problem(live.ask("GET", f"/tasks/{number}"), 404, "not-found")


# --- verbs --------------------------------------------------------------------------------------


def test_verbs_change_what_waits_at_once(live):
    path = f"/tasks/{live.add()['id']}"
    for verb, status in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        answer = live.ask("POST", f"{path}/{verb}")
        assert answer.status == 200 and answer.json["status"] == status
    refused = live.ask("POST", f"{path}/resume")
    assert "retry" in problem(refused, 409, "not-possible")["allowed"]
    held = live.add()
    assert live.ask("POST", f"/tasks/{held['id']}/start", {}).status == 200
    assert live.finished(held["id"])["status"] == "completed"
    again = live.ask("POST", f"/tasks/{held['id']}/retry", {"from": "start"})
    assert again.status == 200 and again.json["run"] == 2
    live.finished(held["id"])


def test_what_runs_is_asked_and_follows_at_its_next_checkpoint(live):
    slow = {"records": 100_000, "batch_size": 1, "seconds_per_batch": 0.02}
    task = live.add(slow, hold=False)
    stream = live.follow(task=task["id"], after=0)
    while stream.event()[2].get("status") != "running":
        pass
    answer = live.ask("POST", f"/tasks/{task['id']}/pause")
    assert answer.status == 202 and answer.json["shown_status"] == "pausing"
    while stream.event()[2].get("status") != "paused":
        pass
    answer = live.ask("DELETE", f"/tasks/{task['id']}")
    assert answer.status == 202 and answer.json["status"] == "cancelled"
    assert problem(live.ask("DELETE", f"/tasks/{task['id']}"), 409, "not-possible")["allowed"]
    stream.close()


def test_a_task_moves_in_the_line(live):
    first, second, third = (live.add(project="line")["id"] for _ in range(3))
    assert live.ask("POST", f"/tasks/{third}/move", {"to": "top"}).status == 200
    assert live.ask("POST", f"/tasks/{first}/move", {"after": second}).status == 200
    line = live.read("/tasks", project="line", sort="priority")["items"]
    assert [task["id"] for task in line] == [third, second, first]
    assert pointers(live.ask("POST", f"/tasks/{first}/move", {"before": 10**9})) == ["/before"]
    both = live.ask("POST", f"/tasks/{first}/move", {"to": "top", "after": second})
    assert problem(both, 422, "invalid-parameters")


def test_a_verb_refuses_a_body_it_does_not_know(live):
    task = live.add()
    assert pointers(live.ask("POST", f"/tasks/{task['id']}/pause", {"hard": True})) == ["/hard"]


# --- below a task -------------------------------------------------------------------------------


def test_jobs_items_and_timeline_of_a_task(live):
    task = live.run(items=["a", "b", "c"])
    path = f"/tasks/{task['id']}"
    assert [job["step"] for job in live.read(f"{path}/jobs")["items"]] == [0, 1]
    page = live.ask("GET", f"{path}/items?limit=2")
    assert [item["key"] for item in page.json["items"]] == ["a", "b"]
    following = re.match(r"<([^>]+)>", page.header("Link"))[1]
    assert [item["key"] for item in live.request("GET", following).json["items"]] == ["c"]
    events = live.read(f"{path}/events", limit=500)["items"]
    assert events[-1]["kind"] == "task_finished" and events[-1]["data"]["status"] == "completed"
    assert [e["id"] for e in events] == sorted(e["id"] for e in events)
    for below in ("jobs", "items", "events", "logs", "result"):
        problem(live.ask("GET", f"/tasks/{10**9}/{below}"), 404, "not-found")


def test_secrets_of_parameters_do_not_come_back(live):
    url = "postgresql://me:hunter2secret@127.0.0.1:1/db"
    answer = live.ask("POST", "/tasks", {"type": "backfill-dates", "params": {"database": url}})
    assert answer.status >= 400 and "hunter2secret" not in json.dumps(answer.json)
