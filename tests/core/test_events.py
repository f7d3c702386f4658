"""Events: in order, in the transaction of the change, the whole record that changed."""

import json
import threading

import pytest

from core.lifecycle import Ending
from core.model import TERMINAL
from core.store import Store
from tests.factories import Desk
from tests.moves import assert_last_event_is_the_truth, end, fail, now, step, told


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def kinds(desk, task):
    return [kind for kind, _ in told(desk, task)]


def test_a_tasks_story_is_told_from_creation_to_end(desk):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 5, tell=True)
    end(desk, claim)
    assert kinds(desk, task) == [
        "job_update", "task_created",
        "job_update", "task_update",
        "task_progress",
        "job_update", "task_finished",
    ]  # fmt: skip


def test_numbers_are_given_in_order_and_never_again(desk):
    desk.enqueue()
    last = desk.ledger.events.last_id()
    with desk.store.transaction() as store:
        store.execute("DELETE FROM events", {})
    assert desk.ledger.events.first_id() == 0
    assert desk.ledger.events.last_id() == last, "kept even when all were pruned"
    desk.enqueue()
    assert [e.id for e in desk.events()] == [last + 1, last + 2]


def test_what_is_rolled_back_was_never_told(desk):
    task = desk.enqueue()
    before = len(desk.events())
    with pytest.raises(RuntimeError), desk.ledger.transaction():
        desk.ledger.tell(task)
        raise RuntimeError
    assert len(desk.events()) == before


def test_every_version_of_a_task_is_told_once_and_in_order(desk):
    task = desk.enqueue("a", "b")
    for _ in range(2):
        claim = desk.claim()
        step(desk, claim, None, 1, tell=True)
        end(desk, claim)
    versions = [d["version"] for k, d in told(desk, task) if k.startswith("task_")]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("ending", [Ending.COMPLETED, Ending.DISCARDED, Ending.HOPELESS])
def test_the_last_event_of_a_task_equals_its_final_document(desk, ending):
    task = desk.enqueue()
    claim = desk.claim()
    step(desk, claim, None, 7, total=9)
    fail(desk, claim) if ending == Ending.HOPELESS else end(desk, claim, ending, result="[]")
    assert now(desk, task).status in TERMINAL
    assert now(desk, task).done == 7, "counters that were held back come with the end"
    assert_last_event_is_the_truth(desk, task)
    assert kinds(desk, task)[-1] == "task_finished"


@pytest.mark.parametrize("verb", ["pause", "cancel", "hold", "start"])
def test_the_last_event_after_a_verb_equals_the_document(desk, verb):
    task = desk.enqueue()
    desk.steering.act(verb, task.id)
    assert_last_event_is_the_truth(desk, task)


def test_job_events_say_which_task_they_belong_to(desk):
    task = desk.enqueue(source="scheduler", type="sweep")
    document = told(desk, task, "job_update")[0][1]
    assert (document["task_id"], document["source"], document["task_type"]) == (
        task.id, "scheduler", "sweep",
    )  # fmt: skip


def test_reading_goes_on_after_a_number(desk):
    for _ in range(5):
        desk.enqueue()
    whole = desk.ledger.events.after(0, 1000)
    parts, last = [], 0
    while part := desk.ledger.events.after(last, 3):
        parts += part
        last = part[-1].id
    assert parts == whole


def test_who_has_read_up_to_a_number_misses_none_below_it(desk):
    """Numbers are committed in order, whoever writes: a reader sees no gap that fills later."""
    writers = [Store(desk.store.path) for _ in range(3)]
    done = threading.Event()

    def write(store):
        for _ in range(60):
            with store.transaction():
                for _ in range(3):
                    store.changed("append_event", kind="log", task_id=None, at=0.0, data="{}")

    def write_all():
        threads = [threading.Thread(target=write, args=(s,)) for s in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        done.set()

    threading.Thread(target=write_all).start()
    seen, finished = [], False
    while not finished:
        finished = done.is_set()  # one more look after the last commit
        seen += [e.id for e in desk.ledger.events.after(seen[-1] if seen else 0, 50)]
    seen += [e.id for e in desk.ledger.events.after(seen[-1], 10_000)]
    assert seen == list(range(1, 3 * 60 * 3 + 1))
    for store in writers:
        store.close()


def test_half_characters_are_told_and_read_again(desk):
    """A file name that is no UTF-8 (b'caf\\xe9') may stand in any message."""
    with desk.ledger.transaction():
        desk.ledger.events.append("log", None, {"message": "caf\udce9 ü"})
    data = desk.events()[-1].data
    data.encode()
    assert json.loads(data) == {"message": "caf\udce9 ü"}
