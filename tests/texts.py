"""Documents made here, for tests: small ones of each kind, and hostile ones."""

import io
import zipfile

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="OEBPS/package.opf"
media-type="application/oebps-package+xml"/></rootfiles></container>"""


def pdf(*pages: str | None) -> bytes:
    """A PDF with one line of text on each page; a page of None is one that cannot be loaded."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        if text is None:
            kids.append("9999 0 R")
            continue
        kids.append(f"{len(objects) + 1} 0 R")
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects) + 2} 0 R"
            " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
            " >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _file(objects)


def _file(objects: list[str]) -> bytes:
    """A PDF file of these objects, the first of which is its root."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start, size = len(out), len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, prolog: str = "", **parts: str) -> bytes:
    """A DOCX whose body is this WordprocessingML (w: is bound)."""
    document = f'{prolog}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"word/document.xml": document, **parts})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def epub(chapters: dict[str, str], contents: str = "") -> bytes:
    """An EPUB of these files {name: XHTML}; `contents`: the <li>s of its table of contents."""
    names = list(chapters)
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(names)
    )
    nav = '<item id="nav" properties="nav" href="nav.xhtml" media-type="application/xhtml+xml"/>'
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(names)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest>'
        f"{items}{nav}</manifest><spine>{spine}</spine></package>"
    )
    return zipped(
        {
            "META-INF/container.xml": _CONTAINER,
            "OEBPS/package.opf": package,
            "OEBPS/nav.xhtml": xhtml(f"<nav><ol>{contents}</ol></nav>"),
            **{f"OEBPS/{name}": text for name, text in chapters.items()},
        }
    )


def xhtml(body: str, prolog: str = "") -> str:
    head = "<head><title/></head>"
    return f'{prolog}<html xmlns="http://www.w3.org/1999/xhtml">{head}<body>{body}</body></html>'


LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
) + "]>"  # fmt: skip


def zip_bomb(megabytes: int = 80) -> bytes:
    """A DOCX of some 80 KB that unpacks to more than is read of one part."""
    return docx(f"<w:p><w:r><w:t>{'a' * (megabytes << 20)}</w:t></w:r></w:p>")


def nested(deep: int = 5000) -> bytes:
    """A DOCX nested deeper than any real one."""
    return docx("<w:x>" * deep + "</w:x>" * deep)


def pdf_bomb() -> bytes:
    """A PDF of some KB whose page draws itself over and over: it takes for ever, or all memory."""
    forms = 60
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /XObject << /X 5 0 R >> /Font << /F << /Type /Font /Subtype /Type1"
        " /BaseFont /Helvetica >> >> >> >>",
        "<< /Length 5 >>\nstream\n/X Do\nendstream",
    ]
    for n in range(forms):
        is_last = n == forms - 1
        stream = f"BT /F 1 Tf ({'a' * 20_000}) Tj ET" if is_last else "/X Do " * 20
        needs = (
            "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
            if is_last
            else f"/XObject << /X {6 + n} 0 R >>"
        )
        objects.append(
            f"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << {needs} >>"
            f" /Length {len(stream)} >>\nstream\n{stream}\nendstream"
        )
    return _file(objects)
