"""TXT: the encoding by its mark, else UTF-8, else what charset-normalizer finds."""

import codecs

from core.texts.reading import Unreadable, clean
from core.texts.reading.flow import Flow

SAMPLE = 64 << 10  #: bytes that the encoding is guessed from
#: the longer marks first: that of UTF-32 begins with that of UTF-16
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def opened(data: bytes) -> Flow:
    """Raises Unreadable for what is no text."""
    return Flow(clean(decoded(data)))


def decoded(data: bytes) -> str:
    """The text of a file. Raises Unreadable for binary data."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    wide = _wide(data[:SAMPLE])
    if wide:
        return data.decode(wide, "replace")
    if b"\0" in data[:SAMPLE]:
        raise Unreadable("document-wrong-kind", "This is not text: it holds binary data")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # The place where UTF-8 ends is part of the sample: there the file says what it is.
        at = max(0, error.start - SAMPLE // 2)
        return data.decode(_guessed(data[at : at + SAMPLE]), "replace")


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    half = len(sample) // 2
    if half < 2:
        return ""
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[start::2].count(0) > 0.6 * half and sample[1 - start :: 2].count(0) < 0.1 * half:
            return encoding
    return ""


def _guessed(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    # Every byte is a character of this one, and it is what old Western files mostly are.
    return best.encoding if best is not None else "cp1252"
