"""EPUB by zipfile and lxml: a page is an entry of its spine, called as its contents call it."""

import posixpath
from typing import Any
from urllib.parse import unquote

from core.texts import MOST_PAGES
from core.texts.reading import Outline, PageText, Unreadable, clean
from core.texts.reading.markup import heading_of, local, parsed, text_of
from core.texts.reading.unzipped import Archive

_XHTML = "application/xhtml+xml"


class Epub:
    """An open EPUB."""

    def __init__(self, data: bytes):
        """Raises Unreadable with the reason why it does not open."""
        self._archive = Archive(data, "EPUB")
        package = self._package()
        root = parsed(self._part(package, "EPUB"), "The EPUB's list of parts")
        folder = posixpath.dirname(package)
        items = {item.get("id", ""): item for item in root.iter() if local(item) == "item"}
        spine = [items.get(ref.get("idref", "")) for ref in root.iter() if local(ref) == "itemref"]
        self._chapters = [_chapter(folder, item) for item in spine if item is not None]
        if not self._chapters:
            raise Unreadable("document-damaged", "The EPUB is damaged: it lists no chapters")
        if len(self._chapters) > MOST_PAGES:
            raise Unreadable(
                "document-too-many-pages",
                f"The EPUB says that it has {len(self._chapters):,} chapters",
            )
        self._locked = self._encrypted()
        names = self._names(folder, items)
        labels = {n: names[name] for n, (name, _) in enumerate(self._chapters, 1) if name in names}
        self.outline = Outline(len(self._chapters), labels)

    def page(self, number: int) -> PageText:
        name, media_type = self._chapters[number - 1]
        if name in self._locked:
            raise Unreadable("document-encrypted", "This chapter is protected against copying")
        if media_type not in (_XHTML, "text/html", ""):
            return PageText("")  # a picture in the place of a chapter
        content = self._archive.read(name)
        if content is None:
            raise Unreadable("page-damaged", f"This chapter is missing in the EPUB: {name}")
        root = parsed(content, "This chapter", loose=True)
        label = "" if number in self.outline.labels else clean(heading_of(root))
        return PageText(clean(text_of(root)), label)

    def close(self) -> None:
        self._archive.close()

    def _package(self) -> str:
        container = self._archive.read("META-INF/container.xml")
        if container is None:
            raise Unreadable(
                "document-wrong-kind", "This is not an EPUB: it has no META-INF/container.xml"
            )
        for element in parsed(container, "The EPUB's container").iter():
            if local(element) == "rootfile" and element.get("full-path"):
                return str(element.get("full-path"))
        raise Unreadable("document-damaged", "The EPUB is damaged: it names no list of parts")

    def _part(self, name: str, kind: str) -> bytes:
        content = self._archive.read(name)
        if content is None:
            raise Unreadable("document-damaged", f"The {kind} is damaged: {name} is missing")
        return content

    def _encrypted(self) -> frozenset[str]:
        """The parts that are protected; fonts often are, which does no harm here."""
        try:
            content = self._archive.read("META-INF/encryption.xml")
            root = parsed(content, "The EPUB") if content else ()
        except Unreadable:
            return frozenset()
        found = (element.get("URI") for element in getattr(root, "iter", tuple)())
        return frozenset(unquote(name) for name in found if name)

    def _names(self, folder: str, items: dict[str, Any]) -> dict[str, str]:
        """{part: how the contents call it}. Contents that cannot be read name nothing."""
        for item in items.values():
            is_nav = "nav" in str(item.get("properties", "")).split()
            if not is_nav and item.get("media-type") != "application/x-dtbncx+xml":
                continue
            name = _resolved(folder, item.get("href", ""))
            try:
                content = self._archive.read(name)
                root = parsed(content, "Contents", loose=True) if content else None
            except Unreadable:
                continue
            if root is not None and (found := _entries(root, posixpath.dirname(name))):
                return found
        return {}


def _chapter(folder: str, item: Any) -> tuple[str, str]:
    return _resolved(folder, item.get("href", "")), str(item.get("media-type", ""))


def _resolved(folder: str, reference: str) -> str:
    name = unquote(reference.partition("#")[0])
    return posixpath.normpath(posixpath.join(folder, name)).lstrip("/")


def _entries(root: Any, folder: str) -> dict[str, str]:
    """The entries of contents, of either form: <a href> of EPUB 3, <navPoint> of EPUB 2."""
    found: dict[str, str] = {}
    for element in root.iter():
        name, words, target = local(element), "", ""
        if name == "a":
            words, target = "".join(element.itertext()), element.get("href", "")
        elif name == "navPoint":
            parts = {local(child): child for child in element}
            words = "".join(parts["navLabel"].itertext()) if "navLabel" in parts else ""
            target = parts["content"].get("src", "") if "content" in parts else ""
        label = clean(" ".join(words.split()))[:200]
        if label and target:
            found.setdefault(_resolved(folder, target), label)
    return found
