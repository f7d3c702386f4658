"""Approval over HTTP: a held task with a note, who asked for it, who let it start, and when."""

import getpass

from desktop.client import AGENT, Client
from desktop.places import ServerFile
from tests.webui.http_client import TOKEN
from tests.webui.site import QUICK, pointers, problem
from webui.calls import COMMAND_AGENT

USER = getpass.getuser()


def history(live, task) -> list[dict]:
    """The records of a task in its events, oldest first."""
    kinds = "task_created,task_update,task_finished"
    events = live.read(f"/tasks/{task['id']}/events", kinds=kinds, limit=500)["items"]
    return [event["data"] for event in events]


def in_session(live) -> dict[str, str]:
    """The headers of a page that has entered with a code."""
    code = live.ask("POST", "/codes").json["code"]
    entered = live.request("GET", f"/enter?code={code}", {"Authorization": None})
    cookie = entered.header("Set-Cookie").partition(";")[0]
    return {"Authorization": None, "Cookie": cookie, "Origin": f"http://127.0.0.1:{live.port}"}


def test_a_note_comes_with_a_task_and_may_be_changed(live):
    task = live.add(note="Wait for the backup.\nThen start it.")
    assert task["note"] == "Wait for the backup.\nThen start it." and task["held"]
    changed = live.ask("PATCH", f"/tasks/{task['id']}", {"note": "The backup is made"}).json
    assert changed["note"] == "The backup is made" and changed["version"] > task["version"]
    assert history(live, task)[-1]["note"] == "The backup is made"
    same = live.ask("PATCH", f"/tasks/{task['id']}", {"title": "Renamed"}).json
    assert same["note"] == "The backup is made", "what is absent stays"
    assert live.ask("PATCH", f"/tasks/{task['id']}", {"note": ""}).json["note"] == ""
    too_long = {"type": "rehearsal", "params": QUICK, "note": "x" * 2001}
    assert pointers(live.ask("POST", "/tasks", too_long)) == ["/note"]


def test_who_has_the_token_is_told_as_a_program_or_the_command(live):
    assert live.add()["asked_by"] == {"by": "program", "user": USER, "session": ""}
    assert AGENT == COMMAND_AGENT
    client = Client(ServerFile(1, "", live.started.url, TOKEN, "0"))
    task = client.post("/tasks", {"type": "rehearsal", "params": QUICK, "hold": True})
    client.close()
    assert task["asked_by"] == {"by": "command", "user": USER, "session": ""}


def test_an_approval_is_kept_with_who_gave_it_when_and_for_which_parameters(live):
    task = live.add(note="Please look at it first", params={**QUICK, "records": 6})
    assert task["approved"] is None
    page = in_session(live)
    started = live.ask("POST", f"/tasks/{task['id']}/start", **page)
    assert started.status == 200
    done = live.finished(task["id"])
    approved = done["approved"]
    assert approved["by"] == "page" and approved["user"] == USER and approved["session"]
    assert approved["at"] >= task["created_at"]
    (event,) = [d for d in history(live, task) if d["approved"] and d["status"] == "queued"][:1]
    assert event["approved"] == approved and not event["held"]
    assert event["params"] == task["params"] and event["note"] == "Please look at it first"
    assert done["asked_by"]["by"] == "program", "who asked for it is another one"


def test_many_are_approved_by_the_same_person(live):
    tasks = [live.add(), live.add()]
    body = {"action": "start", "ids": [task["id"] for task in tasks]}
    assert live.ask("POST", "/tasks/actions", body).json["changed"] == 2
    for task in tasks:
        approved = live.finished(task["id"])["approved"]
        assert approved["by"] == "program" and approved["user"] == USER


def test_what_was_not_held_needs_no_approval_and_a_new_hold_takes_it_back(live):
    first = live.add({**QUICK, "seconds_per_batch": 60}, hold=False)
    later = live.add(hold=False, after=[first["id"]])
    assert live.ask("POST", f"/tasks/{later['id']}/hold").json["approved"] is None
    assert live.ask("POST", f"/tasks/{later['id']}/start").json["approved"]["user"] == USER
    assert live.finished(later["id"])["approved"] is not None
    waiting = live.add(hold=False, after=[first["id"]])
    assert live.ask("POST", f"/tasks/{waiting['id']}/start").json["approved"] is None
    live.ask("POST", f"/tasks/{first['id']}/cancel")
    live.finished(first["id"])


def test_a_finished_task_keeps_its_note(live):
    task = live.run(note="As it was")
    answer = live.ask("PATCH", f"/tasks/{task['id']}", {"note": "Otherwise"})
    problem(answer, 409, "not-possible")
    assert live.read(f"/tasks/{task['id']}")["note"] == "As it was"
