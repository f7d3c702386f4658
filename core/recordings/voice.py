"""In which frames is there a voice? Six seconds of digital silence become "dog" otherwise.

WebRTC's detector where it can be loaded, else the energy of each frame. Runs in the process that
hears.
"""

import sys
from array import array
from collections.abc import Callable, Iterator
from operator import mul

from core.recordings.cutting import FRAME_S

RATE = 16_000  #: samples a second, one channel, 16 bits: what engines get
FRAME_BYTES = round(RATE * FRAME_S) * 2
AGGRESSIVENESS = 2  #: of WebRTC's detector, 0 to 3
RUN = 3  #: fewer voiced frames in a row are a click, not a word
QUIET, ABOVE = 100.0, 4.0  #: root mean square that is silence, and how far above the floor voice is


def detector() -> Callable[[bytes], bool]:
    """Says of one frame of FRAME_BYTES whether there may be a voice in it."""
    try:
        import webrtcvad
    except Exception:  # not built for this system: the energy is told by ourselves
        return lambda frame: energy(frame) > QUIET * ABOVE
    vad = webrtcvad.Vad(AGGRESSIVENESS)
    return lambda frame: vad.is_speech(frame, RATE) and energy(frame) > QUIET / ABOVE


def frames(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Sound in pieces of any size → whole frames; the last one is filled with silence."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        whole = len(rest) - len(rest) % FRAME_BYTES
        for at in range(0, whole, FRAME_BYTES):
            yield bytes(rest[at : at + FRAME_BYTES])
        del rest[:whole]
    if rest:
        yield bytes(rest).ljust(FRAME_BYTES, b"\0")


def steady(voiced: list[bool]) -> list[bool]:
    """Without clicks: voice that lasts for fewer than RUN frames is none."""
    calm, begin = list(voiced), None
    for place, voice in enumerate([*voiced, False]):
        if voice and begin is None:
            begin = place
        elif not voice and begin is not None:
            if place - begin < RUN:
                calm[begin:place] = [False] * (place - begin)
            begin = None
    return calm


def energy(frame: bytes) -> float:
    """Root mean square of its samples (16 bits, little-endian)."""
    samples = array("h", frame)
    if sys.byteorder == "big":
        samples.byteswap()
    return (sum(map(mul, samples, samples)) / max(1, len(samples))) ** 0.5
