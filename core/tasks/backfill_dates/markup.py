"""Dates that a page states in its markup: meta elements, JSON-LD, marked elements, the address.

Each finding says what it is called there, and whether it is the publication (`published`), a
date of vaguer meaning (`weak`) or that of a change (`modified`). Which one wins is decided in
`extraction`; nothing here judges plausibility.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from lxml.etree import XPath
from lxml.html import HtmlElement

from core.tasks.backfill_dates.moments import LONGEST, Moment, read

Source = Literal["json-ld", "meta", "time", "url", "text"]
Role = Literal["published", "weak", "modified"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A value that the page gives under a name: not read yet where `moment` is None."""

    source: Source
    role: Role
    #: the name it stands under: "article:published_time", "NewsArticle.datePublished"
    detail: str
    value: str
    moment: Moment | None


_NOT_LETTERS = re.compile("[^a-z]")
_CHANGED = re.compile("modif|moddate|updat|revis|lastmod|lastdate|utime$")
_ISSUED = re.compile("publish|publicat|pubdate|pubtime|issued|posted|dateposted|firstpub")
_NOT_A_DATE = re.compile("publisher|publishedtype|unpub|expir|until|status")
_VAGUE = frozenset(
    "date dcdate dctermsdate dcdatecreated dccreated dctermscreated created datecreated "
    "datecreate contentcreatedate createdat creationdate citationdate sailthrudate articledate "
    "articlecreated displaydate docdate releasedate ogreleasedate releasetime gentime ptime "
    "pdate uploaddate videoreleasedate timestamp".split()
)
_NAMES = ("property", "name", "itemprop", "http-equiv")

_URL_DAY = re.compile(
    r"\D((?:19|20)\d\d)([/_-])([01]?\d)[/_-]([0-3]?\d)(?!\d)"
    r"|[/_-]((?:19|20)\d\d)([01]\d)([0-3]\d)(?=[/_.-]|$)"
)
_PUBLISHED_PROPERTY = XPath("//*[@itemprop='datePublished' and not(self::meta)]")
_CHANGES = XPath(
    "//*[@itemprop='dateModified' and not(self::meta)]"
    " | //*[contains(@class, 'updated') or contains(@class, 'modified')]"
)
_FIRST_CLASSES = frozenset(
    "published entry-date dt-published pubdate post-date date-published publish-date".split()
)
_CHANGE_CLASSES = frozenset(
    "updated modified dt-updated date-modified post-modified-date last-updated".split()
)
_ASIDE = ("aside", "nav", "footer")


@lru_cache(maxsize=1024)
def role_of(name: str) -> Role | None:
    """What a date under this name of a meta element means; None where it is not for us."""
    letters = _NOT_LETTERS.sub("", name.lower())
    if _CHANGED.search(letters):
        return "modified"
    if _NOT_A_DATE.search(letters):
        return None
    if _ISSUED.search(letters):
        return "published"
    return "weak" if letters in _VAGUE else None


def in_meta(tree: HtmlElement) -> Iterator[Statement]:
    """Dates in meta elements, in the page's order."""
    for element in tree.iter("meta"):
        value = element.get("content") or element.get("datetime")
        if not value or not 6 <= len(value) <= LONGEST:
            continue
        for attribute in _NAMES:
            name = element.get(attribute)
            if name and (role := role_of(name)):
                yield Statement("meta", role, name, value, read(value))
                break
        else:
            if element.get("pubdate") is not None:
                yield Statement("meta", "published", "pubdate", value, read(value))


def in_elements(tree: HtmlElement, source: str) -> list[Statement]:
    """Elements marked as the publication: itemprop, pubdate, or a class that says so.

    Those inside an aside, a navigation or a footer belong to other pages and are left out; marks
    by class count only where all of them give one day (lists of articles carry them too).
    """
    named = _PUBLISHED_PROPERTY(tree) if "datePublished" in source else []
    named += [element for element in tree.iter("time") if element.get("pubdate") is not None]
    stated = [_stated_by(element, "itemprop or pubdate") for element in _not_aside(named)]
    classed = [
        _stated_by(element, f'class="{element.get("class")}"')
        for element in _not_aside(tree.iter("time", "abbr"))
        if _FIRST_CLASSES & set((element.get("class") or "").split())
    ]
    days = {statement.moment.day for statement in classed if statement.moment}
    return stated + (classed if len(days) == 1 else [])


def _not_aside(elements: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    return (e for e in elements if next(e.iterancestors(*_ASIDE), None) is None)


def _stated_by(element: HtmlElement, mark: str, role: Role = "published") -> Statement:
    value, where = written_in(element)
    return Statement("time", role, f"{element.tag} {mark}{where}", value, read(value))


def take_changes(tree: HtmlElement, source: str) -> list[Statement]:
    """Cut what dates a change out of `tree`, JSON-LD included, and say what the elements gave."""
    taken = [statement for statement in in_meta(tree) if statement.role == "modified"]
    # themes give "updated" to the only date of a page: a change only beside a publication
    beside = "ublished" in source and ("updated" in source or "odified" in source)
    for element in _CHANGES(tree) if beside else ():
        classes = set((element.get("class") or "").split())
        marked = element.get("itemprop") == "dateModified" or classes & _CHANGE_CLASSES
        if marked and not classes & _FIRST_CLASSES and len(written_in(element)[0]) <= LONGEST:
            name = element.get("itemprop") or element.get("class")
            taken.append(_stated_by(element, str(name), "modified"))
            _cut(element)
    for element in list(tree.iter("meta", "script")):
        if element.tag == "script":
            unwanted = "ld+json" in (element.get("type") or "").lower()
        else:
            unwanted = any(role_of(element.get(name) or "") == "modified" for name in _NAMES)
        if unwanted:
            _cut(element)
    return taken


def _cut(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def written_in(element: HtmlElement) -> tuple[str, str]:
    """The date an element gives, and which of its attributes gave it (" @datetime" or "")."""
    for attribute in ("datetime", "content", "title"):
        value = element.get(attribute)
        if value and any(map(str.isdigit, value)):
            return value, f" @{attribute}"
    return " ".join(element.text_content().split()), ""


def in_address(url: str | None) -> Statement | None:
    """The day in an address such as /2021/03/04/ or -2021-03-04 or /20210304/."""
    for found in _URL_DAY.finditer(url or ""):
        year, _, month, day, *compact = found.groups()
        if year is None:
            year, month, day = compact
        try:
            moment = Moment(date(int(year), int(month), int(day)))
        except ValueError:
            continue
        return Statement("url", "published", found[0].strip("/_-."), found[0], moment)
    return None


def canonical(tree: HtmlElement) -> str | None:
    """The address the page calls its own, for rows that store none."""
    link = tree.find('.//link[@rel="canonical"]')
    return link.get("href") if link is not None else None
