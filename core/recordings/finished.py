"""Has a file finished being written? A file that was quiet for a while has; a young one is looked
into: its header says how long it will be.

Size and time alone are not enough: a recorder that writes once in ten seconds looks finished in
between. A header that promises more than there is gets more patience, but not for ever: at last the
file is taken, and fails with a reason that says what is missing.
"""

import struct
from typing import BinaryIO

SETTLED_S = 3.0  #: nothing was written for so long
PATIENT_S = 60.0  #: the same for a file whose header promises more, or that is empty
_UNKNOWN = (0, 0xFFFFFFFF)  #: lengths that a recorder writes before it knows


def is_quiet(age_s: float, seen_same_s: float) -> bool:
    """Whether nothing was written lately: by the file's own times, or (where its clock is not
    ours) by having been the same for so long."""
    return age_s >= SETTLED_S or seen_same_s >= SETTLED_S


def is_old(age_s: float, seen_same_s: float) -> bool:
    """Whether its header need not be asked any more."""
    return age_s >= PATIENT_S or seen_same_s >= PATIENT_S


def promised(file: BinaryIO, size: int) -> bool:
    """Whether all that the header promises is there. Unknown kinds of files promise nothing."""
    head = file.read(12)
    if len(head) < 12:
        return False
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        return _all_of_wave(file, size)
    if head[4:8] == b"ftyp":
        return has_index(file, size)
    if head[:4] == b"FORM":
        return struct.unpack(">I", head[4:8])[0] + 8 <= size
    return True


def missing_of_wave(file: BinaryIO, size: int) -> tuple[int, int] | None:
    """(bytes promised, bytes there) of the sound in a WAV file that is cut; None where it is whole.

    Raises ValueError for what is no WAV file, or has no sound in it at all.
    """
    place, length = _sound(file, size)
    there = size - place
    return (length, there) if length not in _UNKNOWN and length > there else None


def has_index(file: BinaryIO, size: int) -> bool:
    """Whether an MP4 file has its `moov` box, without which nothing in it can be found."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        if len(head) < 8:
            return False
        length, name = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        if name == b"moov":
            return place + length <= size
        if length < 8:
            return False  # 0: until the end of the file
        place += length
    return False


def _all_of_wave(file: BinaryIO, size: int) -> bool:
    try:
        place, length = _sound(file, size)
    except ValueError:
        return False
    return length not in _UNKNOWN and place + length <= size


def _sound(file: BinaryIO, size: int) -> tuple[int, int]:
    """(where the sound begins, its length as promised) of a WAV file."""
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise ValueError("no WAV file")
    place = 12
    while place + 8 <= size:
        file.seek(place)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            return place + 8, length
        place += 8 + length + (length & 1)
    raise ValueError("no sound in it")
