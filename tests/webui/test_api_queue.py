"""The queue, the person's activity, sessions, completions, snapshot, settings, schedules, stats."""

from datetime import UTC, datetime
from pathlib import Path

from tests.webui.http_client import eventually
from tests.webui.site import QUICK


def test_a_paused_queue_starts_nothing_and_says_why(live):
    assert live.ask("POST", "/queue/pause").json["is_paused"] is True
    task = live.add(hold=False)
    assert live.read("/queue")["waiting_because"]["code"] == "queue-paused"
    assert live.read(f"/tasks/{task['id']}")["waiting_because"]["code"] == "queue-paused"
    assert live.ask("POST", "/queue/resume", {}).json["is_paused"] is False
    assert live.finished(task["id"])["status"] == "completed"


def test_completed_tasks_are_cleared_and_failed_ones_retried(live):
    done = live.run()
    failed = live.run({**QUICK, "trouble": "hopeless", "trouble_at": 1})
    assert live.read("/queue")["completed"] >= 1 and live.read("/queue")["failed"] == 1
    assert live.ask("POST", "/queue/clear-completed").json["changed"] >= 1
    assert live.ask("GET", f"/tasks/{done['id']}").status == 404
    assert live.ask("POST", "/queue/retry-failed").json == {"changed": 1}
    assert live.finished(failed["id"])["status"] in ("completed", "failed")


def test_the_persons_activity_is_a_lease(live):
    assert live.read("/activity") == {"state": "idle", "until": None}
    said = live.ask("PUT", "/activity", {"state": "recording", "ttl_s": 60})
    assert said.status == 200 and said.json["state"] == "recording" and said.json["until"]
    assert live.read("/queue")["activity"]["state"] == "recording"
    live.ask("PUT", "/activity", {"state": "recording", "ttl_s": 1})
    stream = live.follow(kinds="queue_update")
    live.ask("PUT", "/activity", {"state": "idle"})
    assert stream.event()[2]["activity"]["state"] == "idle"
    stream.close()
    assert live.ask("PUT", "/activity", {"state": "dancing"}).status == 422


def test_what_is_wrong_is_told_when_it_begins_and_when_it_ends(live, monkeypatch):
    stream = live.follow(kinds="queue_update")
    monkeypatch.setattr("core.service.LOW_DISK", 1 << 62)
    told = stream.event()[2]
    assert [wrong["code"] for wrong in told["conditions"]] == ["disk-low"]
    assert told["conditions"] == live.read("/snapshot")["conditions"]
    monkeypatch.undo()
    assert stream.event()[2]["conditions"] == []
    stream.close()


def test_a_session_finds_its_tasks_again_with_their_jobs(live):
    tasks = [live.add(session_id="window ü")["id"] for _ in range(2)]
    found = live.read("/sessions/window%20%C3%BC/tasks")["items"]
    assert [task["id"] for task in found] == tasks[::-1]
    assert live.read("/sessions/nobody/tasks") == {"items": []}
    named = live.add(session_id="w-2")["id"]
    (again,) = live.read("/sessions/w-2/tasks")["items"]
    assert again["id"] == named and len(again["jobs"]) == 1


def test_what_ended_while_away_is_told(live):
    before = datetime.now(UTC).isoformat()
    done = live.run()
    failed = live.run({**QUICK, "trouble": "hopeless", "trouble_at": 1})
    found = live.read("/completions", since=before)["items"]
    assert [task["id"] for task in found] == [failed["id"], done["id"]]
    assert live.read("/completions", since=datetime.now(UTC).isoformat())["items"] == []
    for query in ("", "?since=", "?since=2026-01-01T00:00:00", "?since=9"):
        assert live.ask("GET", f"/completions{query}").status == 422


def test_the_snapshot_and_the_stream_after_it_leave_nothing_out(live):
    task = live.add()
    snapshot = live.read("/snapshot")
    assert any(t["id"] == task["id"] for t in snapshot["tasks"])
    assert snapshot["queue"]["lanes"] and snapshot["conditions"] == []
    stream = live.follow(after=snapshot["last_event_id"], task=task["id"])
    live.ask("PATCH", f"/tasks/{task['id']}", {"title": "After the snapshot"})
    number, kind, data = stream.event()
    assert number > snapshot["last_event_id"] and data["title"] == "After the snapshot"
    stream.close()


