"""The complete examples of the documentation, taken out of its files and run for real.

Each code block below a line `<!-- example: NAME -->` becomes a file. The task types are dropped
into the folder of a running service and done by its worker processes, the test file is run by
pytest, and the first call of docs/api.md calls a service that `longhaul serve` started.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.desk.requests import TaskRequest
from core.face import ICONS
from core.model import TERMINAL
from core.service import Service

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"^<!-- example: (\S+) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(name: str) -> dict[str, str]:
    """{file: text} of the complete examples in docs/NAME."""
    return dict(EXAMPLE.findall((ROOT / "docs" / name).read_text(encoding="utf-8")))


EXAMPLES = examples("writing-a-task.md")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A service with its worker processes; the examples are dropped in while it runs."""
    folder = tmp_path_factory.mktemp("data")
    service = Service(folder)
    service.start()
    for name, text in EXAMPLES.items():
        if not name.startswith("test_"):
            (folder / "tasks" / name).write_text(text, encoding="utf-8")
    yield service
    service.stop()


def result_of(service: Service, name: str, **params):
    """Run a task of this type to its end; (the finished task, its result)."""
    task = service.tasks.create(TaskRequest(type=name, params=params))
    deadline = time.monotonic() + 60
    while (now := service.tasks.get(task["id"]))["status"] not in TERMINAL:
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    assert now["status"] == "completed", now
    return now, json.loads(service.lists.result(task["id"])[1])


def test_every_example_is_one_of_those_run_here():
    types = {"count_words.py", "fill_slugs.py", "word_report.py", "folder_sizes.py"}
    types |= {"import_prices.py", "polite_steps.py", "mark_readers.py"}
    assert set(EXAMPLES) == types | {"test_count_words.py", "test_fill_slugs.py"}


def test_none_of_the_examples_is_refused(running):
    assert running.types.problems() == []


def test_the_first_example_has_at_most_20_lines():
    assert next(iter(EXAMPLES)) == "count_words.py"
    assert len(EXAMPLES["count_words.py"].splitlines()) <= 20


def test_the_first_example_counts_the_words_of_a_file(running):
    text = running.data_dir / "notes.txt"
    text.write_text("to be or not\nto be\n\nthat is the question\n")
    task, result = result_of(running, "count-words", file=str(text))
    assert result == {"words": 10}
    assert task["progress"]["done"] == task["progress"]["total"] == 4


def test_the_backfill_fills_what_is_missing_and_nothing_else(running):
    path = running.data_dir / "news.sqlite"
    rows = [(n, f"News of day {n}", None) for n in range(1, 501)]
    rows += [(501, "Old news", "kept"), (502, "!", None), (503, None, None)]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, slug TEXT)")
        database.executemany("INSERT INTO articles VALUES (?, ?, ?)", rows)
    preview = running.types.preview("fill-slugs", {"database": str(path)})
    assert preview["count"] == 502
    assert preview["sample"][0] == {"id": 1, "slug": "news-of-day-1"}
    task, result = result_of(running, "fill-slugs", database=str(path), batch_size=50)
    assert result == {"done": 500, "failed": 1, "skipped": 1, "filled": 500, "untitled": 1}
    with closing(sqlite3.connect(path)) as database:
        slugs = dict(database.execute("SELECT id, slug FROM articles"))
    assert slugs == {n: f"news-of-day-{n}" for n in range(1, 501)} | {
        501: "kept",
        502: "",
        503: None,
    }
    items = running.lists.items(task["id"], status="failed").items
    assert [item["key"] for item in items] == ["503"]
    _, again = result_of(running, "fill-slugs", database=str(path))
    assert again == {"done": 0, "failed": 1, "skipped": 0}


def test_the_rows_of_a_csv_file_are_imported_and_a_bad_one_is_listed_with_its_line(running):
    path, file = running.data_dir / "prices.sqlite", running.data_dir / "prices.csv"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE prices (article TEXT, cents INT)")
    rows = [f'"Tea, green {n}",{n}.50' for n in range(300)]
    file.write_text("\n".join(["article,price", *rows, "Coffee", "Milk,much"]) + "\n")
    params = {"database": str(path), "file": str(file)}
    task, result = result_of(running, "import-prices", **params)
    assert (result["done"], result["failed"], task["progress"]["total"]) == (300, 2, 302)
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT article, cents FROM prices ORDER BY rowid").fetchall()
    assert found == [(f"Tea, green {n}", n * 100 + 50) for n in range(300)]
    items = running.lists.items(task["id"], status="failed").items
    assert "line 302: 1 fields in place of 2" in items[0]["message"]


