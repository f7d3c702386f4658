"""Idempotency keys over HTTP: the same request happens once, whoever repeats it and when."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.webui.site import QUICK

REQUEST = {"type": "rehearsal", "params": QUICK, "hold": True, "project": "once"}


def count(live, project: str) -> int:
    return len(live.read("/tasks", project=project, status="all")["items"])


def test_the_same_post_again_gets_the_first_answer_and_makes_no_second_task(live):
    first = live.ask("POST", "/tasks", REQUEST, Idempotency_Key="k-1")
    again = live.ask("POST", "/tasks", REQUEST, Idempotency_Key="k-1")
    assert first.status == again.status == 201 and first.body == again.body
    for name in ("Location", "ETag", "Content-Type"):
        assert first.header(name) == again.header(name) is not None
    assert first.header("Idempotency-Replayed") is None
    assert again.header("Idempotency-Replayed") == "true"
    assert count(live, "once") == 1


def test_another_request_under_the_same_key_is_refused(live):
    live.ask("POST", "/tasks", REQUEST, Idempotency_Key="k-2")
    for method, path, body in (
        ("POST", "/tasks", REQUEST | {"title": "Other"}),
        ("POST", "/queue/retry-failed", None),
    ):
        answer = live.ask(method, path, body, Idempotency_Key="k-2")
        assert answer.status == 422 and answer.json["type"] == "urn:longhaul:key-reused"


def test_equal_requests_at_the_same_time_make_one_task(live):
    body = REQUEST | {"project": "storm"}
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(live.ask, "POST", "/tasks", body, Idempotency_Key="k-3") for _ in range(16)
        ]
    answers = [a.result() for a in asked]
    assert {a.status for a in answers} == {201} and len({a.body for a in answers}) == 1
    assert count(live, "storm") == 1


def test_equal_requests_at_the_same_time_make_one_schedule(live):
    body = {"name": "Nightly", "cron": "@daily", "type": "rehearsal", "enabled": False}
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(live.ask, "POST", "/schedules", body, Idempotency_Key="k-4")
            for _ in range(8)
        ]
    assert {a.result().body for a in asked} == {asked[0].result().body}
    assert len(live.read("/schedules")["items"]) == 1


def test_a_verb_under_a_key_is_done_once(live):
    task = live.add()
    path = f"/tasks/{task['id']}"
    paused = live.ask("POST", f"{path}/pause", Idempotency_Key="k-5")
    live.ask("POST", f"{path}/resume")
    again = live.ask("POST", f"{path}/pause", Idempotency_Key="k-5")
    assert again.body == paused.body and live.read(path)["status"] == "queued"


def test_a_refused_request_may_be_sent_again_under_its_key(live):
    task = live.add()
    path = f"/tasks/{task['id']}/resume"
    assert live.ask("POST", path, Idempotency_Key="k-6").status == 409
    live.ask("POST", f"/tasks/{task['id']}/pause")
    assert live.ask("POST", path, Idempotency_Key="k-6").status == 200


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "\xe9"])
def test_what_is_no_key_is_refused(live, key):
    answer = live.ask("POST", "/tasks", REQUEST, Idempotency_Key=key)
    assert answer.status == 422 and answer.json["type"] == "urn:longhaul:invalid-parameters"


def test_codes_are_not_kept_under_a_key(live):
    codes = {live.ask("POST", "/codes", Idempotency_Key="k-7").json["code"] for _ in range(2)}
    assert len(codes) == 2
    kept = live.service.store.execute("SELECT body FROM idempotency", {})
    assert not any(code in row["body"] for code in codes for row in kept)
