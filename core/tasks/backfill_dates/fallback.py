"""What htmldate finds on a page whose markup states no date, and where on the page it stands.

htmldate answers with a day and nothing else; the search here runs its fast mode, then its
extensive one, and looks for the passage that gives the day. A day whose passage cannot be shown
in full (a year, a month, nothing) is a guess; so is whatever only the extensive mode found, and a
day that the page introduces as that of a change. Called by `extraction` when markup is silent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from htmldate import find_date as htmldate_find_date
from htmldate.settings import CLEANING_LIST
from lxml.etree import strip_elements
from lxml.html import HtmlElement

from core.tasks.backfill_dates.markup import Source, written_in
from core.tasks.backfill_dates.moments import Moment, read
from core.tasks.backfill_dates.passages import introduced, passage
from core.tasks.backfill_dates.rules import Rules


@dataclass(frozen=True, slots=True)
class Finding:
    """A day of htmldate's, and the place that gives it."""

    moment: Moment
    source: Source
    detail: str
    is_guess: bool = False
    #: False where the place gives a part of the day, or gives it for something else
    is_whole: bool = True
    #: the words of the page where it says that this is the day of a change
    change: str = ""


def search(tree: HtmlElement, source: str, rules: Rules) -> Finding | None:
    """The day htmldate finds in `tree`, whose HTML is `source`, with the place that gives it.

    A passage such as "Updated: 5 March 2021" is blanked in `tree` and the search is made once
    more, so that a publication elsewhere is preferred; without one it stays, as a guess.
    """
    # htmldate copies the tree for each search and then drops these: better once, before
    strip_elements(tree, *CLEANING_LIST, with_tail=False)
    hidden = _hide_scripts(tree)
    day = _ask(tree, rules, extensive=False)
    first = _located(tree, source, day, guess=False) if day else None
    if first and first.change:
        return _beside_change(first, tree, source, rules)
    if first and not first.is_guess:
        return first
    for script, text in hidden:
        script.text = text
    day = _ask(tree, rules, extensive=True)
    last = _located(tree, source, day, guess=True) if day else None
    if last and last.is_whole:
        return last
    return _introduced(source, rules) or first or last


def _beside_change(change: Finding, tree: HtmlElement, source: str, rules: Rules) -> Finding:
    """A publication that the page gives besides the day of a change, else that day, as a guess."""
    if _blank(tree, change.change):
        day = _ask(tree, rules, extensive=False)
        other = _located(tree, source, day, guess=False) if day else None
        if other and not other.is_guess:
            return other
    return _introduced(source, rules) or change


def _introduced(source: str, rules: Rules) -> Finding | None:
    """What follows "Publicado el" and the like, in forms and languages htmldate passes over."""
    found = introduced(source, rules.bounds())
    return Finding(found.moment, "text", f"“{found.written}”") if found else None


def _hide_scripts(tree: HtmlElement) -> list[tuple[HtmlElement, str]]:
    """Empty the scripts and styles, for what they hold is no publication date a page shows."""
    hidden = [(element, element.text) for element in tree.iter("script", "style") if element.text]
    for element, _ in hidden:
        element.text = None
    return hidden


def _ask(tree: HtmlElement, rules: Rules, extensive: bool) -> date | None:
    earliest, latest = rules.bounds()
    found = htmldate_find_date(
        tree,
        extensive_search=extensive,
        original_date=True,
        url="",  # else htmldate looks for one in the page; `extraction` has done that
        min_date=earliest,
        max_date=latest,
    )
    return date.fromisoformat(found) if found else None


def _located(tree: HtmlElement, source: str, day: date, guess: bool) -> Finding:
    """`day` with the first place that gives it: time elements, text, meta, the source."""
    # asking the text first spares a walk through every element of most pages
    for element in tree.iter("time") if "<time" in source or "<TIME" in source else ():
        value, where = written_in(element)
        if moment := _reads_as(value, day):
            return Finding(moment, "time", f"time{where}", guess)
    if found := passage(source, day, visible=True):
        change = found.written if found.is_change else ""
        detail = f"“{found.written}”" + (", a change" if change else "")
        return Finding(found.moment, "text", detail, guess or found.is_change, True, change)
    for name, value in _meta_values(tree):
        if moment := _reads_as(value, day):
            whole = "image" not in name
            return Finding(moment, "meta", name, guess or not whole, whole)
    if found := passage(source, day, visible=False):
        detail = f"in the page's source: “{found.written}”"
        return Finding(found.moment, "text", detail, True, False)
    return Finding(Moment(day), "text", _partly(day), True, False)


def _reads_as(value: str, day: date) -> Moment | None:
    moment = read(value)
    if moment and moment.day == day:
        return moment
    found = passage(value, day, visible=False)
    return found.moment if found else None


def _partly(day: date) -> str:
    """What can be said of a day that the page does not write in full: htmldate fills in ones."""
    if day.day != 1:
        return "no passage gives it in full"
    return f"the year {day:%Y} alone" if day.month == 1 else f"the month {day:%Y-%m} alone"


def _meta_values(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for element in tree.iter("meta"):
        value = element.get("content") or element.get("datetime")
        if value:
            name = element.get("property") or element.get("name") or element.get("itemprop")
            yield (name or element.get("http-equiv") or "meta").lower(), value


def _blank(tree: HtmlElement, written: str) -> bool:
    """Blank the first piece of text that holds `written`; False where it is spread over several."""
    for element in tree.iter():
        for part in ("text", "tail"):
            words = " ".join((getattr(element, part) or "").split())
            if written in words:
                setattr(element, part, words.replace(written, " "))
                return True
    return False
