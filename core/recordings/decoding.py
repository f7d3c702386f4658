"""Audio files → sound at 16 kHz, one channel; or which damage is in the way. By PyAV (FFmpeg).

Runs in a process of its own with limits. The file comes as an open descriptor, and only the formats
of `naming.AUDIO` are tried: FFmpeg would otherwise take a playlist that is called note.mp3 and open
whatever it names. FFmpeg decodes cut files without a word, so what came out is compared with what
the header says.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.recordings import finished
from core.recordings.voice import RATE

FORMATS = "wav,w64,mp3,mov,flac,ogg,aac,aiff"
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": ""}
SLACK_S, SLACK = 1.0, 0.05  #: less by so much is a matter of rounding, or of an estimated header
_TEXT = frozenset(range(32, 127)) | {9, 10, 13}


class Damaged(Exception):
    """Why no whole sound comes out: a stable code, words, and what can be done."""

    def __init__(self, code: str, message: str, hint: str = ""):
        super().__init__(message)
        self.code, self.hint = code, hint


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself."""

    duration: float | None  #: seconds; None where it does not say
    codec: str
    is_estimate: bool = False  #: guessed by FFmpeg from the bit rate


def decoded(file: BinaryIO) -> Iterator[bytes]:
    """The sound of a file in pieces, 16 bits little-endian. Raises Damaged, at last for a cut one.

    What came before that is sound.
    """
    import av

    size = os.fstat(file.fileno()).st_size
    if not size:
        raise Damaged("empty", "The file is empty: not a single byte", "Delete it, or copy it anew")
    try:
        container: Any = av.open(file, options=_OPTIONS)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise _unreadable(file, size, error) from None
    with container:
        if not container.streams.audio:
            raise Damaged("no-audio-stream", "There is no sound in this file, only other streams")
        stream = container.streams.audio[0]
        header = _header(file, container, stream)
        samples, failure = 0, None
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        try:
            for frame in container.decode(stream):
                for piece in resampler.resample(frame):
                    samples += piece.samples
                    yield _bytes(piece)
            for piece in resampler.resample(None):
                samples += piece.samples
                yield _bytes(piece)
        except (av.FFmpegError, ValueError, OSError) as error:
            failure = error  # corrupt data may raise anything, even PermissionError
    _judge(file, size, header, samples / RATE, failure)


def _bytes(piece: Any) -> bytes:
    return bytes(piece.planes[0])[: piece.samples * 2]


def _header(file: BinaryIO, container: Any, stream: Any) -> Header:
    duration = container.duration / 1e6 if container.duration else None
    if stream.duration:
        duration = float(stream.duration * stream.time_base)
    name = container.format.name
    # Raw AAC has no header: FFmpeg estimates, and so it does for an MP3 without a frame for it.
    is_estimate = name == "aac" or (name == "mp3" and not _tells_its_length(file))
    return Header(duration, stream.codec_context.name, is_estimate)


def _tells_its_length(file: BinaryIO) -> bool:
    """Whether the first frame of an MP3, behind a tag, says how many there are."""
    place = file.tell()
    file.seek(0)
    head = file.read(10)
    start = 0
    if head[:3] == b"ID3":  # its size is four bytes of seven bits (ID3v2, 3.1)
        start = 10 + sum(byte << at for byte, at in zip(head[6:10], (21, 14, 7, 0), strict=True))
    file.seek(start)
    first = file.read(4096)
    file.seek(place)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def _judge(
    file: BinaryIO, size: int, header: Header, seconds: float, failure: Exception | None
) -> None:
    """Raise Damaged unless all that was promised came out."""
    promised = header.duration
    if failure is not None:
        if not seconds:
            message = f"The sound in it cannot be decoded ({header.codec}): {_said(failure)}"
            raise Damaged("undecodable", message, "Open it in another program, and save it anew")
        of = f" of {promised:.1f}" if promised else ""
        message = f"It is damaged: decoding failed after {seconds:.1f}{of} s ({_said(failure)})"
        raise Damaged("corrupt", message, "Copy it anew from where it came from")
    if not seconds:
        raise Damaged("no-sound", "It has a header, but no sound behind it", "Record it anew")
    cut = _cut_wave(file, size)
    if cut is not None:
        message = f"It is cut: {cut[1]:,} of {cut[0]:,} bytes of sound are there"
        raise Damaged("truncated-data", message, "Copy it anew: the copy was not completed")
    if promised and not header.is_estimate and seconds < promised - SLACK_S - SLACK * promised:
        message = f"It is cut: {seconds:.1f} of {promised:.1f} s are there"
        raise Damaged("truncated", message, "Copy it anew: the copy was not completed")


def _cut_wave(file: BinaryIO, size: int) -> tuple[int, int] | None:
    try:
        return finished.missing_of_wave(file, size)
    except ValueError:
        return None


def _unreadable(file: BinaryIO, size: int, error: Exception) -> Damaged:
    """Why FFmpeg could not even open it."""
    file.seek(0)
    head = file.read(4096)
    if head[4:8] == b"ftyp" and not finished.has_index(file, size):
        message = "It is cut: the index at its end is missing, so nothing in it can be found"
        return Damaged("truncated-index", message, "Copy it anew: the copy was not completed")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        message = "Its WAV header is malformed, and there is no sound that could be read"
        return Damaged("malformed-header", message, "Record it anew, or export it as another file")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        message = "This is a web page, not audio"
        return Damaged("web-page", message, "A download that failed is often one: load it anew")
    if head and _TEXT.issuperset(head):
        return Damaged("not-audio", "This is text, not audio", "It only has the name of audio")
    return Damaged("not-audio", f"This is no audio that can be read ({_said(error)})")


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)[:200]
