"""A backfill whose author names a source and writes compute and apply only, seen through."""

import json
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from core.loop import counting as counting_module
from core.registry import Registry
from core.sources import counted as counted_module
from core.sources import lines as lines_module
from tests.factories import Bench
from tests.moves import put_setting

PLUGIN = '''
from pydantic import BaseModel
from core import Backfill, CsvFile, Enumerator, FolderTree, JsonLines, Query, Retry, Table, Target

class Params(BaseModel):
    database: str
    file: str = ""
    batch_size: int = 10
    die_at: int = 0

class Into(Backfill):
    """Write what the source gives into the table `found`."""
    Params = Params
    def target(self, run):
        self.db = Target.open(self.params.database, roots=run.roots)
        return self.db
    def apply(self, run, results, connection):
        good = [(str(r.value),) for r in results if r.failure is None]
        if good:
            connection.exec_driver_sql("INSERT INTO found (value) VALUES (?)", good)
        if self.params.die_at and run.progress.done >= self.params.die_at and run.job.attempts == 1:
            raise Retry("again", seconds=0)

class FromCsv(Into):
    """From a CSV file."""
    name = "from-csv"
    def source(self, run):
        return CsvFile(self.params.file)
    def compute(self, record):
        return int(record["n"])

class FromLines(Into):
    """From JSON Lines, in other processes."""
    name = "from-lines"
    compute_in = "processes"
    def source(self, run):
        return JsonLines(self.params.file)
    def compute(self, record):
        return record["n"]

class FromTree(Into):
    """From a folder tree, nothing computed."""
    name = "from-tree"
    def source(self, run):
        return FolderTree(self.params.file)

class FromTable(Into):
    """From a table of the target itself."""
    name = "from-table"
    def source(self, run):
        return Table(self.db, "numbers", key=("a", "b"))
    def compute(self, record):
        return record["a"] * 100 + record["b"]

class FromQuery(Into):
    """From a query."""
    name = "from-query"
    def source(self, run):
        sql = "SELECT a * 100 + b AS n FROM numbers"
        return Query(self.params.database, sql, key=("n",))
    def compute(self, record):
        return record["n"]

def counting(cursor):
    for n in range((cursor or 0) + 1, 61):
        yield n, n

class FromNumbers(Into):
    """From a source that is the same for every task: an attribute."""
    name = "from-numbers"
    source = Enumerator(counting, count=lambda: 60)
'''
RECORDS = 60


@pytest.fixture
def bench(tmp_path):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "into.py").write_text(PLUGIN)
    bench = Bench(tmp_path)
    bench.put = tmp_path
    put_setting(bench, roots=[str(tmp_path)])
    bench.database = tmp_path / "target.sqlite"
    with closing(sqlite3.connect(bench.database)) as db, db:
        db.execute("CREATE TABLE found (value TEXT)")
        db.execute("CREATE TABLE numbers (a INT, b INT, PRIMARY KEY (a, b))")
        pairs = [divmod(n, 7) for n in range(RECORDS)]
        db.executemany("INSERT INTO numbers VALUES (?, ?)", pairs)
    yield bench
    bench.store.close()


def prepared(bench, name):
    """The parameter `file` of this type, and the values it gives."""
    if name == "from-csv":
        path = bench.folder / "n.csv"
        path.write_text("n\n" + "".join(f"{n}\n" for n in range(RECORDS)))
        return path, [str(n) for n in range(RECORDS)]
    if name == "from-lines":
        path = bench.folder / "n.jsonl"
        path.write_text("".join(f'{{"n": {n}}}\n' for n in range(RECORDS)))
        return path, [str(n) for n in range(RECORDS)]
    if name == "from-tree":
        names = [f"{n % 7}/{n:02d}.txt" for n in range(RECORDS)]
        for path in (bench.folder / "tree" / each for each in names):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return bench.folder / "tree", sorted(names)
    if name == "from-numbers":
        return "", [str(n) for n in range(1, RECORDS + 1)]
    return "", [str(n // 7 * 100 + n % 7) for n in range(RECORDS)]


def found(bench):
    with closing(sqlite3.connect(bench.database)) as db:
        return [row[0] for row in db.execute("SELECT value FROM found ORDER BY rowid")]


NAMES = ("from-csv", "from-lines", "from-tree", "from-table", "from-query", "from-numbers")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_record_takes_effect_once_though_the_attempt_fails_in_the_middle(bench, name):
    file, expected = prepared(bench, name)
    database = str(bench.database)
    task = bench.run(name, database=database, file=str(file), batch_size=4, die_at=20)
    assert task.status == "completed", task.error
    assert found(bench) == expected
    assert (task.done, task.total, task.attempts) == (RECORDS, RECORDS, 2)


def items(bench, task):
    rows = bench.store.execute("SELECT key, status, message FROM items ORDER BY id", {})
    return [(json.loads(r["key"]), r["status"], r["message"]) for r in rows]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "bad"),
    [("from-csv", "7,8"), ("from-lines", '{"n": 7')],
)
def test_a_line_that_cannot_be_read_fails_alone_with_its_number_and_a_retry_reads_it_again(
    bench, name, bad
):
    file, expected = prepared(bench, name)
    lines = file.read_text().splitlines()
    lines[8] = bad
    file.write_text("\n".join(lines) + "\n")
    task = bench.run(name, database=str(bench.database), file=str(file))
    assert (task.status, task.done, task.failed) == ("completed", RECORDS - 1, 1)
    ((key, status, message),) = items(bench, task)
    assert (key["line"], status) == (9, "failed")
    assert message.startswith("BadRecord: line 9: ")
    assert len(found(bench)) == RECORDS - 1
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    again = bench.ledger.task(task.id)
    assert (again.total, again.failed) == (1, 1), "the file is the same, and so is the line"


