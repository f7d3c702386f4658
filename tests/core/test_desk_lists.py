"""Lists: filters, orders, pages that neither repeat nor skip, and the first paint."""

from datetime import UTC, datetime

import pytest

from core.desk import listing, lists
from core.desk.requests import TaskFilter, parsed
from core.errors import Invalid, NotFound
from core.lifecycle import Ending
from core.model import Kind
from tests.desk_factories import Office, rows_of


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.store.close()


def titles(tasks):
    return [t["title"] for t in tasks]


def pages(office, limit=2, between=lambda: None, sort="-id", **filter):
    """The numbers of all tasks, page by page; `between` happens after each page."""
    found, cursor = [], None
    while True:
        page = office.lists.tasks(TaskFilter(**filter), sort=sort, limit=limit, cursor=cursor)
        found += [t["id"] for t in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
        between()


# --- filters -------------------------------------------------------------------------------------


def test_the_default_list_is_what_is_active_and_relevant_newest_first(office):
    done = office.create(priority=1)["id"]
    office.work()
    running = office.create(priority=1)["id"]
    office.claim()
    queued = office.create()["id"]
    office.create(type="sweep")
    paused = office.create()["id"]
    office.tasks.act("pause", paused)
    assert [t["id"] for t in office.listed()] == [paused, queued, running]
    assert [t["id"] for t in office.listed(status=["finished"])] == [done]


def test_maintenance_is_shown_on_request_and_alone(office):
    mine, sweep = office.create()["id"], office.create(type="sweep")["id"]
    assert [t["id"] for t in office.listed(show_maintenance=True)] == [sweep, mine]
    assert [t["id"] for t in office.listed(user_relevant=False)] == [sweep]


@pytest.mark.parametrize(
    ("status", "meant"),
    [
        ("failed,completed", {"failed", "completed"}),
        (["failed", "queued, paused"], {"failed", "queued", "paused"}),
        ("active", {"queued", "running", "paused"}),
        ("finished", {"completed", "failed", "cancelled"}),
        ("all", {"queued", "running", "paused", "completed", "failed", "cancelled"}),
    ],
)
def test_statuses_come_by_commas_repeated_and_as_words(status, meant):
    assert set(parsed(TaskFilter, {"status": status}).statuses()) == meant


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"status": "lost"}, "/status/0"),
        ({"colour": "red"}, "/colour"),
        ({"finished_since": "yesterday"}, "/finished_since"),
        ({"q": "x" * 201}, "/q"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused_with_its_pointer(query, pointer):
    with pytest.raises(Invalid) as error:
        parsed(TaskFilter, query)
    assert [e["pointer"] for e in error.value.errors] == [pointer]


def test_each_member_of_a_filter_narrows_the_list(office):
    a = office.create(session_id="s1", project="p1", source="page")["id"]
    b = office.create(session_id="s1", related={"type": "note", "id": "7"})["id"]
    c = office.create(type="transcribe", related={"type": "note", "id": "8"})["id"]
    assert [t["id"] for t in office.listed(session_id="s1")] == [b, a]
    assert [t["id"] for t in office.listed(session_id="s1", project="p1")] == [a]
    assert [t["id"] for t in office.listed(related_type="note", related_id="7")] == [b]
    assert [t["id"] for t in office.listed(related_type="note")] == [c, b]
    assert [t["id"] for t in office.listed(related_id="8")] == [c]
    assert [t["id"] for t in office.listed(type="transcribe")] == [c]
    assert [t["id"] for t in office.listed(type="scan", status=["all"])] == [b, a]
    assert [t["id"] for t in office.listed(source="page")] == [a]


def test_a_text_is_found_in_the_parameters(office):
    a = office.create(params={"folder": "Letters", "mode": "deep"}, title="Something")["id"]
    office.create(params={"folder": "Photos"}, title="Else")
    assert [t["id"] for t in office.listed(q="letters")] == [a]
    assert [t["id"] for t in office.listed(q="deep")] == [a]


def test_a_text_is_found_in_title_type_and_number_whatever_its_case(office):
    a = office.create(params={"folder": "100%_Sure"})["id"]
    b = office.create(type="transcribe")["id"]
    assert [t["id"] for t in office.listed(q="100%_SURE")] == [a]
    assert office.listed(q="100__Sure") == []
    assert [t["id"] for t in office.listed(q="NSCRI")] == [b]
    assert [t["id"] for t in office.listed(q=str(b))] == [b]
    assert [t["id"] for t in office.listed(q=f"#{b}")] == [b]
    assert office.listed(q=f"#{b}", status=["completed"]) == []
    assert office.listed(q="#") == []


def test_a_text_that_is_rare_is_found_in_bounded_pages(office, monkeypatch):
    monkeypatch.setattr("core.desk.lists.SCAN", 10)
    rows_of(office, 5, title="needle")
    rows_of(office, 40, title="hay")
    first = office.lists.tasks(TaskFilter(status=["completed"], q="needle"), limit=3)
    assert first.items == [] and first.next_cursor  # looked at ten rows, and says where to go on
    assert pages(office, limit=3, status=["completed"], q="needle") == [5, 4, 3, 2, 1]


# --- orders and pages ----------------------------------------------------------------------------


def test_the_latest_ends_come_first_when_sorted_by_them(office):
    first, second = office.create()["id"], office.create(priority=1)["id"]
    office.work()
    office.clock.advance(10)
    office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"})
    ended = office.listed(status=["finished"], sort="-finished_at")
    assert [t["id"] for t in ended] == [first, second]
    assert pages(office, limit=1, sort="finished_at") == [second, first]


def test_the_waiting_line_is_listed_in_its_order(office):
    low, high, late = (office.create(priority=p)["id"] for p in (0, 50, 50))
    office.create(priority=99)
    office.claim()
    assert pages(office, limit=1, sort="priority") == [high, late, low]


@pytest.mark.parametrize(
    ("sort", "status"),
    [("title", None), ("updated_at", None), ("finished_at", ["active"]), ("priority", ["failed"])],
)
def test_an_order_that_no_index_serves_is_refused(office, sort, status):
    with pytest.raises(Invalid) as error:
        office.lists.tasks(TaskFilter(status=status), sort=sort)
    assert [e["pointer"] for e in error.value.errors] == ["/sort"]


@pytest.mark.parametrize("sort", ["-id", "id"])
def test_pages_neither_repeat_nor_skip_while_tasks_come_and_finish(office, sort):
    early = [office.create()["id"] for _ in range(9)]

    def bustle():
        office.create()
        office.work()

    found = pages(office, between=bustle, sort=sort, status=["all"])
    assert len(found) == len(set(found))
    assert set(early) <= set(found)
    assert found == sorted(found, reverse=sort == "-id")


def test_pages_of_active_tasks_lose_only_what_finished(office):
    waiting = [office.create()["id"] for _ in range(8)]
    for _ in range(3):
        office.create(priority=9)
    ended = []
    found = pages(office, between=lambda: ended.append(office.work().id))
    assert len(found) == len(set(found))
    assert set(waiting) <= set(found) | set(ended)
    assert len(ended) > 3  # some finished before their page came


def test_pages_by_end_hold_while_more_tasks_end(office):
    for _ in range(12):
        office.create()
    for _ in range(6):
        office.work()  # the clock stands still: their ends are equal, the number decides
    ended = [t["id"] for t in office.listed(status=["finished"])]

    def one_more():
        office.clock.advance(1)
        office.work()

    found = pages(office, between=one_more, sort="-finished_at", status=["completed"])
    assert found == sorted(ended, reverse=True)


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!", "WyItaWQiXQ", "WyJpZCIsMV0", "WyItaWQiLCJhIl0", "WyItaWQiLDFlOTldIA"]
)
def test_a_cursor_that_is_none_of_this_list_is_refused(office, cursor):
    with pytest.raises(Invalid) as error:
        office.lists.tasks(TaskFilter(), cursor=cursor)
    assert [e["pointer"] for e in error.value.errors] == ["/cursor"]


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_size_out_of_bounds_is_refused(office, limit):
    with pytest.raises(Invalid):
        office.lists.tasks(TaskFilter(), limit=limit)


