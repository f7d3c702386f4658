"""What counts as a photo, by the name of its file, and which names a project can hold. Pure."""

import os

from core.errors import Invalid
from core.paths import is_nameable

#: ending → kind; whether the content keeps what the name promises is found out when it is opened
ENDINGS = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), "jpeg"),
    "png": "png",
    **dict.fromkeys(("tif", "tiff"), "tiff"),
    **dict.fromkeys(("heic", "heif", "hif"), "heic"),
    "webp": "webp",
    **dict.fromkeys(
        "3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl"
        " sr2 srf srw x3f".split(),
        "raw",
    ),
}
KINDS = ("jpeg", "png", "tiff", "heic", "webp", "raw")
#: Left where they are though they are no photos: the manifest, and edits that stand beside RAWs.
MANIFEST = "manifest.csv"
COMPANIONS = frozenset({"xmp", "pp3", "dop"})
MOST_BYTES = 255  #: of a name, as file systems count


def kind_of(name: str) -> str | None:
    """The kind of photo that a file name promises, or None for no photo."""
    return None if name.startswith(".") else ENDINGS.get(_ending(name))


def is_accepted(name: str) -> bool:
    """Whether a file may stay in the folder; what is hidden is none of a project's business."""
    known = kind_of(name) is not None or _ending(name) in COMPANIONS
    return known or name.startswith(".") or name == MANIFEST


def is_text(name: str) -> bool:
    """Whether a name is Unicode; others are bytes that no text, address or row can carry."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def checked(name: str) -> str:
    """The name of a photo file, as it may be created. Raises Invalid with the reason."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise Invalid(f"{name!r} is not the name of a file")
    if "\\" in name or not is_nameable(name):
        raise Invalid(f"{name!r} has characters that a file name should not have")
    if name.startswith("."):
        raise Invalid(f"{name} would be hidden; give it a name that does not begin with a dot")
    if kind_of(name) is None:
        raise Invalid(f"{name} is no photo by its name; accepted are {', '.join(sorted(ENDINGS))}")
    if len(os.fsencode(name)) > MOST_BYTES:
        raise Invalid(f"The name {name[:40]}… is longer than {MOST_BYTES} bytes")
    return name


def numbered(name: str, number: int) -> str:
    """Another name for the same: `a.jpg` → `a (2).jpg`; shortened where it would be too long."""
    if number < 2:
        return name
    stem, ending = os.path.splitext(name)
    tail = f" ({number}){ending}"
    room = MOST_BYTES - len(os.fsencode(tail))
    if room < 1:  # an ending as long as a name: no ending
        stem, tail = name, f" ({number})"
        room = MOST_BYTES - len(tail)
    short = os.fsencode(stem)[:room]
    return (short.decode(errors="ignore") if is_text(stem) else os.fsdecode(short)) + tail


def _ending(name: str) -> str:
    return os.path.splitext(name)[1][1:].lower()