def test_the_one_of_two_stages_lists_then_counts_and_looks_for_what_is_left(running):
    path = running.data_dir / "library.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE loans (reader TEXT)")
        database.execute("CREATE TABLE readers (name TEXT PRIMARY KEY, loans INT)")
        database.executemany("INSERT INTO loans VALUES (?)", [(f"r{n % 30}",) for n in range(90)])
    task, result = result_of(running, "mark-readers", database=str(path), verify="fail")
    assert result == {"done": 30, "failed": 0, "skipped": 0, "left": {"count": 0, "sample": []}}
    with closing(sqlite3.connect(path)) as database:
        assert set(database.execute("SELECT loans FROM readers")) == {(3,)}
    stages = [(s["name"], s["state"], s["done"]) for s in task["stage_progress"]]
    assert stages == [("listing", "past", 30), ("counting", "past", 30), ("verifying", "past", 0)]
    assert task["error_policy"]["on_error"] == "skip"


def test_the_polite_one_waits_by_name_while_its_file_is_there(running):
    lock = running.data_dir / "backup.lock"
    lock.touch()
    params = {"until": 300, "wait_for": str(lock)}
    task = running.tasks.create(TaskRequest(type="polite-steps", params=params))
    deadline = time.monotonic() + 60
    while (why := running.tasks.get(task["id"])["waiting_because"] or {}).get(
        "code"
    ) != "throttled":
        assert time.monotonic() < deadline, why
        time.sleep(0.02)
    assert why["message"].startswith("Throttled: the backup runs since ")
    lock.unlink()
    while (now := running.tasks.get(task["id"]))["status"] not in TERMINAL:
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    assert (now["status"], now["progress"]["done"]) == ("completed", 300)


def test_the_split_task_counts_every_file_and_joins_the_counts(running):
    folder = running.data_dir / "texts"
    folder.mkdir()
    for number in range(7):
        (folder / f"{number}.txt").write_text("word " * number)
    task, result = result_of(running, "word-report", folder=str(folder), files_per_chunk=3)
    assert result == {f"{number}.txt": number for number in range(7)}
    assert task["step_index"] == 1
    assert len(running.tasks.jobs(task["id"])) == 1 + 3 + 1


def test_the_face_is_told_and_its_figures_come_with_the_result(running):
    folder = running.data_dir / "sizes"
    folder.mkdir()
    for number in (3, 1, 2):
        (folder / f"{number}.bin").write_bytes(b"x" * 10 * number)
    task, result = result_of(running, "folder-sizes", folder=str(folder))
    assert task["figures"] == {"bytes": 60, "largest": "3.bin"}
    assert [file["name"] for file in result["files"]] == ["3.bin", "2.bin", "1.bin"]
    told = running.types.get("folder-sizes")
    assert told["icon"] == "folder" and told["stage_titles"]["measure"] == "Measuring"
    assert [column["key"] for column in told["columns"]] == ["bytes", "largest"]
    assert told["result_view"]["kind"] == "table" and told["result_view"]["rows"] == "files"


def test_every_icon_is_documented():
    text = (ROOT / "docs" / "writing-a-task.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^Icons: (.*?)\.$", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == ICONS


@pytest.mark.parametrize(("example", "tests"), [("count_words.py", 4), ("fill_slugs.py", 2)])
def test_the_documented_tests_pass(tmp_path, example, tests):
    for name in (example, f"test_{example}"):
        (tmp_path / name).write_text(EXAMPLES[name], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"test_{example}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{tests} passed" in done.stdout


def test_the_first_call_of_the_api_starts_a_task(tmp_path):
    folder = tmp_path / ".local" / "share" / "longhaul"
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    serve = [sys.executable, "-m", "desktop", "serve", "--data-dir", str(folder)]
    service = subprocess.Popen(serve, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not (folder / "server.json").exists():
            assert time.monotonic() < deadline and service.poll() is None
            time.sleep(0.02)
        script = examples("api.md")["first_call.py"]
        called = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
        )
    finally:
        service.terminate()
        assert service.wait(20) == 0
    assert called.returncode == 0, called.stderr
    assert called.stdout.startswith("1 queued {'done': ")