# --- cost ----------------------------------------------------------------------------------------

FILTERS = [
    ({}, "-id"),
    ({"status": ["completed"]}, "-id"),
    ({"status": ["completed"]}, "-finished_at"),
    ({"status": ["failed"]}, "-finished_at"),
    ({"status": ["all"]}, "-id"),
    ({"status": ["all"], "type": "scan"}, "-id"),
    ({"user_relevant": False, "status": ["all"]}, "-id"),
    ({"session_id": "s"}, "-id"),
    ({"related_type": "note", "related_id": "7"}, "-id"),
    ({"project": "p"}, "-id"),
    ({"finished_since": "2026-01-01T00:00:00Z"}, "-finished_at"),
    ({}, "priority"),
]


def plan(office, sql, values):
    return [r["detail"] for r in office.store.execute("EXPLAIN QUERY PLAN " + sql, values)]


@pytest.mark.parametrize("behind_cursor", [False, True])
@pytest.mark.parametrize(("filter", "sort"), FILTERS)
def test_every_page_is_read_along_an_index_without_sorting_all_matches(
    office, filter, sort, behind_cursor
):
    key = {n: 1 for n in listing.ORDERS[sort].names}
    cursor = listing.cursor_of(sort, key) if behind_cursor else None
    wanted = listing.listing(parsed(TaskFilter, filter), sort, cursor)
    for branch in wanted.branches:
        order = listing.ORDERS[sort]
        names, by = ", ".join(order.names), order.by()
        sql = f"SELECT {names} FROM {wanted.table} WHERE {branch} ORDER BY {by}"
        (step,) = plan(office, sql, wanted.values)  # a second step would be a sort
        assert "INDEX tasks_" in step
        assert step.startswith("SEARCH") or "tasks_waiting" in step  # a partial index is its match
    steps = plan(office, wanted.page(), wanted.values | {"scan": 51, "limit": 51})
    assert not any(s.startswith(("SCAN tasks", "SCAN t ")) and "INDEX" not in s for s in steps)


