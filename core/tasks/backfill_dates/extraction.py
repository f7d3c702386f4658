"""When was this article published? One stored page and its address in, a dated answer out.

What the page states is preferred, in this order: its address, meta elements, JSON-LD, marked
elements, then vaguer statements; only where all are silent htmldate searches the page. The order
of address before meta before JSON-LD is htmldate's own, measured there on 1,000 annotated pages.
Every answer names the place that gives the day. Pure but for htmldate's caches; reading and
writing rows is the task's business, as are time limits and memory limits.
"""

import itertools
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from htmldate.meta import reset_caches
from lxml.etree import LxmlError
from lxml.html import HtmlElement

from core.tasks.backfill_dates import fallback, markup
from core.tasks.backfill_dates.json_ld import in_json_ld
from core.tasks.backfill_dates.markup import Source, Statement
from core.tasks.backfill_dates.moments import Moment, read, read_with_library
from core.tasks.backfill_dates.page import Page
from core.tasks.backfill_dates.rules import Rules

__all__ = ["Found", "NotFound", "Rules", "Source", "find_date", "forget", "warm_up"]

#: what odd pages make lxml, htmldate and dateparser raise; limits of time and memory pass through
_ODD = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)

# htmldate reports every odd page as an error of its own; here that is an answer, not an event
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Found:
    """A plausible date: ISO 8601, where it stands, and whether a person should doubt it."""

    iso: str
    source: Source
    is_guess: bool
    #: the name or the words it stands under: "article:published_time", "“4. März 2021”"
    detail: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """No date, and why: "no date", "empty", "implausible: 1970-01-01 (json-ld)", ..."""

    reason: str


def find_date(html: str | bytes | None, url: str | None, rules: Rules) -> Found | NotFound:
    """The publication date of the page `html` stored for the address `url`.

    Never raises for what a page holds; MemoryError and whatever a time limit raises pass through.
    Pages above some megabytes take seconds: give each call a limit.
    """
    try:
        if rules.only_url:
            return _from_address(url, rules)
        page = Page(html or "")
        reason = page.complaint()
        return NotFound(reason) if reason else _search(page, url, rules)
    except (*_ODD, LxmlError) as error:
        return NotFound(f"unreadable: {type(error).__name__}: {str(error)[:100]}")


def warm_up() -> None:
    """Load what the first search would load (dateparser's languages): about a second, once."""
    find_date(
        "<html><body><p>Geschrieben am 4. Hornung 2021, 3 marzo 2020</p></body></html>", "", Rules()
    )


def forget() -> None:
    """Empty the caches that htmldate keeps for the life of a process."""
    reset_caches()


def _from_address(url: str | None, rules: Rules) -> Found | NotFound:
    stated = markup.in_address(url)
    if stated is None or stated.moment is None:
        return NotFound("no date in the address")
    if not rules.allows(stated.moment.day):
        return _implausible(stated.moment, stated.source)
    return Found(stated.moment.iso(rules.with_time), stated.source, False, stated.detail)


def _search(page: Page, url: str | None, rules: Rules) -> Found | NotFound:
    refused: tuple[Moment, Source] | None = None
    stated = _stated(page, url)
    for statement in stated:
        moment = statement.moment or read_with_library(statement.value, rules.bounds())
        if moment is None:
            continue
        if rules.allows(moment.day):
            source, detail = statement.source, statement.detail
            if rules.with_time and not moment.clock:
                moment, source, detail = _timed(moment, statement, stated, page)
            return Found(moment.iso(rules.with_time), source, False, detail)
        refused = refused or (moment, statement.source)
    if page.tree is None:
        return NotFound("empty")
    found = _unstated(page.tree, page.source, rules)
    if refused and (found is None or _is_part_of(found, refused[0])):
        return _implausible(*refused)
    if found is None:
        return NotFound("no date")
    iso = found.moment.iso(rules.with_time)
    if found.is_guess and not rules.guesses:
        return NotFound(f"only a guess: {iso} ({found.source})")
    return Found(iso, found.source, found.is_guess, found.detail)


def _stated(page: Page, url: str | None) -> Iterator[Statement]:
    """What the page states of its publication, best first, parsing no more than was asked for."""
    if not url and page.head is not None:
        url = markup.canonical(page.head)
    if address := markup.in_address(url):
        yield address
    vague: list[Statement] = []
    for statement in itertools.chain.from_iterable(_machine_read(page, url)):
        if statement.role == "published":
            yield statement
        elif statement.role == "weak":
            vague.append(statement)
    if page.tree is not None:
        yield from markup.in_elements(page.tree, page.source)
    yield from vague


def _machine_read(page: Page, url: str | None) -> Iterator[Iterable[Statement]]:
    """Meta elements and JSON-LD: those of the head first, for they mostly suffice."""
    if page.head is not None:
        yield markup.in_meta(page.head)
        yield in_json_ld(page.head, url)
    if page.tree is not None:
        rest = page.tree.find("body") if page.head is not None else None
        rest = page.tree if rest is None else rest
        yield markup.in_meta(rest)
        yield in_json_ld(rest, url)


def _timed(
    moment: Moment, chosen: Statement, others: Iterator[Statement], page: Page
) -> tuple[Moment, Source, str]:
    """The first of `others`, or of the time elements, that adds a time to the day of `moment`."""
    for other in others:
        if other.moment and other.moment.day == moment.day and other.moment.clock:
            return other.moment, other.source, other.detail
    if page.tree is not None:
        for element in page.tree.iter("time"):
            value, where = markup.written_in(element)
            seen = read(value)
            if seen and seen.day == moment.day and seen.clock:
                return seen, "time", f"time{where}"
    return moment, chosen.source, chosen.detail


def _unstated(tree: HtmlElement, source: str, rules: Rules) -> fallback.Finding | None:
    """A date that the page does not state as its publication: htmldate's, else that of a change."""
    changes = [s for s in in_json_ld(tree, None) if s.role == "modified"]
    changes += markup.take_changes(tree, source)
    found = fallback.search(tree, source, rules)
    if found is None or found.is_guess:
        for change in changes:
            if change.moment and rules.allows(change.moment.day):
                detail = f"{change.detail}, a change"
                return fallback.Finding(change.moment, change.source, detail, is_guess=True)
    return found


def _is_part_of(found: fallback.Finding, refused: Moment) -> bool:
    """Whether a year or month found alone was only cut out of an implausible day."""
    return not found.is_whole and found.moment.day.year == refused.day.year


def _implausible(moment: Moment, source: Source) -> NotFound:
    return NotFound(f"implausible: {moment.day.isoformat()} ({source})")
