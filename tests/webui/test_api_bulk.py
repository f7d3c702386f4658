"""One verb for many tasks over HTTP."""

from tests.webui.site import problem


def test_many_tasks_are_cancelled_by_number_and_each_answers_for_itself(live):
    ids = [live.add()["id"] for _ in range(2)]
    live.ask("POST", f"/tasks/{ids[1]}/cancel")
    answer = live.ask("DELETE", "/tasks", {"ids": [*ids, 10**9]})
    assert answer.status == 200 and answer.json["changed"] == 1
    assert [result["ok"] for result in answer.json["results"]] == [True, False, False]
    assert [r.get("error", {}).get("code") for r in answer.json["results"]] == [
        None,
        "not-possible",
        "not-found",
    ]


def test_a_bulk_action_on_a_number_that_drifted_changes_nothing(live):
    ids = [live.add(project="drift")["id"] for _ in range(2)]
    wanted = {"filter": {"project": "drift"}, "expected": 3}
    problem(live.ask("DELETE", "/tasks", wanted), 409, "drifted")
    assert live.read(f"/tasks/{ids[0]}")["status"] == "queued"
    paused = {"action": "pause", **wanted, "expected": 2}
    assert live.ask("POST", "/tasks/actions", paused).json["changed"] == 2
    assert live.ask("DELETE", "/tasks", {**wanted, "expected": 2}).json["changed"] == 2
    done = {"action": "clear", "ids": ids}
    assert live.ask("POST", "/tasks/actions", done).json["changed"] == 2
    problem(live.ask("GET", f"/tasks/{ids[0]}"), 404, "not-found")


def test_all_or_nothing_must_be_said_in_words(live):
    assert problem(live.ask("DELETE", "/tasks", {}), 422, "invalid-parameters")
    both = {"all": True, "ids": [1]}
    assert problem(live.ask("DELETE", "/tasks", both), 422, "invalid-parameters")
    live.add()
    assert live.ask("DELETE", "/tasks", {"all": True}).json["changed"] >= 1
    assert live.read("/tasks", show_maintenance="true")["items"] == []


def test_counts_are_those_that_a_bulk_action_would_find(live):
    ids = [live.add(project="count")["id"] for _ in range(3)]
    live.ask("POST", f"/tasks/{ids[0]}/pause")
    live.ask("POST", f"/tasks/{ids[1]}/cancel")
    wanted = {"project": "count"}
    active = live.read("/queue/counts", **wanted)
    assert active == {"total": 2, "by_status": {"queued": 1, "running": 0, "paused": 1}}
    every = live.read("/queue/counts", status="all", **wanted)
    assert every["total"] == 3 and every["by_status"]["cancelled"] == 1
    assert live.read("/queue/counts", status="failed", **wanted)["by_status"] == {"failed": 0}
    pause = {"action": "pause", "filter": wanted, "expected": active["total"]}
    assert live.ask("POST", "/tasks/actions", pause).json["changed"] == 2
    assert live.ask("GET", "/queue/counts?sort=id").status == 422
