"""What the tests of `backfill-dates` make of an archive, and read of it.

The same over HTTP is in test_dates_over_http.py, on PostgreSQL in test_dates_on_postgres.py; the
search in a page alone is in test_extraction_on_articles.py.
"""

from tests.archive import ask

PAGE = "<html><head>{meta}</head><body><p>{text}</p></body></html>"
PUBLISHED = '<meta property="article:published_time" content="{}">'


def run(bench, path, **params):
    task = bench.run("backfill-dates", database=str(path), **params)
    assert task.status == "completed", task.error
    return task


def dates(path):
    return [r[0] for r in ask(path, "SELECT published_at FROM articles ORDER BY id")]
