"""The desk for one task: creating, acting, changing, moving; and one verb for many."""

import pytest

from core.desk.requests import Move, TaskFilter, TaskPatch, TaskRequest, parsed
from core.errors import Drifted, Invalid, NotFound, NotPossible, Stale
from core.lifecycle import Ending
from core.model import Kind, NewTask
from tests.desk_factories import Office, Scan


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.store.close()


def pointers(error):
    return [e["pointer"] for e in error.value.errors]


# --- create --------------------------------------------------------------------------------------


def test_a_created_task_has_its_defaults_its_title_and_its_jobs(office):
    task = office.create(params={"folder": "attic"}, priority=7, session_id="s1")
    assert task["params"] == {"folder": "attic", "depth": 1, "mode": "fast"}
    assert (task["title"], task["priority"], task["status"]) == ("Scan attic", 7, "queued")
    assert [job["type"] for job in task["jobs"]] == ["scan"]
    assert task["progress"]["unit"] == "pages"
    assert office.tasks.get(task["id"]) == task


STRANGE = "a\x1b[31m \x00b\u202egpj.exe\r\n\u2028c\x7f"
PLAIN = "a [31m b gpj.exe c"


def test_a_title_has_no_characters_that_control_a_screen(office):
    """Neither a person's, nor one that was made from a parameter such as a file's name."""
    task = office.create(title=STRANGE)
    assert task["title"] == PLAIN
    assert office.tasks.patch(task["id"], TaskPatch(title=STRANGE))["title"] == PLAIN
    made = office.create(params={"folder": STRANGE[:17]})
    assert made["title"] == f"Scan {PLAIN.removesuffix(' c')}"
    assert office.create(title="Zürich 👩‍👩‍👧 عربى")["title"] == "Zürich 👩‍👩‍👧 عربى"


def test_a_title_of_nothing_else_is_made_from_the_type(office):
    """A person's is refused, see below."""
    new = NewTask("scan", "\x1b\u202e", {}, Scan.step_list())
    assert office.intake.enqueue(new).title == "scan"


def test_an_unknown_type_is_refused_with_close_matches(office):
    with pytest.raises(Invalid, match="scan") as error:
        office.create(type="scn")
    assert pointers(error) == ["/type"]


def test_wrong_parameters_are_refused_with_a_pointer_each(office):
    with pytest.raises(Invalid) as error:
        office.create(params={"depth": 99, "mode": "slow"})
    assert sorted(pointers(error)) == ["/params/depth", "/params/mode"]
    assert office.told(Kind.TASK_CREATED) == []


def test_a_misspelt_parameter_is_refused_rather_than_dropped(office):
    with pytest.raises(Invalid, match="did you mean depth") as error:
        office.create(params={"dpeth": 2})
    assert pointers(error) == ["/params/dpeth"]


def test_waiting_for_a_task_that_does_not_exist_is_refused(office):
    with pytest.raises(Invalid) as error:
        office.create(after=[404])
    assert pointers(error) == ["/after/0"]
    assert office.listed(status=["all"]) == []


def test_a_direct_task_cannot_be_told_to_wait(office):
    with pytest.raises(Invalid, match="cannot wait"):
        office.create(direct=True, hold=True)


