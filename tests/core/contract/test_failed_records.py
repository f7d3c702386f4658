"""What the contract promises of records that fail: alone, listed, and tried again alone."""

from tests.core.contract.doubling import RECORDS, doubled, start


def fail_on(*ids):
    def hook(record):
        if record[0] in ids:
            raise ValueError(f"no double for {record[0]}")

    return staticmethod(hook)


def test_a_failed_record_fails_alone_and_is_listed_with_its_trace(bench):
    bench.type.in_compute = fail_on(13, 14)
    task = start(bench)
    bench.work_all()
    done = bench.ledger.task(task.id)
    assert (done.status, done.failed) == ("completed", 2)
    items = bench.store.execute("SELECT key, status, message, trace FROM items ORDER BY id", {})
    assert [(i["key"], i["status"]) for i in items] == [("13", "failed"), ("14", "failed")]
    assert items[0]["message"] == "ValueError: no double for 13"
    assert "in_compute" in items[0]["trace"]
    logged = [r["message"] for r in bench.store.execute("SELECT message FROM logs", {})]
    assert "record 13 failed: ValueError: no double for 13" in logged
    assert doubled(bench) == [n for n in range(1, RECORDS + 1) if n not in (13, 14)]


def test_a_retry_of_the_failed_records_visits_no_other(bench):
    bench.type.in_compute = fail_on(13, 14)
    task = start(bench)
    bench.work_all()
    bench.type.in_compute = fail_on(14)
    bench.type.reads.clear()
    seen = []
    bench.type.in_apply = staticmethod(lambda run, results: seen.extend(r.key for r in results))
    bench.steering.act("retry", task.id, only_failed_items=True)
    bench.work_all()
    assert seen == [13, 14]
    done = bench.ledger.task(task.id)
    assert (done.total, done.done + done.skipped, done.failed) == (2, 1, 1)
    assert 13 in doubled(bench) and 14 not in doubled(bench)
