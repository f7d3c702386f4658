"""Dates in JSON-LD: which of the many a script gives belongs to the page's own article.

Scripts hold one object, a list, a @graph, or objects inside objects. Dates of comments, reviews
and listed other articles are passed over. Statements only; `extraction` chooses.
"""

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from core.tasks.backfill_dates.markup import Role, Source, Statement
from core.tasks.backfill_dates.moments import read

#: parts of an article's description that describe something else
_OTHERS = frozenset(
    "comment comments review reviews mentions citation itemListElement hasPart isPartOf image "
    "author publisher creator isBasedOn potentialAction subjectOf breadcrumb relatedLink "
    "aggregateRating interactionStatistic associatedMedia blogPost".split()
)
_ARTICLE = re.compile(r"(?:Article|Posting|Report)$")
_PASSED_OVER = re.compile(r"(?:Comment|Person|Organization|ImageObject|WebSite|Event|Offer)$")
_DATES: tuple[tuple[str, Role], ...] = (
    ("datePublished", "published"),
    ("dateCreated", "weak"),
    ("uploadDate", "weak"),
    ("dateModified", "modified"),
)
#: for scripts that are not JSON; the quotes may be escaped once
_LOOSE = re.compile(r'\\?"datePublished\\?"\s*:\s*\\?"([^"\\]{6,40})')
#: nodes looked at in one script; a page about one article has some dozens
_NODES = 2000
_SCRIPT: Source = "json-ld"


def scripts(tree: HtmlElement) -> Iterator[str]:
    """The contents of the page's JSON-LD scripts that name a date at all."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            text = script.text
            if text and ("date" in text or "Date" in text):
                yield text


def in_json_ld(tree: HtmlElement, url: str | None) -> list[Statement]:
    """Dates of the page's articles: those whose address is `url` first, then articles, then pages
    and other things; in the order of the page where these are equal.
    """
    ranked: list[tuple[int, Statement]] = []
    for text in scripts(tree):
        try:
            data = json.loads(_bare(text), strict=False)
        except (ValueError, RecursionError):
            ranked += [
                (2, Statement(_SCRIPT, "published", "datePublished in broken JSON", v, read(v)))
                for v in _LOOSE.findall(text)[:1]
            ]
            continue
        for node in _nodes(data):
            rank, kind = _rank(node, url)
            for key, role in _DATES:
                value = node.get(key)
                if isinstance(value, int) and not isinstance(value, bool):
                    value = str(value)
                if rank is not None and isinstance(value, str):
                    ranked.append(
                        (rank, Statement(_SCRIPT, role, f"{kind}.{key}", value, read(value)))
                    )
    return [statement for _, statement in sorted(ranked, key=lambda pair: pair[0])]


def _bare(text: str) -> str:
    """Without what old pages wrap around a script: comment marks, CDATA, a final semicolon."""
    text = text.strip()
    for mark in ("<!--", "//<![CDATA[", "<![CDATA["):
        text = text.removeprefix(mark).lstrip()
    for mark in ("-->", "//]]>", "]]>", "//"):
        text = text.removesuffix(mark).rstrip()
    return text.rstrip("; \n\t")


def _nodes(data: object) -> Iterator[dict]:
    """The objects of a script in its order, without those that describe something else."""
    waiting, seen = [data], 0
    while waiting and seen < _NODES:
        value = waiting.pop()
        seen += 1
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            yield value
            inner = [v for k, v in value.items() if k not in _OTHERS and isinstance(v, dict | list)]
            waiting.extend(reversed(inner))


def _rank(node: dict, url: str | None) -> tuple[int | None, str]:
    """How likely this object is the page's article (0 most; None: it is not), and its type."""
    kind = node.get("@type")
    if isinstance(kind, list):
        kind = next((k for k in kind if isinstance(k, str)), "")
    kind = kind if isinstance(kind, str) else ""
    kind = kind.rsplit("/", 1)[-1][:40] or "untyped"
    if _PASSED_OVER.search(kind):
        return None, kind
    if not _ARTICLE.search(kind):
        return 2, kind
    return (0 if url and _is_about(node, url) else 1), kind


def _is_about(node: dict, url: str) -> bool:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id")
        if isinstance(value, str) and value.rstrip("/") == url.rstrip("/"):
            return True
    return False