def test_a_file_that_changed_since_the_run_began_fails_the_task_with_that_reason(bench):
    file, expected = prepared(bench, "from-csv")
    task = bench.start("from-csv", database=str(bench.database), file=str(file), die_at=20)
    bench.work_one()
    file.write_text("n\n1\n")
    bench.work_all()
    task = bench.ledger.task(task.id)
    assert task.status == "failed"
    assert "was truncated: 4 bytes are left of" in str(task.error)
    committed = found(bench)
    assert committed == expected[: len(committed)] and len(committed) < RECORDS


def test_a_file_outside_of_the_roots_is_refused(bench, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "n.csv"
    other.write_text("n\n1\n")
    task = bench.run("from-csv", database=str(bench.database), file=str(other))
    assert task.status == "failed"
    assert found(bench) == []


def test_whether_failed_records_can_be_tried_again_depends_on_the_source(bench):
    registry = Registry(bench.folder / "tasks")
    assert registry.get("from-csv").retries_items()
    assert not registry.get("from-numbers").retries_items()


def test_a_backfill_without_a_source_and_without_read_is_refused(bench):
    neither = PLUGIN[: PLUGIN.index("class FromCsv")] + 'class N(Into):\n    name = "neither"\n'
    (bench.folder / "tasks" / "neither.py").write_text(neither)
    (problem,) = Registry(bench.folder / "tasks").problems()
    assert problem["reason"] == "N must define read()"


def test_compute_of_a_task_with_a_source_can_be_called_with_a_plain_record(bench):
    cls = bench.registry.get("from-csv")
    assert cls.from_params({"database": "x"}).compute({"n": "7"}) == 7


def test_a_file_that_takes_long_to_count_is_counted_beside_the_work(bench, monkeypatch):
    monkeypatch.setattr(lines_module, "PART", 7)
    monkeypatch.setattr(counting_module, "WAIT_S", 0.0)
    held = threading.Event()
    piece = lines_module.LineReader._taken

    def slow(self):
        if threading.current_thread().name == "count":
            assert held.wait(20)
        return piece(self)

    monkeypatch.setattr(lines_module.LineReader, "_taken", slow)
    file = bench.folder / "numbers.csv"
    file.write_text("n\n" + "".join(f"{n}\n" for n in range(200)))
    task = bench.start("from-csv", database=str(bench.database), file=str(file))
    kind = bench.registry.get("from-csv")
    compute = kind.compute

    def computed(self, record):
        if record["n"] == "60":
            held.set()
        time.sleep(0.002)
        return compute(self, record)

    monkeypatch.setattr(kind, "compute", computed)
    bench.work_all()
    documents = [json.loads(e.data) for e in bench.events() if e.kind == "task_progress"]
    totals = [d["progress"]["total"] for d in documents]
    assert totals[0] is None, "it began without"
    known = next(d for d in documents if d["progress"]["total"] == 200)
    assert known["progress"]["done"] < 200, "and knew before its end"
    assert bench.ledger.task(task.id).status == "completed"


@pytest.mark.parametrize("name", ["from-table", "from-query"])
def test_a_table_that_takes_long_to_count_is_counted_beside_the_work(bench, monkeypatch, name):
    monkeypatch.setattr(counting_module, "WAIT_S", 0.0)
    monkeypatch.setattr(counted_module, "FIRST", 20)
    worked, counted = threading.Event(), threading.Event()
    rest, kind = counted_module.Counted._rest, bench.registry.get(name)
    apply = kind.apply

    def slow(self, cursor, size):
        assert worked.wait(20), "the work begins without it"
        found = rest(self, cursor, size)
        counted.set()
        return found

    def applied(self, run, results, connection):
        worked.set()
        # Later batches wait for the count, so that it is known before the end.
        assert run.progress.done < RECORDS // 2 or counted.wait(20)
        return apply(self, run, results, connection)

    monkeypatch.setattr(counted_module.Counted, "_rest", slow)
    monkeypatch.setattr(kind, "apply", applied)
    task = bench.run(name, database=str(bench.database), batch_size=5)
    assert (task.status, task.done) == ("completed", RECORDS)
    documents = [json.loads(e.data) for e in bench.events() if e.kind == "task_progress"]
    totals = [(d["progress"]["total"], d["progress"]["done"]) for d in documents]
    assert totals[0][0] is None, "it began without"
    assert any(total == RECORDS and done < RECORDS for total, done in totals), "and knew before"
