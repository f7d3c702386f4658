"""Places in the waiting line."""

import pytest

from core.errors import Invalid, NotPossible
from core.model import Step
from tests.factories import Desk
from tests.moves import assert_last_event_is_the_truth, end, put_setting


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    put_setting(desk, pipeline__total_slots=1, pipeline__priority_lane_slots=1)
    yield desk
    desk.store.close()


def order(desk):
    found = []
    while claim := desk.claim():
        found.append(claim.task.id)
        end(desk, claim)
    return found


def three(desk, **fields):
    return [desk.enqueue(**fields).id for _ in range(3)]


def test_to_the_top_is_the_next_to_run(desk):
    a, b, c = three(desk)
    desk.ordering.to_end(c, "top")
    assert order(desk) == [c, a, b]


def test_to_the_bottom_is_the_last_to_run(desk):
    a, b, c = three(desk)
    desk.ordering.to_end(a, "bottom")
    assert order(desk) == [b, c, a]


def test_the_top_takes_over_the_priority_of_its_lane(desk):
    a, b, c = three(desk)
    urgent = desk.enqueue(priority=50).id
    desk.ordering.to_end(c, "top")
    assert order(desk) == [c, urgent, a, b]


def test_moving_stays_within_the_lane(desk):
    a, b, _ = three(desk)
    urgent = desk.enqueue(priority=100).id
    task = desk.ordering.to_end(b, "top")
    assert task.priority == 0, "it did not become urgent"
    assert order(desk)[:3] == [urgent, b, a]


def test_the_lane_is_that_of_the_job_with_its_steps_own_priority(desk):
    """A step that raises the priority past the threshold waits in the priority lane's line."""
    raised = (Step("a", "work", priority=100),)
    first = desk.enqueue(steps=raised).id
    normal = desk.enqueue(priority=7).id
    second = desk.enqueue(steps=raised).id
    task = desk.ordering.to_end(second, "top")
    assert task.priority == 0
    assert order(desk) == [second, first, normal]


@pytest.mark.parametrize("before", [True, False])
def test_beside_another(desk, before):
    a, b, c = three(desk)
    desk.ordering.beside(c, other_id=a, before=before)
    assert order(desk) == ([c, a, b] if before else [a, c, b])


def test_beside_another_of_another_priority_takes_that_over(desk):
    a, b, _ = three(desk)
    low = desk.enqueue(priority=-9).id
    task = desk.ordering.beside(low, other_id=b, before=True)
    assert task.priority == 0
    assert order(desk)[:3] == [a, low, b]


def test_many_moves_to_the_same_place_keep_their_order(desk):
    """Each halves the room that is left; after some fifty no number stands between two."""
    tasks = [desk.enqueue().id for _ in range(120)]
    first, *rest = tasks
    for task in rest:
        desk.ordering.beside(task, other_id=first, before=False)
    assert order(desk) == [first, *reversed(rest)]


def test_many_moves_before_the_same_task_keep_their_order(desk):
    *rest, last = [desk.enqueue().id for _ in range(120)]
    for task in reversed(rest):
        desk.ordering.beside(task, other_id=last, before=True)
    assert order(desk) == [*reversed(rest), last]


def test_a_move_is_told(desk):
    a, _, c = three(desk)
    task = desk.ordering.beside(c, other_id=a, before=True)
    assert_last_event_is_the_truth(desk, task)


def test_a_paused_task_keeps_its_place_and_can_be_moved(desk):
    a, b, c = three(desk)
    desk.steering.act("pause", c)
    desk.ordering.to_end(c, "top")
    desk.steering.act("resume", c)
    assert order(desk) == [c, a, b]


def test_only_what_waits_has_a_place(desk):
    a, b, _ = three(desk)
    claim = desk.claim()
    assert claim.task.id == a
    for move in (
        lambda: desk.ordering.to_end(a, "top"),
        lambda: desk.ordering.beside(b, other_id=a, before=True),
    ):
        with pytest.raises(NotPossible, match="only waiting tasks"):
            move()


def test_a_task_is_not_moved_beside_itself(desk):
    a, *_ = three(desk)
    with pytest.raises(Invalid) as caught:
        desk.ordering.beside(a, other_id=a, before=False)
    assert caught.value.errors[0]["pointer"] == "/after"


def test_alone_in_the_line_it_is_where_it_should_be(desk):
    task = desk.enqueue()
    assert desk.ordering.to_end(task.id, "top").id == task.id


def test_another_priority_puts_it_behind_its_new_equals(desk):
    a, b, c = three(desk)
    x, y = (desk.enqueue(priority=5).id for _ in range(2))
    with desk.ledger.transaction():
        desk.ordering.set_priority(desk.ledger.task(a), 5)
    assert order(desk) == [x, y, a, b, c]
