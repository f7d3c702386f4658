"""Errands: foreign code in a child process, with a time limit; whatever it does harms nobody."""

import threading

import pytest

from core import errands as errands_module
from core.errands import Errands
from core.errors import BrokenTaskType, Invalid, Unavailable
from tests.moves import drop_in

PREVIEW = '''
from core import TaskType, Preview
from core.errors import Invalid

class Look(TaskType):
    """Looks."""
    name = "look"
    def run(self, run): ...
    def preview(self, roots):
        {body}
'''


@pytest.fixture
def errands():
    errands = Errands()
    yield errands
    errands.close()


def preview(errands, tmp_path, body, params=None):
    drop_in(tmp_path, "look.py", PREVIEW.format(body=body))
    return errands.preview("look", params or {}, tmp_path / "tasks", [tmp_path])


def test_a_preview_comes_back_as_a_document(errands, tmp_path):
    found = preview(errands, tmp_path, "return Preview(count=3, unit='pages')")
    assert (found["count"], found["unit"]) == (3, "pages")


def test_one_child_does_many_errands(errands, tmp_path):
    preview(errands, tmp_path, "return Preview()")
    child = errands._child.pid
    errands.probe(drop_in(tmp_path, "look.py", PREVIEW.format(body="return Preview()")))
    assert errands._child.pid == child


def test_what_the_code_prints_does_not_get_between_the_answers(errands, tmp_path):
    body = "print('{}'); import os; os.write(1, b'noise'); return Preview(count=1)"
    assert preview(errands, tmp_path, body)["count"] == 1


def test_an_error_of_ours_comes_back_as_itself(errands, tmp_path):
    with pytest.raises(Invalid) as caught:
        body = "raise Invalid('no such column', [{'pointer': '/params/x', 'message': 'no'}])"
        preview(errands, tmp_path, body)
    assert caught.value.errors[0]["pointer"] == "/params/x"


def test_an_error_of_the_code_is_said_to_be_its_own(errands, tmp_path):
    with pytest.raises(Unavailable, match="own code failed: ZeroDivisionError"):
        preview(errands, tmp_path, "1 / 0")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os; os._exit(5)", "exit status 5"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "exit status -11"),
    ],
)
def test_after_a_crash_the_next_errand_has_a_new_child(errands, tmp_path, body, reason):
    with pytest.raises(Unavailable, match=reason):
        preview(errands, tmp_path, body)
    assert preview(errands, tmp_path, "return Preview(count=2)")["count"] == 2


def test_what_takes_too_long_is_ended(tmp_path):
    errands = Errands(limit_s=1.5)
    with pytest.raises(Unavailable, match=r"longer than 1.5 s"):
        preview(errands, tmp_path, "import time; time.sleep(60)")
    assert errands._child is None
    errands.close()


def test_an_answer_that_was_cut_off_is_no_answer(errands, monkeypatch):
    """The child was killed while it wrote."""

    class Pipe:
        def write(self, text): ...
        def flush(self): ...
        def close(self): ...
        def readline(self):
            return '{"ok": {"cou'

    class Child:
        stdin = stdout = Pipe()
        returncode = -9

        def kill(self): ...
        def wait(self): ...

    monkeypatch.setattr(errands, "_running", Child)
    with pytest.raises(Unavailable, match="ended unexpectedly"):
        errands.preview("look", {}, None, [])


def test_a_broken_plug_in_is_refused_with_its_line(errands, tmp_path):
    with pytest.raises(BrokenTaskType) as caught:
        errands.probe(drop_in(tmp_path, "bad.py", "x = 1\nraise RuntimeError('no')"))
    assert caught.value.extra["line"] == 2


def test_errands_of_several_threads_wait_for_each_other(errands, tmp_path):
    drop_in(tmp_path, "look.py", PREVIEW.format(body="return Preview(count=1)"))
    found = []

    def ask():
        found.append(errands.preview("look", {}, tmp_path / "tasks", [])["count"])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 6


def test_an_idle_child_is_ended(errands, tmp_path, monkeypatch):
    preview(errands, tmp_path, "return Preview()")
    child = errands._child
    errands.end_idle()
    assert child.poll() is None
    monkeypatch.setattr(errands_module, "IDLE_S", -1.0)
    errands.end_idle()
    assert child.poll() is not None
