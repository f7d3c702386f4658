"""What the form that starts tasks asks the service: completion of paths, times, previews."""

import pytest

from tests.webui.site import pointers, problem


def test_paths_are_completed_below_the_roots_alone(live):
    archive = live.archive()
    folder = str(live.service.data_dir)
    assert folder in live.read("/paths")["roots"]
    found = live.read("/paths", under=f"{folder}/arti")
    assert [item["path"] for item in found["items"]] == [archive]
    assert live.read("/paths", under=f"{folder}/no such folder/")["items"] == []


@pytest.mark.parametrize("under", ["/etc/", "/etc/passwd", "relative", "{folder}/../", "/\0/"])
def test_paths_outside_the_roots_are_refused(live, under):
    typed = under.format(folder=live.service.data_dir).replace("\0", "%00")
    problem(live.ask("GET", f"/paths?under={typed}"), 403, "forbidden")


def test_paths_are_for_those_who_may_call(live):
    assert live.ask("GET", "/paths", Authorization=None).status == 401


def test_the_next_times_of_an_expression_are_told(live):
    answer = live.read("/schedules/times", cron="0 3 * * *", count=4)
    assert len(answer["times"]) == 4 and answer["times"] == sorted(answer["times"])
    assert len(live.read("/schedules/times", cron="@daily")["times"]) == 3
    assert pointers(live.ask("GET", "/schedules/times?cron=soon")) == ["/cron"]
    assert pointers(live.ask("GET", "/schedules/times")) == ["/cron"]


def test_a_preview_tells_count_sample_and_title(live):
    params = {"database": live.archive()}
    found = live.ask("POST", "/task-types/backfill-dates/preview", {"params": params}).json
    assert found["title"] == "Dates for articles.sqlite"
    assert found["count"] > 0 and found["unit"] == "articles" and found["sample"]
    none = live.ask("POST", "/task-types/rehearsal/preview", {"params": {}}).json
    assert none["title"] == "Rehearsal" and none["count"] is None
    wrong = live.ask("POST", "/task-types/rehearsal/preview", {"params": {"records": -1}})
    assert pointers(wrong) == ["/params/records"]