def test_a_direct_task_is_claimed_while_the_queue_is_paused(office):
    office.queue.pause()
    office.create()
    task = office.create(direct=True)
    assert office.claim().task.id == task["id"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/type"),
        ({"type": "scan", "colour": 1}, "/colour"),
        ({"type": "scan", "priority": 5000}, "/priority"),
        ({"type": "scan", "not_before": "2026-01-01T00:00:00"}, "/not_before"),
        ({"type": "scan", "after": [1, 0]}, "/after/1"),
        ({"type": "scan", "after": [2**70]}, "/after/0"),
        ({"type": "scan", "params": {"a": "\ud800"}}, "/params"),
        ({"type": "scan", "params": {"a": float("nan")}}, "/params"),
        ({"type": "scan", "title": " \n "}, "/title"),
        ({"type": "scan", "title": "\x1b\u202e"}, "/title"),
        ({"type": "scan", "title": "\ud800"}, "/title"),
        ({"type": "scan", "not_before": "0001-01-01T00:00:00+14:00"}, "/not_before"),
        ({"type": "scan", "not_before": "9999-12-31T23:59:59-14:00"}, "/not_before"),
        ({"type": "scan", "related": {"type": "x"}}, "/related/id"),
        ([], ""),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_its_pointer(body, pointer):
    with pytest.raises(Invalid) as error:
        parsed(TaskRequest, body)
    assert pointers(error) == [pointer]


def test_maintenance_is_marked_by_its_type(office):
    assert office.create(type="sweep")["user_relevant"] is False


# --- act -----------------------------------------------------------------------------------------


def test_a_verb_is_done_at_once_where_nothing_runs_and_asked_where_something_does(office):
    waiting = office.create()
    running = office.create(priority=5)
    office.claim()
    document, done = office.tasks.act("cancel", waiting["id"])
    assert (document["status"], done) == ("cancelled", True)
    document, done = office.tasks.act("cancel", running["id"])
    assert (document["shown_status"], done) == ("cancelling", False)


def test_an_impossible_verb_says_what_is_possible(office):
    task = office.create()
    office.work()
    with pytest.raises(NotPossible) as error:
        office.tasks.act("pause", task["id"])
    assert error.value.extra["allowed"] == ["retry", "clear"]


def test_start_frees_what_is_held_and_moves_what_is_not_to_the_top(office):
    first, second = office.create(), office.create()
    held = office.create(hold=True)
    document, done = office.tasks.act("start", held["id"])
    assert done and document["jobs"][0]["blocked"] is None
    office.tasks.act("start", second["id"])
    order = [office.claim().task.id for _ in range(2)]
    assert order == [second["id"], first["id"]]


def test_retry_takes_its_options(office):
    task = office.create()
    office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"})
    document, done = office.tasks.act("retry", task["id"], from_="start")
    assert done and (document["status"], document["run"]) == ("queued", 2)


def test_a_cleared_task_is_gone(office):
    task = office.create()
    office.work()
    document, done = office.tasks.act("clear", task["id"])
    assert done and document["removed"]
    with pytest.raises(NotFound):
        office.tasks.get(task["id"])


@pytest.mark.parametrize("number", [0, -1, 404, 2**63, 10**40])
def test_numbers_without_a_task_are_not_found_however_large(office, number):
    for ask in (office.tasks.get, office.tasks.jobs, office.tasks.attempts, office.lists.events):
        with pytest.raises(NotFound):
            ask(number)
    with pytest.raises(NotFound):
        office.tasks.act("pause", number)
    with pytest.raises(NotFound):
        office.tasks.patch(number, TaskPatch(title="x"))


def test_a_task_shows_the_jobs_of_its_current_run_with_their_attempts(office):
    task = office.create()
    office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"})
    office.tasks.act("retry", task["id"], from_="start")
    office.claim()
    (job,) = office.tasks.get(task["id"])["jobs"]
    assert job["run"] == 2 and [a["outcome"] for a in job["attempt_list"]] == ["running"]
    assert [j["run"] for j in office.tasks.jobs(task["id"])] == [1, 2]
    assert [a["outcome"] for a in office.tasks.attempts(task["id"])] == ["hopeless", "running"]


# --- move and patch ------------------------------------------------------------------------------


def test_moves_change_the_order_in_which_tasks_are_claimed(office):
    a, b, c = (office.create()["id"] for _ in range(3))
    office.tasks.move(c, Move(before=a))
    office.tasks.move(a, Move(to="bottom"))
    assert [t["id"] for t in office.listed(sort="priority")] == [c, b, a]
    assert [office.claim().task.id for _ in range(2)] == [c, b]


def test_a_move_beside_a_task_that_does_not_exist_is_refused(office):
    task = office.create()
    with pytest.raises(Invalid) as error:
        office.tasks.move(task["id"], Move(after=99))
    assert pointers(error) == ["/after"]
    with pytest.raises(Invalid, match="exactly one"):
        parsed(Move, {"to": "top", "before": 1})


def test_a_patch_changes_what_is_given_and_tells_it(office):
    task = office.create()
    patched = office.tasks.patch(task["id"], TaskPatch(title="New", priority=3, batch_size=50))
    assert (patched["title"], patched["priority"]) == ("New", 3)
    assert patched["knobs"] == {"batch_size": 50}
    assert office.told(Kind.TASK_UPDATE)[-1].data.count('"batch_size":50') == 1
    back = office.tasks.patch(task["id"], TaskPatch(batch_size=None))
    assert (back["knobs"], back["title"]) == ({}, "New")


def test_a_patch_of_an_older_version_is_stale_and_changes_nothing(office):
    task = office.create()
    office.tasks.patch(task["id"], TaskPatch(title="First"), if_match=task["version"])
    with pytest.raises(Stale):
        office.tasks.patch(task["id"], TaskPatch(title="Second"), if_match=task["version"])
    assert office.tasks.get(task["id"])["title"] == "First"


def test_a_knob_that_the_type_does_not_have_is_refused(office):
    task = office.create()
    with pytest.raises(Invalid, match="batch_size, rate") as error:
        office.tasks.patch(task["id"], TaskPatch(workers=2, title="No"))
    assert pointers(error) == ["/workers"]
    assert office.tasks.get(task["id"])["title"] == "Scan inbox"


def test_only_the_title_of_a_finished_task_can_be_changed(office):
    task = office.create()
    office.work()
    finished = len(office.told(Kind.TASK_FINISHED))
    assert office.tasks.patch(task["id"], TaskPatch(title="Kept"))["title"] == "Kept"
    with pytest.raises(NotPossible):
        office.tasks.patch(task["id"], TaskPatch(priority=1))
    assert len(office.told(Kind.TASK_FINISHED)) == finished  # it does not finish twice


# --- many ----------------------------------------------------------------------------------------


def test_a_bulk_action_answers_for_each_task(office):
    done = office.create(priority=1)["id"]
    office.work()
    waiting = office.create()["id"]
    answer = office.tasks.bulk("cancel", ids=[waiting, done, 404, waiting])
    assert [(r["id"], r["ok"]) for r in answer["results"]] == [
        (waiting, True),
        (done, False),
        (404, False),
    ]
    assert answer["changed"] == 1
    assert answer["results"][1]["error"]["allowed"] == ["retry", "clear"]
    assert answer["results"][2]["error"]["code"] == "not-found"


def test_a_bulk_action_on_another_number_of_tasks_than_expected_changes_nothing(office):
    for _ in range(3):
        office.create()
    last = office.events()[-1].id
    with pytest.raises(Drifted, match="3 tasks"):
        office.tasks.bulk("cancel", filter=TaskFilter(type="scan"), expected=2)
    assert office.events()[-1].id == last
    answer = office.tasks.bulk("cancel", filter=TaskFilter(type="scan"), expected=3)
    assert answer["changed"] == 3


def test_a_bulk_filter_reaches_exactly_what_its_list_shows(office):
    for name in ("attic", "cellar"):
        office.create(params={"folder": name})
    office.create(type="sweep")
    wanted = TaskFilter(q="attic")
    shown = [t["id"] for t in office.lists.tasks(wanted).items]
    answer = office.tasks.bulk("pause", filter=wanted, expected=len(shown))
    assert [r["id"] for r in answer["results"]] == shown
    assert [t["title"] for t in office.listed(status=["paused"])] == ["Scan attic"]


def test_bulk_retry_and_clear_mean_failed_and_finished_tasks(office):
    failed, completed = office.create(priority=1)["id"], office.create()["id"]
    office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"})
    office.work()
    retried = office.tasks.bulk("retry", filter=TaskFilter())
    assert [r["id"] for r in retried["results"]] == [failed]
    cleared = office.tasks.bulk("clear", filter=TaskFilter())
    assert [r["id"] for r in cleared["results"]] == [completed]


def test_single_items_are_retried_only_where_the_type_can(office):
    task = office.tasks.create(TaskRequest(type="scan"))
    office.tasks.act("cancel", task["id"])
    with pytest.raises(NotPossible, match="cannot retry single items"):
        office.tasks.act("retry", task["id"], only_failed_items=True)
