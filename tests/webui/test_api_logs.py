"""Logs and results over HTTP: what tasks wrote, which may be anything, is never shown as ours."""

import json
import re

import pytest

from tests.webui.site import API

EVIL = 'line\nbreak\r\x1b[31m <script>alert(1)</script> \u2028 "quoted" ümläut'


@pytest.fixture(scope="module")
def logged(live):
    """A task with one log line of each level and one with everything bad in it."""
    task = live.add()
    job = task["jobs"][0]["id"]
    rows = [("debug", "looked"), ("info", "found"), ("warning", EVIL), ("error", "100% wrong_")]
    with live.service.ledger.transaction() as store:
        for level, message in rows:
            values = {"task_id": task["id"], "job_id": job, "attempt": 1, "at": 1.5}
            store.one("insert_log", **values, level=level, stage="counting", message=message)
    return task["id"]


def lines(answer) -> list[dict]:
    return [json.loads(line) for line in answer.body.decode().splitlines()]


def test_logs_are_json_lines(live, logged):
    answer = live.ask("GET", f"/tasks/{logged}/logs")
    assert answer.header("Content-Type") == "application/x-ndjson"
    assert answer.body.count(b"\n") == 4
    assert [entry["level"] for entry in lines(answer)] == ["debug", "info", "warning", "error"]
    assert lines(answer)[2]["message"] == EVIL
    assert lines(answer)[0]["at"] == "1970-01-01T00:00:01.500Z"
    named = live.ask("GET", f"/tasks/{logged}/logs", Accept="application/jsonl")
    assert named.header("Content-Type") == "application/jsonl" and named.body == answer.body


def test_logs_as_text_have_one_line_for_each_entry_whatever_it_holds(live, logged):
    answer = live.ask("GET", f"/tasks/{logged}/logs", Accept="text/plain")
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    text = answer.body.decode()
    assert len(text.splitlines()) == 4 and "\x1b" not in text and "ümläut" in text
    assert r"line\nbreak\r\x1b[31m" in text and r"\u2028" in text


@pytest.mark.parametrize(
    ("query", "levels"),
    [
        ("level=warning", ["warning", "error"]),
        ("q=FOUND", ["info"]),
        ("q=100%25", ["error"]),
        ("q=wrong_", ["error"]),
        ("level=error&q=found", []),
    ],
)
def test_logs_are_filtered_by_least_level_and_text(live, logged, query, levels):
    found = lines(live.ask("GET", f"/tasks/{logged}/logs?{query}"))
    assert [entry["level"] for entry in found] == levels


def test_logs_go_on_at_their_link(live, logged):
    page = live.ask("GET", f"/tasks/{logged}/logs?limit=3&level=info")
    path = re.match(r"<([^>]+)>", live.ask("GET", f"/tasks/{logged}/logs?limit=3").header("Link"))
    assert page.header("Link") is None and len(lines(page)) == 3
    assert [entry["level"] for entry in lines(live.request("GET", path[1]))] == ["error"]


def result(live, content: bytes, media_type: str):
    task_id = live.add()["id"]
    sql = "UPDATE tasks SET result = :content, result_type = :type WHERE id = :id"
    values = {"content": content, "type": media_type, "id": task_id}
    live.service.store.execute(sql, values)
    return live.ask("GET", f"/tasks/{task_id}/result")


def test_a_result_that_is_html_is_sandboxed_and_saved(live):
    answer = result(live, b"<script>alert(1)</script>", "text/html; charset=utf-8")
    assert answer.status == 200 and answer.body == b"<script>alert(1)</script>"
    assert "sandbox" in answer.header("Content-Security-Policy").split(", ")
    assert answer.header("Content-Disposition").startswith("attachment;")
    assert answer.header("X-Content-Type-Options") == "nosniff"


def test_a_result_has_its_media_type(live):
    assert result(live, b"a,b\n", "text/csv").header("Content-Type") == "text/csv"
    assert result(live, b"\0\xff", "application/x-thing").body == b"\0\xff"


@pytest.mark.parametrize("media_type", ["", "nonsense", "text/html\r\nX-Evil: 1", "a/b; c=d, e"])
def test_a_media_type_that_is_none_becomes_plain_bytes(live, media_type):
    answer = result(live, b"x", media_type)
    assert answer.header("Content-Type") == "application/octet-stream"
    assert answer.header("X-Evil") is None


def test_a_task_without_a_result_says_so(live):
    answer = live.request("GET", f"{API}/tasks/{live.add()['id']}/result")
    assert answer.status == 404 and "no result" in answer.json["detail"]


def test_a_log_is_read_backwards_by_its_links(live, logged):
    page = live.ask("GET", f"/tasks/{logged}/logs?before={2**53 - 1}&limit=3")
    assert [entry["level"] for entry in lines(page)] == ["info", "warning", "error"]
    path = re.match(r"<([^>]+)>", page.header("Link"))
    assert "before=" in path[1]
    assert [entry["level"] for entry in lines(live.request("GET", path[1]))] == ["debug"]


def test_a_whole_log_is_saved_as_text(live, logged):
    answer = live.ask("GET", f"/tasks/{logged}/logs/text?level=info")
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.header("Content-Disposition") == f'attachment; filename="task-{logged}-log.txt"'
    assert len(answer.body.decode().splitlines()) == 3


def test_a_saved_log_has_more_lines_than_one_page(live):
    task = live.add()
    job = task["jobs"][0]["id"]
    with live.service.ledger.transaction() as store:
        for n in range(1201):
            values = {"task_id": task["id"], "job_id": job, "attempt": 1, "at": 1.0, "stage": ""}
            store.one("insert_log", **values, level="info", message=f"line {n}")
    text = live.ask("GET", f"/tasks/{task['id']}/logs/text").body.decode()
    assert [row.rpartition(" ")[2] for row in text.splitlines()] == [str(n) for n in range(1201)]


def test_a_picture_is_saved_as_one(live):
    answer = result(live, b"<svg/>", "image/svg+xml")
    assert answer.header("Content-Disposition").endswith('-result.svg"')
    assert "sandbox" in answer.header("Content-Security-Policy").split(", ")
