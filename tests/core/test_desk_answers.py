"""Idempotency keys: the same request happens once, whatever repeats it."""

import threading

import pytest

from core.desk.answers import KEPT_S, Answer
from core.desk.requests import TaskRequest
from core.documents import compact
from core.errors import Invalid, KeyReused
from tests.desk_factories import Office


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.store.close()


def created(document):
    headers = {"Location": f"/api/v1/tasks/{document['id']}"}
    return Answer(201, headers, compact(document))


def post(office, key="k1", folder="inbox"):
    request = TaskRequest(type="scan", params={"folder": folder})
    fingerprint = office.answers.fingerprint("POST", "/api/v1/tasks", folder.encode())
    return office.tasks.create_once((key, fingerprint), request, created)


def test_the_same_key_twice_makes_one_task_and_gives_the_first_answer(office):
    first, second = post(office), post(office)
    assert (first.is_replay, second.is_replay) == (False, True)
    assert (first.status, first.headers, first.body) == (
        second.status,
        second.headers,
        second.body,
    )
    assert len(office.listed()) == 1


def test_the_same_key_for_another_body_is_refused(office):
    post(office)
    with pytest.raises(KeyReused):
        post(office, folder="attic")
    assert len(office.listed()) == 1


def test_a_replay_does_not_ask_whether_the_request_would_be_accepted_today(office):
    post(office)
    del office.registry.known["scan"]
    assert post(office).is_replay


def test_a_request_that_was_refused_keeps_nothing(office):
    with pytest.raises(Invalid):
        post(office, folder="x" * 21)
    assert not post(office).is_replay


def test_a_failure_while_answering_leaves_neither_task_nor_answer(office):
    def broken(document):
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        office.tasks.create_once(("k1", "f"), TaskRequest(type="scan"), broken)
    assert office.listed() == []
    assert office.answers.replay("k1", "f") is None


def test_racing_requests_with_one_key_make_one_task(office):
    barrier, answers = threading.Barrier(8), []

    def race():
        barrier.wait(10)
        answers.append(post(office))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 8 and len({a.body for a in answers}) == 1
    assert sum(not a.is_replay for a in answers) == 1
    assert len(office.listed()) == 1


def test_an_answer_is_forgotten_after_a_day(office):
    post(office)
    office.clock.advance(KEPT_S + 1)
    assert not post(office).is_replay
    assert len(office.listed()) == 2
    office.clock.advance(KEPT_S + 1)
    assert office.answers.forget() == 1


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256, "a\n"])
def test_a_key_that_is_none_is_refused(office, key):
    with pytest.raises(Invalid):
        office.answers.replay(key, "f")


def test_the_first_answer_kept_stays(office):
    office.answers.keep("k", "f", Answer(200, {}, "first"))
    assert office.answers.keep("k", "f", Answer(200, {}, "second")).body == "first"
