"""The files beside the audio: NAME.txt, NAME.srt and NAME.json.

Each is written whole or not at all, the .json last: where it stands, all three are of one
transcription, and it alone brings back everything. A .txt without it was written by somebody else
or by a crash; either way its text is whole.
"""

import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from core import seams
from core.beneath import replace_at
from core.errors import Forbidden
from core.recordings import naming, texts
from core.recordings.opening import opened
from core.recordings.texts import Transcription

_SUFFIXES = (".txt", ".srt", ".json")
MOST_BYTES = 64 << 20  #: of a sidecar that is read


def read(folder: str, path: str, beside: Iterable[str]) -> Transcription | None:
    """The transcription beside an audio file, or None where nothing readable stands there.

    `beside`: those of `candidates` that exist. One that names another audio file which is still
    there (two of the same stem) is not ours.
    """
    found = set(beside)
    for name in (n for n in naming.candidates(PurePosixPath(path).name) if n in found):
        content = _content(folder, str(PurePosixPath(path).with_name(name)))
        if content is None:
            continue
        try:
            if name.endswith(".txt"):
                text = content.decode("utf-8-sig").strip()
                return Transcription(text, (), None, "", None, "", "")
            document = json.loads(content)
            if _is_of_another(folder, path, document):
                return None
            return Transcription.of(document)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def write(folder: str, path: str, transcription: Transcription) -> None:
    """All three beside the audio, replacing older ones. Raises OSError, Forbidden."""
    segments = transcription.segments
    if transcription.original_text is not None:
        segments = tuple(texts.edited(segments, transcription.text))
    content = {
        ".txt": texts.as_text(transcription),
        ".srt": texts.as_srt(segments),
        ".json": texts.as_json(transcription, PurePosixPath(path).name),
    }
    base = _base(folder, path)
    for suffix, text in content.items():
        replace_file(folder, base + suffix, text.encode())
        seams.reach("sidecar-written")


def trash(folder: str, path: str) -> None:
    """Move an audio file and its sidecars into `.trash` of the folder; nothing there is replaced.

    What is not there any more is passed over. Raises OSError, Forbidden.
    """
    base, own = _base(folder, path), PurePosixPath(path)
    source = open_folder(folder, str(own.parent))
    try:
        target = open_folder(folder, f".trash/{secrets.token_hex(4)}", make=True)
        try:
            for name in (own.name, *(PurePosixPath(base + s).name for s in _SUFFIXES)):
                with suppress(FileNotFoundError):
                    os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _base(folder: str, path: str) -> str:
    """What its sidecars begin with: its stem, or its whole name where another one has the stem."""
    stem = str(PurePosixPath(path).with_suffix(""))
    content = _content(folder, stem + ".json")
    try:
        taken = content is not None and _is_of_another(folder, path, json.loads(content))
    except (ValueError, AttributeError):
        taken = False
    return path if taken else stem


def _is_of_another(folder: str, path: str, document: dict[str, Any]) -> bool:
    audio, own = document.get("audio"), PurePosixPath(path)
    if not isinstance(audio, str) or audio == own.name or "/" in audio:
        return False
    return os.path.lexists(os.path.join(folder, own.with_name(audio)))


def replace_file(folder: str, path: str, content: bytes) -> None:
    """Write a file below a folder, whole or not at all, by the handle of the folder it lies in."""
    parent, name = PurePosixPath(path).parent, PurePosixPath(path).name
    handle = open_folder(folder, str(parent))
    try:
        replace_at(handle, name, content)
    finally:
        os.close(handle)


def open_folder(folder: str, path: str, *, make: bool = False) -> int:
    """The handle of a folder below `folder`, one component after the other, following no link.

    `make`: those that are missing are made. Raises OSError, Forbidden for a link.
    """
    way = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    handle = os.open(folder, way)
    for part in Path(path).parts:
        if make:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=handle)
        try:
            below = os.open(part, way | os.O_NOFOLLOW, dir_fd=handle)
        except NotADirectoryError:
            raise Forbidden("This path leads through a link, so it is not opened.") from None
        finally:
            os.close(handle)
        handle = below
    return handle


def _content(folder: str, path: str) -> bytes | None:
    try:
        with opened(folder, path) as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, Forbidden):
        return None
    return content if len(content) <= MOST_BYTES else None
