"""What a photo says about itself: EXIF, read so that nothing that stands there can do harm.

Imported in computing processes only.
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.photos.derivatives import Facts

_MAKE, _MODEL, _ORIENTATION, _EXIF = 0x010F, 0x0110, 0x0112, 0x8769
_TAKEN, _DIGITIZED = 0x9003, 0x9004
_WHEN = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")


def of_image(image: Any) -> Facts:
    """From an opened Pillow image; whatever cannot be read is None."""
    facts = Facts(format=image.format)
    try:
        tags = image.getexif()
        said = {tag: tags.get(tag) for tag in (_MAKE, _MODEL, _ORIENTATION)}
    except Exception:  # a block that lies about its offsets raises all kinds of errors
        return facts
    facts = replace(
        facts,
        make=_text(said[_MAKE]),
        model=_text(said[_MODEL]),
        orientation=_orientation(said[_ORIENTATION]),
    )
    try:
        inner = tags.get_ifd(_EXIF)
        return replace(facts, taken_at=_moment(inner.get(_TAKEN)) or _moment(inner.get(_DIGITIZED)))
    except Exception:  # as above: the inner block may be broken alone
        return facts


def of_raw(file: Any) -> Facts:
    """From a RAW file, which Pillow does not open."""
    import exifread

    try:
        tags = exifread.process_file(file, details=False)
    except Exception:  # RAW files of all makers: whatever it raises, it is not worth the photo
        return Facts()

    def first(name: str) -> Any:
        values = getattr(tags.get(name), "values", None)
        return values[0] if isinstance(values, list) and values else values

    return Facts(
        format="DNG" if "Image DNGVersion" in tags or "Image Tag 0xC612" in tags else "RAW",
        orientation=_orientation(first("Image Orientation")),
        make=_text(first("Image Make")),
        model=_text(first("Image Model")),
        taken_at=_moment(first("EXIF DateTimeOriginal"))
        or _moment(first("EXIF DateTimeDigitized")),
    )


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    plain = "".join(c for c in value.partition("\0")[0] if c.isprintable())
    return plain.strip()[:100] or None


def _orientation(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value <= 8 else None


def _moment(value: Any) -> str | None:
    text = _text(value)
    found = _WHEN.match(text) if text else None
    try:
        if found is None:
            return None
        year, month, day, hour, minute, second = map(int, found.groups())
        return datetime(year, month, day, hour, minute, second).isoformat()
    except ValueError:  # the 0th of month 0, as cameras without a clock write it
        return None
