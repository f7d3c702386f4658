"""Where, in running text, a known day is written: the passage, its time, what introduces it.

Given the day, a passage need not be guessed: only the places around its year are read, in every
order of numbers and with the month's name in any language htmldate knows. Called by `fallback`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape

from core.tasks.backfill_dates.moments import Moment, clock_in, read_with_library

_NUMBERS = re.compile(
    r"(?<!\d)(?:(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})"
    r"|(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d\d)"
    r"|(\d{4})(\d\d)(\d\d))(?!\d)"
)
_MONTH = r"([^\W\d_][^\s\d,.;:<>\"()]{1,14})"
_WORDS = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s?(?:st|nd|rd|th|er|[.ºª])?[\s,-]*(?:of\s|de\s|d['’])?{_MONTH}[.,]?"
    rf"[\s-]*(?:de\s|del\s)?(\d{{4}})(?!\d)"
    rf"|{_MONTH}\.?\s+(\d{{1,2}})\s?(?:st|nd|rd|th)?[.,]*\s*(\d{{4}})(?!\d)"
    rf"|(?<!\d)(\d{{4}})[\s,.]*(?:m\.\s|de\s)?{_MONTH}[.,]?\s*(\d{{1,2}})(?!\d)",
    re.I,
)
_CHANGE = re.compile(
    r"(?:updated?|modified|revised|edited|last changed?|aktualisiert|aktualisierung|geändert|"
    r"änderung|bearbeitet|mis[e]? à jour|modifié|actualizad[oa]|modificad[oa]|atualizad[oa]|"
    r"aggiornat[oa]|modificat[oa]|bijgewerkt|gewijzigd|uppdatera[dt]|opdateret|oppdatert|"
    r"zaktualizowan[oay]|обновлен[оа]|изменен[оа]|güncelle\w*)(?:[^\d.]|[.]\s?:){0,24}$",
    re.I,
)
_FIRST = re.compile(r"publi|posted|erstellt|veröffentlicht|created|написан|опубл|pubbl", re.I)
_INTRODUCED = re.compile(
    r"(?<!\w)(?:published|posted|veröffentlicht|erschienen|publi[ée]e?|publicad[oa]|publicat"
    r"|pubblicat[oa]|gepubliceerd|geplaatst|publicerad|udgivet|publisert|opublikowan[oay]"
    r"|опубликован[оа]|yayınlanma)\b",
    re.I,
)
#: parts of those words without their first letters: found by `str.find`, a pattern that ignores
#: case would read a large page for 50 ms
_STEMS = (
    "ubli ubbli osted eröffentlicht rschienen eplaatst dgivet публикован ayınlanma UBLI OSTED"
).split()
_TAGS = re.compile(r"^[^<]*?>|<[^>]*(?:>|$)")
#: occurrences of a year looked at in one page, and the characters of HTML around each
_OCCURRENCES, _AROUND = 200, 200
#: keeps a page of many megabytes from being read once for each occurrence
_BACK = 200_000


@dataclass(frozen=True, slots=True)
class Passage:
    written: str
    moment: Moment
    #: the page introduces it as the day of a change: "Last updated: ..."
    is_change: bool


def passage(html: str, day: date, visible: bool) -> Passage | None:
    """The first place in `html` that gives `day` in full, one not introduced as a change first.

    With `visible` only what a reader sees counts: no tags, scripts or styles; without it anything.
    """
    changed = None
    for found in _passages(html, day, visible):
        if not found.is_change:
            return found
        changed = changed or found
    return changed


def introduced(html: str, bounds: tuple[datetime, datetime]) -> Passage | None:
    """The first date within `bounds` that a reader sees after words such as "Publicado el"."""
    places = (place for stem in _STEMS for place in _places(html, stem, visible=True))
    for place in places:
        word = _INTRODUCED.search(html, max(0, place - 3), place + 16)
        if word is None:
            continue
        after = unescape(_TAGS.sub(" ", html[word.end() : word.end() + _AROUND]))
        after = " ".join(after.split())[:60]
        for pattern in (_NUMBERS, _WORDS):
            dated = pattern.search(after)
            if dated is None or dated.start() >= 25:
                continue
            if moment := read_with_library(dated[0], bounds):
                clock = clock_in(after[dated.end() : dated.end() + 16])
                return Passage(dated[0], Moment(moment.day, clock), is_change=False)
    return None


def _passages(html: str, day: date, visible: bool) -> Iterator[Passage]:
    for year in (f"{day:%Y}", f"{day:%y}"):
        for place in _places(html, year, visible):
            before, after = html[max(0, place - _AROUND) : place], html[place : place + _AROUND]
            if visible:
                before, after = unescape(_TAGS.sub(" ", before)), unescape(_TAGS.sub(" ", after))
            text, middle = f"{before}{after}", len(before)
            for pattern, reads in ((_NUMBERS, _numbers_read), (_WORDS, _words_read)):
                for found in pattern.finditer(text, max(0, middle - 40), middle + 40):
                    if found.start() <= middle < found.end() and reads(found, day):
                        clock = clock_in(text[found.end() : found.end() + 16])
                        written = " ".join(found[0].split())
                        change = _is_change(text[: found.start()])
                        yield Passage(written, Moment(day, clock), change)


def _places(html: str, part: str, visible: bool) -> Iterator[int]:
    place = html.find(part)
    for _ in range(_OCCURRENCES):
        if place < 0:
            return
        if not visible or not _is_hidden(html, place):
            yield place
        place = html.find(part, place + 1)


def _is_hidden(html: str, place: int) -> bool:
    """Whether `place` is inside a tag, a script or a style; looks back no further than `_BACK`."""
    start = max(0, place - _BACK)
    if html.rfind("<", start, place) > html.rfind(">", start, place):
        return True
    return any(
        html.rfind(f"<{name}", start, place) > html.rfind(f"</{name}", start, place)
        for name in ("script", "style")
    )


def _numbers_read(found: re.Match[str], day: date) -> bool:
    """Whether the numbers can be read as `day`; 03/04/2021 can be so in two orders."""
    first, second, third = (int(part) for part in found.groups() if part)
    if first > 999:
        return (first, second, third) == (day.year, day.month, day.day)
    year = third if third > 99 else third + (1900 if third >= 90 else 2000)
    return year == day.year and (first, second) in ((day.day, day.month), (day.month, day.day))


def _words_read(found: re.Match[str], day: date) -> bool:
    parts = [part for part in found.groups() if part]
    numbers = sorted(int(part) for part in parts if part.isdigit())
    if numbers != [day.day, day.year]:
        return False
    month = next(part for part in parts if not part.isdigit())
    year = (datetime(day.year, 1, 1), datetime(day.year, 12, 31))
    read = read_with_library(f"{day.day} {month} {day.year}", year)
    return read is not None and read.day == day


def _is_change(before: str) -> bool:
    found = _CHANGE.search(before)
    return found is not None and not _FIRST.search(before, found.start())
