"""Dates from small pages written for one point each; whole real pages are in tests/flow."""

import json
from datetime import date

import pytest

from core.tasks.backfill_dates.extraction import Found, NotFound, Rules, find_date
from core.tasks.backfill_dates.moments import read

RULES = Rules(latest=date(2025, 6, 30))


def page(head: str = "", body: str = "<p>Some words of an article, long enough.</p>") -> str:
    return f"<!DOCTYPE html><html><head><title>A</title>{head}</head><body>{body}</body></html>"


def script(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def found(html: str | bytes | None, url: str | None = None, rules: Rules = RULES) -> Found:
    answer = find_date(html, url, rules)
    assert isinstance(answer, Found), answer
    return answer


def refused(html: str | bytes | None, url: str | None = None, rules: Rules = RULES) -> str:
    answer = find_date(html, url, rules)
    assert isinstance(answer, NotFound), answer
    return answer.reason


ARTICLE = {"@type": "NewsArticle", "datePublished": "2021-03-04T10:00:00+01:00"}
COMMENT = {"@type": "Comment", "datePublished": "2022-01-01"}


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [{"@type": "WebSite"}, ARTICLE],
        {"@context": "https://schema.org", "@graph": [{"@type": "Person"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE | {"comment": [COMMENT]}},
        {"@type": ["Thing", "BlogPosting"], "datePublished": "2021-03-04"},
        [COMMENT, ARTICLE],
        {"@type": "ItemList", "itemListElement": [COMMENT]} | ARTICLE,
    ],
)
def test_json_ld_of_every_shape_gives_the_article_s_own_date(data):
    answer = found(page(script(data)))
    assert (answer.iso, answer.source, answer.is_guess) == ("2021-03-04", "json-ld", False)
    assert "datePublished" in answer.detail


def test_of_several_articles_in_json_ld_the_one_at_this_address_counts():
    other = {"@type": "NewsArticle", "url": "https://a.example/x", "datePublished": "2019-09-09"}
    own = {"@type": "NewsArticle", "url": "https://a.example/y/", "datePublished": "2020-02-02"}
    assert found(page(script([other, own])), "https://a.example/y").iso == "2020-02-02"


def test_broken_json_ld_still_gives_its_date():
    broken = '<script type="application/ld+json">{"datePublished": "2021-03-04", oops}</script>'
    assert found(page(broken)).iso == "2021-03-04"


@pytest.mark.parametrize(
    "attribute, name",
    [
        ("property", "article:published_time"),
        ("name", "DC.date"),
        ("name", "dcterms.issued"),
        ("name", "citation_date"),
        ("name", "parsely-pub-date"),
        ("property", "og:published_time"),
        ("itemprop", "datePublished"),
        ("http-equiv", "date"),
    ],
)
def test_meta_elements_name_themselves_as_the_source(attribute, name):
    answer = found(page(f'<meta {attribute}="{name}" content="2021-03-04">'))
    assert (answer.iso, answer.source, answer.detail) == ("2021-03-04", "meta", name)


@pytest.mark.parametrize(
    "body",
    [
        '<time pubdate datetime="2021-03-04">yesterday</time>',
        '<span itemprop="datePublished" content="2021-03-04">yesterday</span>',
        '<time class="entry-date published" datetime="2021-03-04T09:00:00Z">x</time>',
        '<div class="date"><time datetime="2021-03-04">4. März 2021</time></div>',
    ],
)
def test_time_elements_are_the_source_of_their_date(body):
    answer = found(page(body=body + "<p>Words.</p>"))
    assert (answer.iso, answer.source, answer.is_guess) == ("2021-03-04", "time", False)


@pytest.mark.parametrize(
    "words", ["4 March 2021", "March 4, 2021", "4. März 2021", "04.03.2021", "4 mars 2021"]
)
def test_a_date_in_words_is_quoted_as_the_page_writes_it(words):
    answer = found(page(body=f'<h1>T</h1><p class="date">{words}</p><p>Words.</p>'))
    assert (answer.iso, answer.source, answer.detail) == ("2021-03-04", "text", f"“{words}”")


@pytest.mark.parametrize("words", ["Publicado el 4 de marzo de 2021", "Pubblicato il 4 marzo 2021"])
def test_a_date_introduced_as_the_publication_is_read_where_htmldate_sees_a_year(words):
    answer = found(page(body=f'<p class="date">{words}</p><p>Mucho texto.</p>'))
    assert (answer.iso, answer.is_guess) == ("2021-03-04", False)


@pytest.mark.parametrize("path", ["2021/03/04/title", "2021-03-04-title", "news/20210304/title"])
def test_the_address_gives_a_date_even_without_a_page(path):
    url = f"https://a.example/{path}"
    answer = found(page(), url)
    assert (answer.iso, answer.source) == ("2021-03-04", "url")
    assert found(None, url, Rules(only_url=True)).iso == "2021-03-04"


def test_only_url_leaves_the_page_unread():
    html = page(meta("article:published_time", "2021-03-04"))
    assert refused(html, "https://a.example/x", Rules(only_url=True)) == "no date in the address"


def test_a_page_s_own_address_is_used_when_the_row_has_none():
    link = '<link rel="canonical" href="https://a.example/2021/03/04/x">'
    assert found(page(link), None).source == "url"


# --- the change is not the publication ----------------------------------------------------------


@pytest.mark.parametrize(
    "head, body",
    [
        (meta("article:modified_time", "2022-02-02") + script(ARTICLE), ""),
        (meta("og:updated_time", "2022-02-02") + meta("DC.date", "2021-03-04"), ""),
        ('<meta name="last-modified" content="2022-02-02">' + script(ARTICLE), ""),
        (script({"dateModified": "2022-02-02"} | ARTICLE), ""),
        (
            "",
            '<time class="updated" datetime="2022-02-02">x</time>'
            '<time class="published" datetime="2021-03-04">y</time>',
        ),
        (
            meta("article:modified_time", "2022-02-02"),
            '<p class="date">Published 4 March 2021</p>',
        ),
        ("", '<p class="date">Updated: 2 Feb 2022</p><p class="date">Published 4 March 2021</p>'),
        ("", '<p class="date">Mis à jour le 02/02/2022</p><p>Publié le 4 mars 2021</p>'),
    ],
)
def test_a_change_is_never_taken_for_the_publication(head, body):
    answer = found(page(head, body + "<p>Words.</p>"))
    assert (answer.iso, answer.is_guess) == ("2021-03-04", False)


def test_a_change_alone_is_a_guess_that_can_be_left_out():
    html = page(meta("article:modified_time", "2022-02-02T10:00:00Z"))
    assert found(html) == Found("2022-02-02", "meta", True, "article:modified_time, a change")
    strict = Rules(guesses=False, latest=RULES.latest)
    assert refused(html, rules=strict) == "only a guess: 2022-02-02 (meta)"


def test_a_year_alone_is_a_guess_and_says_so():
    answer = found(page(body="<p>Words of an article.</p><footer>© 2019 Somebody</footer>"))
    assert (answer.iso, answer.is_guess) == ("2019-01-01", True)
    assert answer.detail == "the year 2019 alone"


# --- plausibility -------------------------------------------------------------------------------


def test_implausible_dates_are_refused_with_the_reason():
    old = page(meta("article:published_time", "1970-01-01T00:00:00Z"))
    assert refused(old) == "implausible: 1970-01-01 (meta)"
    assert refused(page(script(ARTICLE)), rules=Rules(latest=date(2021, 3, 3))) == (
        "implausible: 2021-03-04 (json-ld)"
    )
    assert refused(None, "https://a.example/2021/03/04/", Rules(True, only_url=True,
                   latest=date(2020, 1, 1))) == "implausible: 2021-03-04 (url)"  # fmt: skip


def test_the_bounds_themselves_are_plausible():
    html = page(meta("article:published_time", "2021-03-04"))
    day = date(2021, 3, 4)
    assert found(html, rules=Rules(earliest=day, latest=day)).iso == "2021-03-04"


def test_behind_an_implausible_statement_a_plausible_one_is_found():
    html = page(meta("article:published_time", "1970-01-01") + script(ARTICLE))
    assert found(html).source == "json-ld"


def test_without_a_limit_tomorrow_is_the_future():
    tomorrow = date.fromordinal(date.today().toordinal() + 1).isoformat()
    html = page(meta("article:published_time", tomorrow))
    assert refused(html, rules=Rules()) == f"implausible: {tomorrow} (meta)"


# --- times --------------------------------------------------------------------------------------


def test_with_time_the_time_is_that_of_the_chosen_day():
    timed = Rules(with_time=True, latest=RULES.latest)
    head = script({"dateModified": "2022-02-02T05:06:07Z"} | ARTICLE)
    assert found(page(head), rules=timed).iso == "2021-03-04T10:00:00+01:00"
    answer = found(page(head), "https://a.example/2021/03/04/x", timed)
    assert (answer.iso, answer.source) == ("2021-03-04T10:00:00+01:00", "json-ld")
    assert found(page(head), "https://a.example/2021/03/03/x", timed).iso == "2021-03-03"


@pytest.mark.parametrize(
    "written, iso",
    [
        ("2021-03-04T10:00:00+01:00", "2021-03-04T10:00:00+01:00"),
        ("2021-03-04T10:00:00.123Z", "2021-03-04T10:00:00+00:00"),
        ("20210304T095153Z", "2021-03-04T09:51:53+00:00"),
        ("2021-03-04T1643", "2021-03-04T16:43:00"),
        ("2021-03-04T10:00:00+0900", "2021-03-04T10:00:00+09:00"),
        ("2021-03-04 23:59 +01", "2021-03-04T23:59:00+01:00"),
        ("202103041234", "2021-03-04"),
        ("Thu, 04 Mar 2021 13:52:51 +0000", "2021-03-04T13:52:51+00:00"),
        ("Do., 04.03.2021 - 14:45", "2021-03-04T14:45:00"),
        ("2021年3月4日 11時00分", "2021-03-04T11:00:00"),
        ("1614851571", "2021-03-04T09:52:51+00:00"),
    ],
)
def test_written_dates_of_many_forms_are_read(written, iso):
    moment = read(written)
    assert moment is not None
    assert moment.iso(with_time=True) == iso


@pytest.mark.parametrize(
    "written", ["2021-03", "2021-02-30", "3 days ago", "10.0.2.2021", "x" * 99]
)
def test_what_is_no_day_is_not_read_as_one(written):
    assert read(written) is None


# --- pages that are none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html, reason",
    [
        (None, "empty"),
        ("", "empty"),
        (b"", "empty"),
        (" \n ", "empty"),
        ("<!-- -->", "empty"),
        ('{"published": "2021-03-04"}', "not HTML"),
        (bytes(range(256)) * 40, "not HTML: binary data"),
        ("https://a.example/2021/03/04/not-fetched", "not HTML"),
        ("<html><body><p>Nothing here.</p></body></html>", "no date"),
    ],
)
def test_what_is_no_page_is_said_to_be_none(html, reason):
    assert refused(html) == reason


