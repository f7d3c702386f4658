"""In which encoding a text file is written: given, or found from its beginning. Pure.

Called by `core.sources.lines`.
"""

import codecs

from core.errors import Invalid

#: names that may be given, and what they are called in Python
KNOWN = {"utf-8": "utf-8", "utf8": "utf-8", "latin-1": "latin-1", "iso-8859-1": "latin-1"}
#: bytes that are looked at to find the encoding
LOOK = 1 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def found(beginning: bytes, given: str, name: str) -> tuple[str, int]:
    """(the encoding, bytes of a mark to pass over). `given`: "" to find it.

    Without a mark: UTF-8 if the beginning is valid in it (a character may be cut at its end), else
    Latin-1, which every sequence of bytes is valid in. Raises Invalid for encodings of more than
    one byte in which a line end cannot be found byte by byte.
    """
    if given and given.lower() not in KNOWN:
        raise Invalid(f"{given!r} is not supported; give utf-8 or latin-1, or leave it out.")
    if beginning.startswith(_WIDE):
        raise Invalid(f"{name} is written in UTF-16 or UTF-32; convert it to UTF-8 first.")
    mark = len(codecs.BOM_UTF8) if beginning.startswith(codecs.BOM_UTF8) else 0
    if given:
        return KNOWN[given.lower()], mark
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return "latin-1", mark
    return "utf-8", mark
