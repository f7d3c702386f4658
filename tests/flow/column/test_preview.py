"""What `backfill-column` would do is counted and shown, and the file stays the same to the byte."""

import pytest

from core.paths import Roots
from core.tasks.backfill_column import BackfillColumn
from tests.flow.column.shops import CSV, LOOKUP, params, run
from tests.moves import outcomes


@pytest.mark.parametrize("way", [{}, LOOKUP])
def test_a_dry_run_counts_the_same_and_leaves_the_file_the_same_to_the_byte(bench, shop, way):
    before = shop.read_bytes()
    task = run(bench, shop, dry_run=True, **way)
    assert outcomes(bench, task) == {"filled": 75}
    assert shop.read_bytes() == before


def preview(path, **more):
    task = BackfillColumn.from_params(params(path, **more))
    return task.preview(Roots([path.parent]))


def test_the_preview_counts_and_shows_before_and_after(shop):
    before = shop.read_bytes()
    shown = preview(shop)
    assert (shown.count, shown.at_least, shown.unit, shown.problems) == (75, None, "rows", [])
    assert shown.sample[0] == {"shelf": 0, "place": "p1", "before": None} | {
        "after": "title 1",
        "outcome": "filled",
        "detail": "",
    }
    assert len(shown.sample) == 8
    assert shop.read_bytes() == before


def test_the_preview_tells_problems(shop, table_of_values):
    assert "countries.code has no index" in preview(shop, **LOOKUP).problems[0]
    shown = preview(shop, csv_file=str(table_of_values), **CSV)
    assert shown.sample[0]["after"] == "value 1"
    assert "line 94: a quote is opened" in shown.problems[0]
    failed = next(row for row in shown.sample if row["place"] == "p5")
    assert failed["outcome"] == "failed" and "lines 7 and 92" in failed["detail"]
    assert preview(shop, where="shelf > 99").problems == ["No row fits: there is nothing to fill."]
    none = preview(shop, expression="NULL")
    assert none.problems == ["None of the first rows would get a value."]
