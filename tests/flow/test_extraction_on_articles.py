"""The extraction on real articles: not worse than htmldate alone, and honest."""

import csv
import html
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass

import htmldate
import pytest
from lxml.html import document_fromstring

from core.tasks.backfill_dates.extraction import Found, NotFound, Rules, find_date
from core.tasks.backfill_dates.moments import read

RULES = Rules()


@dataclass(frozen=True)
class Article:
    id: int
    url: str
    html: str | None
    kind: str
    right: frozenset[str]

    def is_right(self, iso: str | None) -> bool:
        return iso in self.right


@pytest.fixture(scope="module")
def articles(data) -> list[Article]:
    folder = data / "articles"
    with closing(sqlite3.connect(folder / "articles.sqlite")) as database:
        pages = {row[0]: row[1:] for row in database.execute("SELECT id, url, html FROM articles")}
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    return [
        Article(
            int(row["id"]),
            *pages[int(row["id"])],
            row["kind"],
            frozenset(filter(None, [row["true_date"], *re.split("[|;, ]", row["also_accepted"])])),
        )
        for row in truth
    ]


@pytest.fixture(scope="module")
def answers(articles) -> dict[int, Found | NotFound]:
    return {article.id: find_date(article.html, article.url, RULES) for article in articles}


def _found(answers, articles) -> list[tuple[Article, Found]]:
    pairs = ((article, answers[article.id]) for article in articles)
    return [(article, answer) for article, answer in pairs if isinstance(answer, Found)]


def test_at_least_as_many_dates_are_right_as_htmldate_alone_gets(articles, answers):
    dated = [article for article in articles if article.kind in ("dated", "prefilled")]
    ours = sum(article.is_right(getattr(answers[article.id], "iso", None)) for article in dated)
    alone = sum(
        article.is_right(
            htmldate.find_date(
                article.html, original_date=True, extensive_search=True, url=article.url
            )
        )
        for article in dated
    )
    assert ours >= alone
    assert ours / len(dated) >= 0.90


def test_guesses_are_wrong_more_often_than_the_others(articles, answers):
    share = {}
    for is_guess in (False, True):
        pairs = [p for p in _found(answers, articles) if p[1].is_guess is is_guess]
        dated = [(a, f) for a, f in pairs if a.kind in ("dated", "prefilled")]
        share[is_guess] = sum(a.is_right(f.iso) for a, f in dated) / len(dated)
    assert share[True] < share[False]
    assert share[False] >= 0.93


def test_pages_without_a_date_get_none_but_declared_guesses(articles, answers):
    for article in articles:
        if article.kind not in ("dated", "prefilled", "truncated_html"):
            answer = answers[article.id]
            assert isinstance(answer, NotFound) or answer.is_guess, (article.id, answer)


def test_without_guesses_no_guess_is_given_and_the_rest_stays_the_same(articles, answers):
    strict = Rules(guesses=False)
    for article in articles:
        answer, first = find_date(article.html, article.url, strict), answers[article.id]
        if isinstance(first, Found) and first.is_guess:
            assert answer == NotFound(f"only a guess: {first.iso} ({first.source})")
        else:
            assert answer == first


def test_the_named_source_contains_the_date(articles, answers):
    for article, answer in _found(answers, articles):
        if "alone" not in answer.detail:
            assert _gives(article, answer), (article.id, answer)


def test_a_time_belongs_to_the_chosen_day_and_stands_in_the_page(articles, answers):
    timed = Rules(with_time=True)
    with_time = 0
    for article, first in _found(answers, articles):
        answer = find_date(article.html, article.url, timed)
        assert isinstance(answer, Found)
        assert answer.iso[:10] == first.iso
        if len(answer.iso) > 10:
            with_time += 1
            hour, minute = int(answer.iso[11:13]), answer.iso[14:16]
            assert re.search(rf"{hour % 12 or 12}|{hour}\D?{minute}", article.html)
    assert with_time > 60


def _gives(article: Article, answer: Found) -> bool:
    """Whether the source that `answer` names gives its day, looked up another way."""
    year, month, day = answer.iso[:10].split("-")
    numbers = re.compile(rf"{year}\D?0?{month.lstrip('0')}\D?0?{day.lstrip('0')}(?!\d)")
    tree = document_fromstring(article.html.encode("utf-8", "replace"))
    if answer.source == "url":
        return bool(numbers.search(article.url))
    if answer.source == "json-ld":
        key = answer.detail.split(".")[-1].split()[0]
        scripts = "\n".join(tree.xpath("//script[contains(@type, 'ld+json')]/text()"))
        values = re.findall(rf'"{key}"\s*:\s*"([^"]+)"', scripts)
        return any(moment.day.isoformat() == answer.iso for moment in map(read, values) if moment)
    if answer.source in ("meta", "time"):
        named = [e for e in tree.iter("meta") if answer.detail in e.attrib.values()]
        if answer.source == "time":
            named = list(tree.iter(answer.detail.split()[0]))
        values = [v for e in named for v in (*e.attrib.values(), e.text_content())]
        # the month may be a word of any language
        return any(
            numbers.search(value) or {year, day} <= {n.zfill(2) for n in re.findall(r"\d+", value)}
            for value in values
        )
    quoted = re.search("“(.+)”", answer.detail)
    words = re.sub(r"<[^>]*>", " ", article.html)
    return bool(quoted) and quoted[1] in " ".join(html.unescape(words).split())
