"""The rehearsal and the checksums, built-in types of several steps, seen through by a worker."""

import json

import pytest

from core.endings import finished
from tests.moves import jobs, now, put_setting


def test_the_rehearsal_runs_both_steps(bench):
    task = bench.run("rehearsal", records=20, batch_size=10, seconds_per_batch=0)
    assert (task.status, task.done, task.total) == ("completed", 40, 40)
    assert json.loads(bench.store.value("result", id=task.id)) == {"counted": 20}


def test_the_rehearsal_goes_on_after_an_error_where_it_was(bench):
    task = bench.start(
        "rehearsal",
        records=20,
        batch_size=5,
        seconds_per_batch=0,
        trouble="hopeless",
        trouble_at=10,
    )
    bench.work_all()
    task = now(bench, task)
    assert (task.status, task.done, task.error["code"]) == ("failed", 10, "failed")
    bench.steering.act("retry", task.id)
    bench.work_one()
    rows = bench.store.rows("attempts_of_task", task_id=task.id)
    assert [(r["cursor_from"], r["cursor_to"]) for r in rows][:2] == [(None, "10"), ("10", "20")]


def test_checksums_fan_in_to_a_manifest(bench, tmp_path):
    import hashlib

    folder = tmp_path / "files"
    folder.mkdir()
    names = [f"f{n:02}.txt" for n in range(25)]
    for name in names:
        (folder / name).write_text(name)
    put_setting(bench, roots=[str(folder)])
    task = bench.run("checksum-folder", folder=str(folder), files_per_chunk=10)
    assert task.status == "completed", task.error
    expected = "".join(f"{hashlib.sha256(n.encode()).hexdigest()}  {n}\n" for n in names)
    assert bench.store.value("result", id=task.id).decode() == expected
    assert (task.done, task.total) == (25, 25)
    assert len([j for j in jobs(bench, task) if j.step == 0]) == 1 + 3


def test_a_file_whose_name_is_no_utf8_is_summed_like_any_other(bench, tmp_path):
    import os

    folder = tmp_path / "files"
    folder.mkdir()
    try:
        with open(os.path.join(os.fsencode(folder), b"caf\xe9"), "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    put_setting(bench, roots=[str(folder)])
    assert bench.run("checksum-folder", folder=str(folder)).status == "completed"


def test_a_result_that_json_cannot_hold_becomes_null_and_loses_nothing_else(tmp_path):
    outcome = finished({"mean": float("nan"), "most": float("inf"), "rows": 3})
    assert json.loads(outcome.result) == {"mean": None, "most": None, "rows": 3}