def test_settings_change_one_by_one_and_go_back_to_their_defaults(live):
    before = live.read("/settings")
    changed = live.ask("PATCH", "/settings", {"pipeline.direct_slots": 7, "theme": "dark"})
    assert changed.status == 200
    assert changed.json == before | {"pipeline.direct_slots": 7, "theme": "dark"}
    assert live.read("/settings") == changed.json
    back = live.ask("PATCH", "/settings", {"pipeline.direct_slots": None, "theme": None})
    assert back.json == before
    wrong = {"pipeline.direct_slots": 0, "quiet_hours": [{"start": "25:00", "end": "06:00"}]}
    refused = live.ask("PATCH", "/settings", wrong)
    places = [error["pointer"] for error in refused.json["errors"]]
    assert refused.status == 422 and "/pipeline.direct_slots" in places
    assert "/quiet_hours/0/start" in places and live.read("/settings") == before
    misspelt = live.ask("PATCH", "/settings", {"theem": "dark"})
    assert misspelt.status == 422 and "theme" in misspelt.json["detail"]


def test_a_schedule_from_its_making_to_its_end(live):
    request = {"name": "Nightly", "cron": "30 2 * * *", "type": "rehearsal", "params": QUICK}
    made = live.ask("POST", "/schedules", request)
    schedule = made.json
    assert made.status == 201 and made.header("Location").endswith(f"/schedules/{schedule['id']}")
    assert live.read("/schedules")["items"] == [schedule] and schedule["next_at"]
    path = f"/schedules/{schedule['id']}"
    off = live.ask("PATCH", path, {"enabled": False, "name": "Off"})
    assert off.json["next_at"] is None and off.json["name"] == "Off"
    ran = live.ask("POST", f"{path}/run")
    assert ran.status == 201 and ran.json["source"] == "schedule"
    assert live.request("GET", ran.header("Location")).status == 200
    live.finished(ran.json["id"])
    gone = live.ask("DELETE", path)
    assert gone.status == 204 and gone.body == b""
    for method, below in (("DELETE", path), ("PATCH", path), ("POST", f"{path}/run")):
        assert live.ask(method, below, None if method != "PATCH" else {}).status == 404
    for wrong in ({"cron": "soon"}, {"type": "nonsense"}, {"params": {"records": -1}}):
        assert live.ask("POST", "/schedules", request | wrong).status == 422


def test_stats_count_what_finished(live):
    live.run()
    by_type = live.read("/stats", by="type", since="2020-01-01")
    (row,) = [r for r in by_type["rows"] if r["type"] == "rehearsal"]
    assert row["completed"] >= 1 and row["records"] >= 8 and row["mean_s"] > 0
    assert live.read("/stats")["rows"][0]["day"] == datetime.now(UTC).date().isoformat()
    for wrong in ("yesterday", "0", "2026-02-30", ""):
        assert live.ask("GET", f"/stats?since={wrong}").status == 422
    assert live.ask("GET", "/stats?by=hour").status == 422


def test_task_types_and_what_they_would_do(live):
    types = live.read("/task-types")
    assert types["problems"] == [] and "rehearsal" in [t["name"] for t in types["items"]]
    one = live.read("/task-types/backfill-dates")
    assert one in types["items"] and "database" in one["params_schema"]["properties"]
    missing = live.ask("GET", "/task-types/backfill-date")
    assert missing.status == 404 and "backfill-dates" in missing.json["detail"]
    path = Path(live.archive())
    before = path.read_bytes()
    request = {"params": {"database": str(path)}}
    found = live.ask("POST", "/task-types/backfill-dates/preview", request)
    assert found.status == 200 and found.json["problems"] == []
    assert found.json["count"] > 0 and found.json["sample"] and path.read_bytes() == before
    wrong = live.ask("POST", "/task-types/rehearsal/preview", {"params": {"records": -1}})
    assert wrong.status == 422 and wrong.json["errors"][0]["pointer"] == "/params/records"
    assert live.ask("POST", "/task-types/nonsense/preview", {}).status == 404


def test_a_broken_plug_in_is_told_with_file_line_and_reason(live):
    def problems() -> list[dict]:
        return live.read("/task-types")["problems"]

    file = live.service.data_dir / "tasks" / "broken.py"
    file.write_text("import core\n\nraise RuntimeError('no good')\n")
    eventually(problems)
    (told,) = problems()
    assert told["file"] == str(file) and told["line"] == 3 and "no good" in told["reason"]
    file.unlink()
    eventually(lambda: not problems())