def test_an_address_in_place_of_a_page_is_never_fetched(monkeypatch):
    monkeypatch.setattr("htmldate.utils.fetch_url", lambda url: pytest.fail(f"fetched {url}"))
    find_date("http://127.0.0.1:9/<html>2021-03-04", None, RULES)


def test_nul_bytes_lone_surrogates_and_legacy_encodings_do_not_hide_a_date():
    html = page(meta("article:published_time", "2021-03-04"))
    assert found(html.replace("<body>", "<body>\0")).iso == "2021-03-04"
    assert found(html.replace("words", "\ud800")).iso == "2021-03-04"
    assert found(html.encode("utf-16")).iso == "2021-03-04"
    legacy = page('<meta charset="windows-1252">', '<p class="date">4. März 2021</p>')
    assert found(legacy.encode("cp1252")).detail == "“4. März 2021”"
    undeclared = page('<meta charset="no-such-one">', '<p class="date">4. März 2021</p>')
    assert found(undeclared.encode("latin-1")).iso == "2021-03-04"


def test_deep_nesting_and_hostile_json_end_without_an_error():
    assert refused("<html><body>" + "<div>" * 50_000) == "no date"
    nested = f'<script type="application/ld+json">{"[" * 90_000}"date"</script>'
    assert refused(page(nested)) == "no date"


def test_limits_of_the_caller_pass_through(monkeypatch):
    def out_of_memory(*_args, **_kwargs):
        raise MemoryError

    monkeypatch.setattr("core.tasks.backfill_dates.page.document_fromstring", out_of_memory)
    with pytest.raises(MemoryError):
        find_date(page(), None, RULES)
