"""A plan in Markdown → its activities, as written: titles, groups, and what was said of each. Pure.

What counts: headings (the first of level 1 is the program's title, the others are groups), and the
items of lists, with or without check boxes. An item with items of its own stands for all of them.
Code blocks, quotes and prose are passed over.
"""

import re
from dataclasses import dataclass, field

MOST = 2000  #: activities of one plan
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*")
_ITEM = re.compile(r"(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(?:\[([ xX])\]\s+)?(.+?)\s*")
_FENCE = re.compile(r"\s*(```|~~~)")
#: "after X", "depends on X": up to the end of the item, or of the parenthesis it stands in
_AFTER = re.compile(
    r"(?:^|[\s(,;–—-])(?P<words>(?:starts?\s+)?after|depends?\s+(?:up)?on|needs\s+first|blocked\s+by)\b:?\s+"
    r"(?P<names>[^()]+?)\s*(?=\)|$|[;–—])",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?<![\w@])@([\w][\w.-]*\w|\w)")
_RESOURCES = re.compile(r"\b(?:resources?|uses)\s*:\s*([^();–—]+)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“„«]([^\"”“»]+)[\"”“»]")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPTY = re.compile(r"\(\s*[,;–—-]*\s*\)")


@dataclass
class Written:
    """One item of the plan, as it stands there."""

    line: int  #: of the text, from 1
    text: str  #: the item without its mark
    title: str  #: what is left when estimate, dependencies and resources are taken out
    groups: tuple[str, ...]  #: the headings and items above it, outermost first
    depth: int  #: of the item in its list, from 0
    is_done: bool = False
    number: int | None = None  #: of an ordered list: each goes on from the one before
    after: list[str] = field(default_factory=list)  #: what stands behind "after", as written
    resources: list[str] = field(default_factory=list)
    children: list["Written"] = field(default_factory=list)


@dataclass
class Plan:
    """All that was found in a text."""

    title: str
    items: list[Written]  #: the outermost items, in order


class TooLarge(ValueError):
    """A plan has more than MOST activities."""


def read(text: str) -> Plan:
    """The plan in `text`. Raises TooLarge."""
    title = ""
    groups: list[tuple[int, str]] = []  # level → heading, outermost first
    items: list[Written] = []
    open_items: list[tuple[int, Written]] = []  # indentation → item, the innermost last
    count, in_code = 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if _FENCE.match(line):
            in_code = not in_code
        if in_code or not line.strip() or _FENCE.match(line):
            continue
        if heading := _HEADING.fullmatch(line):
            level, name = len(heading[1]), plain(heading[2])
            open_items = []
            if level == 1 and not title:
                title = name
                groups = []
            else:
                groups = [(at, other) for at, other in groups if at < level] + [(level, name)]
            continue
        found = _ITEM.fullmatch(line)
        if not found:
            if not line[0].isspace():
                open_items = []  # a paragraph ends the list
            continue
        count += 1
        if count > MOST:
            raise TooLarge(f"the plan has more than {MOST:,} activities (line {number})")
        indentation = len(found[1].expandtabs(4))
        while open_items and open_items[-1][0] >= indentation:
            open_items.pop()
        parent = open_items[-1][1] if open_items else None
        item = _item(number, found, parent, tuple(name for _, name in groups))
        (parent.children if parent else items).append(item)
        open_items.append((indentation, item))
    return Plan(title, items)


def first_title(text: str) -> str:
    """The heading of level 1, or ""."""
    for line in text.splitlines():
        found = _HEADING.fullmatch(line)
        if found and len(found[1]) == 1:
            return plain(found[2])
    return ""


def _item(
    line: int, found: re.Match[str], parent: Written | None, groups: tuple[str, ...]
) -> Written:
    text = plain(found[4])
    return Written(
        line=line,
        text=text,
        title=text,
        groups=(*parent.groups, parent.title) if parent else groups,
        depth=parent.depth + 1 if parent else 0,
        is_done=(found[3] or "").lower() == "x",
        number=int(found[2]) if found[2] else None,
    )


def understand(item: Written) -> None:
    """Take dependencies and resources out of the item's title into their own lists."""
    item.resources = [f"@{name}" for name in _PERSON.findall(item.title)]
    title = _PERSON.sub("", item.title)
    if after := _AFTER.search(title):
        item.after = [after["names"].strip(" ,")]
        title = title[: after.start("words")] + title[after.end() :]
    if used := _RESOURCES.search(title):
        item.resources += [name for name in map(str.strip, used[1].split(",")) if name]
        title = title[: used.start()] + title[used.end() :]
    item.resources = list(dict.fromkeys(item.resources))
    item.title = tidy(title) or item.text


def names(text: str) -> list[str]:
    """The names in "X", "X and Y", "X, Y"; what is quoted stays whole."""
    quoted = _QUOTED.findall(text)
    found = quoted or re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s*\+\s*", text)
    return [name.strip(" .'\"") for name in found if name.strip(" .'\"")]


def plain(text: str) -> str:
    """Without emphasis, code marks and addresses of links."""
    text = _LINK.sub(r"\1", text)
    return re.sub(r"\*\*|__|`|~~|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)", "", text).strip()


def tidy(text: str) -> str:
    """Without what is left of a phrase that was taken out: empty brackets, ends of punctuation."""
    text = _EMPTY.sub("", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\(\s*[,;:]\s*", "(", text)
    text = re.sub(r"\s*[,;:]?\s*\)", ")", text)
    return text.strip(" ,;:–—-").strip()
