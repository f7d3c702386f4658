"""One made-up article page: a headline, a layout, paragraphs, and a date stated in one way.

`KINDS` lists every way, with its share of the archive and whether a date can be found at all.
Words are in `words`; rows and files are the business of the package itself.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from random import Random

from core.samples.words import AUTHORS, SITES, Language


@dataclass(slots=True)
class Draft:
    """What a kind may fill in before the page is laid out."""

    language: Language
    day: date
    headline: str
    author: str
    site: str
    number: int
    rng: Random
    head: list[str] = field(default_factory=list)
    byline: list[str] = field(default_factory=list)
    footer: str = ""
    in_url: bool = False

    @property
    def later(self) -> date:
        """The day of a change: some weeks after the publication."""
        return self.day + timedelta(days=3 + self.number % 60)

    def stamp(self, day: date) -> str:
        """`day` with a time of day and an offset, or without, as sites differ."""
        hour, minute = self.rng.randint(6, 22), self.rng.randint(0, 59)
        form = self.rng.choice(
            ("{}T{:02}:{:02}:00+01:00", "{}T{:02}:{:02}:00Z", "{}", "{} {:02}:{:02}")
        )
        return form.format(day.isoformat(), hour, minute)

    def url(self) -> str:
        words = "".join(c if c.isalnum() and c.isascii() else "-" for c in self.headline.lower())
        slug = "-".join(filter(None, words.split("-")))[:70]
        folder = f"{self.day:%Y/%m/%d}" if self.in_url else self.rng.choice(("news", "blog", "a/b"))
        return f"https://{self.site}/{folder}/{slug}-{self.number}"

    def meta(self, attribute: str, name: str, content: str) -> None:
        self.head.append(f'<meta {attribute}="{name}" content="{escape(content)}">')

    def script(self, data: object) -> None:
        text = json.dumps(data, ensure_ascii=False, indent=self.rng.choice((None, 2)))
        self.head.append(f'<script type="application/ld+json">{text}</script>')

    def article(self, kind: str = "NewsArticle", **more: object) -> dict:
        author = {"@type": "Person", "name": self.author}
        return {"@type": kind, "headline": self.headline, "author": author, **more}


Fill = Callable[[Draft], None]


def _meta(attribute: str, name: str) -> Fill:
    return lambda d: d.meta(attribute, name, d.stamp(d.day))


def _ld_article(d: Draft) -> None:
    d.script({"@context": "https://schema.org", **d.article(datePublished=d.stamp(d.day))})


def _ld_graph(d: Draft) -> None:
    site = {"@type": "WebSite", "name": d.site}
    dated = d.article("Article", datePublished=d.stamp(d.day), dateModified=d.stamp(d.later))
    d.script({"@context": "https://schema.org", "@graph": [site, dated]})


def _ld_list(d: Draft) -> None:
    trail = {"@type": "BreadcrumbList", "itemListElement": []}
    d.script([trail, d.article("BlogPosting", datePublished=d.stamp(d.day))])


def _ld_nested(d: Draft) -> None:
    remark = {"@type": "Comment", "text": "!", "datePublished": d.later.isoformat()}
    inner = d.article(comment=[remark], datePublished=d.stamp(d.day))
    d.script({"@context": "https://schema.org", "@type": "WebPage", "mainEntity": inner})


def _time(d: Draft) -> None:
    words = escape(d.language.say(d.day, d.rng))
    mark = d.rng.choice(('class="entry-date published"', "pubdate", 'itemprop="datePublished"'))
    d.byline.append(f'<time {mark} datetime="{d.stamp(d.day)}">{words}</time>')


def _time_plain(d: Draft) -> None:
    words = escape(d.language.say(d.day, d.rng))
    d.byline.append(f'<time datetime="{d.day.isoformat()}">{words}</time>')


def _url(d: Draft) -> None:
    d.in_url = True


def _text(d: Draft) -> None:
    words = f"{d.language.published} {d.language.say(d.day, d.rng)}"
    mark = d.rng.choice(("date", "article-date", "meta", "byline publish-info"))
    d.byline.append(f'<span class="{mark}">{escape(words)}</span>')


def _trap_meta(d: Draft) -> None:
    d.meta("property", "article:modified_time", d.stamp(d.later))
    d.meta("property", "og:updated_time", d.stamp(d.later))
    d.meta("property", "article:published_time", d.stamp(d.day))


def _trap_json_ld(d: Draft) -> None:
    d.meta("name", "last-modified", d.stamp(d.later))
    d.script(d.article(dateModified=d.stamp(d.later), datePublished=d.stamp(d.day)))


def _trap_time(d: Draft) -> None:
    d.byline.append(f'<time class="updated" datetime="{d.stamp(d.later)}">{d.later}</time>')
    d.byline.append(f'<time class="published" datetime="{d.stamp(d.day)}">{d.day}</time>')


def _trap_text(d: Draft) -> None:
    say, words = d.language.say, d.language
    d.byline.append(f'<p class="date">{words.updated} {say(d.later, d.rng)}</p>')
    d.byline.append(f'<p class="date">{words.published} {say(d.day, d.rng)}</p>')


def _too_old(d: Draft) -> None:
    d.script(d.article(datePublished="1970-01-01T00:00:00Z"))


def _future(d: Draft) -> None:
    d.meta("property", "article:published_time", "2189-05-06T07:08:09Z")


def _year_alone(d: Draft) -> None:
    d.footer = f"© {d.day:%Y} {d.site}"


def _nothing(d: Draft) -> None:
    """No date anywhere."""


@dataclass(frozen=True, slots=True)
class Kind:
    #: rows of this kind in a thousand
    share: int
    fill: Fill
    #: whether a person could tell the day of publication from the page
    is_datable: bool = True


#: the rows left over in a thousand carry a date already
KINDS: dict[str, Kind] = {
    "json-ld article": Kind(80, _ld_article),
    "json-ld graph": Kind(70, _ld_graph),
    "json-ld list": Kind(50, _ld_list),
    "json-ld nested": Kind(40, _ld_nested),
    "meta article:published_time": Kind(90, _meta("property", "article:published_time")),
    "meta og": Kind(20, _meta("property", "og:published_time")),
    "meta DC.date": Kind(20, _meta("name", "DC.date.issued")),
    "meta dcterms": Kind(20, _meta("name", "dcterms.created")),
    "meta citation_date": Kind(20, _meta("name", "citation_date")),
    "meta itemprop": Kind(30, _meta("itemprop", "datePublished")),
    "time marked": Kind(70, _time),
    "time": Kind(40, _time_plain),
    "url": Kind(60, _url),
    "text": Kind(120, _text),
    "trap: changed in meta": Kind(30, _trap_meta),
    "trap: changed in json-ld": Kind(30, _trap_json_ld),
    "trap: changed in time": Kind(20, _trap_time),
    "trap: changed in text": Kind(20, _trap_text),
    "implausible: 1970": Kind(15, _too_old, False),
    "implausible: future": Kind(15, _future, False),
    "year alone": Kind(20, _year_alone, False),
    "no date": Kind(40, _nothing, False),
}


def draft(language: Language, day: date, number: int, rng: Random) -> Draft:
    headline = language.headline(rng)
    return Draft(language, day, headline, rng.choice(AUTHORS), rng.choice(SITES), number, rng)


def lay_out(d: Draft, paragraphs: list[str]) -> str:
    """The page: one of three layouts, as a newspaper, a blog and a bare old site would have it."""
    layout = (_newspaper, _blog, _bare)[d.rng.choices((0, 1, 2), (5, 4, 1))[0]]
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    title = escape(d.headline)
    head = "\n".join([f"<title>{title} | {d.site}</title>", *d.head])
    return (
        f'<!DOCTYPE html>\n<html lang="{d.language.code}">\n<head>\n<meta charset="utf-8">\n'
        f"{head}\n</head>\n{layout(d, title, body)}\n</html>\n"
    )


def _newspaper(d: Draft, title: str, body: str) -> str:
    links = "".join(f'<li><a href="/section/{n}">{n}</a></li>' for n in ("local", "arts", "sea"))
    style = "body{font:18px/1.5 serif;margin:0 auto;max-width:40em}nav li{display:inline}"
    return (
        f"<body>\n<style>{style}</style>\n<header><nav><ul>{links}</ul></nav></header>\n<main>"
        f'<article>\n<h1>{title}</h1>\n<div class="byline">{escape(d.author)} {"".join(d.byline)}'
        f'</div>\n{body}\n</article></main>\n<aside class="more"><h2>{d.site}</h2><ul>{links}</ul>'
        f"</aside>\n<footer><p>{d.footer or d.site}</p></footer>\n"
        "<script>window.lead = {slots: [1, 2, 3], lazy: true};</script>\n</body>"
    )


def _blog(d: Draft, title: str, body: str) -> str:
    return (
        f'<body class="single post">\n<div id="page"><div class="post-header"><h1 class="title">'
        f'{title}</h1><div class="post-info">{"".join(d.byline)} <a rel="author" href="/me">'
        f'{escape(d.author)}</a></div></div>\n<div class="post-content">{body}</div>\n'
        f'<div class="site-info">{d.footer or d.site}</div></div>\n</body>'
    )


def _bare(d: Draft, title: str, body: str) -> str:
    return (
        f"<body bgcolor=white><table><tr><td><h1>{title}</h1><div>{''.join(d.byline)}</div>"
        f"{body}</td></tr></table><small>{d.footer or d.site}</small></body>"
    )