# --- of one task ---------------------------------------------------------------------------------


def test_items_and_logs_come_in_pages_with_their_filters(office):
    task = office.create(items=["a", "b", "c"])["id"]
    with office.ledger.transaction() as store:
        for level, text in (("info", "one"), ("error", "two 100%"), ("info", "three")):
            store.one(
                "insert_log",
                **{"task_id": task, "job_id": 1, "attempt": 1, "at": 5.0, "level": level},
                **{"stage": "", "message": text},
            )
    page = office.lists.items(task, limit=2)
    assert [i["key"] for i in page.items] == ["a", "b"]
    rest = office.lists.items(task, limit=2, after=int(page.next_cursor))
    assert ([i["key"] for i in rest.items], rest.next_cursor) == (["c"], None)
    assert office.lists.items(task, status="failed").items == []
    lines = office.lists.logs(task).items
    assert [line["message"] for line in lines] == ["one", "two 100%", "three"]
    assert [x["id"] for x in office.lists.logs(task, levels=("error",)).items] == [lines[1]["id"]]
    assert [x["message"] for x in office.lists.logs(task, q="0%").items] == ["two 100%"]
    for refused in (
        lambda: office.lists.items(task, status="lost"),
        lambda: office.lists.logs(task, levels=("loud",)),
        lambda: office.lists.logs(task, after=2**63),
    ):
        with pytest.raises(Invalid):
            refused()


def test_the_timeline_of_a_task_tells_its_events_as_documents(office):
    task = office.create()["id"]
    office.create()
    office.work()
    events = office.lists.events(task).items
    assert [e["kind"] for e in events][:2] == [Kind.JOB_UPDATE, Kind.TASK_CREATED]
    assert events[-1]["kind"] == Kind.TASK_FINISHED
    assert events[-1]["data"]["status"] == "completed"


def test_a_result_is_given_as_stored_and_not_found_before(office):
    task = office.create()["id"]
    with pytest.raises(NotFound, match="is queued and has no result"):
        office.lists.result(task)
    office.work(result="a,b\n", result_type="text/csv")
    assert office.lists.result(task) == ("text/csv", b"a,b\n")


def test_a_session_finds_what_runs_and_what_finished_meanwhile(office):
    done = office.create(session_id="s", priority=1)["id"]
    office.work()
    runs = office.create(session_id="s", priority=1)["id"]
    office.claim()
    office.create(session_id="other")
    mine = office.lists.session("s")
    assert [(t["id"], t["status"]) for t in mine] == [(runs, "running"), (done, "completed")]
    assert office.lists.session("nobody") == []
    for refused in ("", "x" * 201, "\ud800"):
        with pytest.raises(Invalid):
            office.lists.session(refused)


def test_completions_tell_failures_too_but_nothing_seen_before_and_no_maintenance(office):
    office.create(priority=9)
    office.work()
    since = datetime.fromtimestamp(office.clock.wall(), UTC)
    office.clock.advance(5)
    for fields in ({"priority": 3}, {"priority": 2}, {"type": "sweep", "priority": 1}):
        office.create(**fields)
    completed = office.work().id
    office.clock.advance(1)
    failed = office.work(Ending.HOPELESS, error={"code": "failed", "message": "no"}).id
    office.work()
    assert [t["id"] for t in office.lists.completions(since)] == [failed, completed]


# --- the first paint -----------------------------------------------------------------------------


def test_the_first_paint_has_everything_and_the_event_it_reaches_to(office):
    office.create()
    office.create(priority=1)
    office.work()
    shown = office.lists.snapshot()
    assert [t["status"] for t in shown["tasks"]] == ["queued", "completed"]
    assert shown["next"] == {"waiting": None, "failed": None, "finished": None}
    assert shown["queue"]["pending"] == 1
    assert shown["settings"]["theme"] == "system"
    assert {t["name"] for t in shown["task_types"]} >= {"scan", "sweep"}
    assert shown["last_event_id"] == office.events()[-1].id


def test_a_snapshot_is_the_head_of_each_list_and_says_how_it_goes_on(office, monkeypatch):
    monkeypatch.setattr(lists, "FIRST", 2)
    ended = []
    for _ in range(3):
        office.create()
        ended.append(office.work().id)
        office.clock.advance(1)
    first, second, third = (office.create()["id"] for _ in range(3))
    urgent = office.create(priority=5)["id"]
    shown = office.lists.snapshot()
    assert [t["id"] for t in shown["tasks"]] == [urgent, first, ended[2], ended[1]]
    line, over = TaskFilter(status=["queued", "paused"]), TaskFilter(status=["completed"])
    rest = office.lists.tasks(line, sort="priority", cursor=shown["next"]["waiting"])
    assert ([t["id"] for t in rest.items], rest.next_cursor) == ([second, third], None)
    rest = office.lists.tasks(over, sort="-finished_at", cursor=shown["next"]["finished"])
    assert [t["id"] for t in rest.items] == [ended[0]]
