"""What names of audio files say, and which names we give. Pure."""

import re
from datetime import datetime
from pathlib import PurePosixPath

#: what a notes folder is searched for
AUDIO = frozenset(".wav .mp3 .m4a .flac .ogg .oga .opus .aac .aif .aiff".split())
IMPORTS = "imports"
NOTE, IMPORT = "note", "import"

_NOTE = re.compile(r"(\d{4})/(\1-\d{2}-\d{2})/(\d{6})-voice-note\.\w+")
_DATED = re.compile(rf"{IMPORTS}/(\d{{4}})/(\1-\d{{2}}-\d{{2}})/(\d{{6}})-.+")
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
MOST_NAME = 120  #: characters of a name that is kept


def is_audio(name: str) -> bool:
    """Whether a file of this name is one of ours; nothing hidden is."""
    return not name.startswith(".") and PurePosixPath(name).suffix.lower() in AUDIO


def kind_of(path: str) -> str:
    """`note` for YYYY/YYYY-MM-DD/HHMMSS-voice-note.ext with a date that exists, else `import`."""
    return NOTE if _moment(_NOTE.fullmatch(path)) is not None else IMPORT


def recorded_at(path: str, otherwise: float) -> float:
    """When it was recorded (wall seconds): local time by its name, else `otherwise`."""
    moment = _moment(_NOTE.fullmatch(path) or _DATED.fullmatch(path))
    return moment if moment is not None else otherwise


def import_path(name: str, at: float, number: int = 0) -> str:
    """Where an imported file goes: imports/YYYY/YYYY-MM-DD/HHMMSS-its-name.ext.

    `at`: wall seconds. `number`: of a second file with the same name in the same second.
    """
    when = datetime.fromtimestamp(at)
    plain = original(name)
    stem, suffix = PurePosixPath(plain).stem, PurePosixPath(plain).suffix
    again = f"-{number + 1}" if number else ""
    return f"{IMPORTS}/{when:%Y}/{when:%Y-%m-%d}/{when:%H%M%S}-{stem}{again}{suffix}"


def original(name: str) -> str:
    """The file name in what somebody calls a file, without what no file system takes."""
    plain = _UNFIT.sub("-", name.replace("\\", "/").rpartition("/")[2]).strip(" .-") or "recording"
    suffix = PurePosixPath(plain).suffix
    return plain[: -len(suffix) or None][:MOST_NAME] + suffix


def candidates(name: str) -> list[str]:
    """Names of sidecars of an audio file that bring a transcription back, the best first."""
    stem = PurePosixPath(name).stem
    return [f"{name}.json", f"{stem}.json", f"{name}.txt", f"{stem}.txt"]


def _moment(match: re.Match | None) -> float | None:
    if match is None:
        return None
    try:
        return datetime.strptime(f"{match[2]} {match[3]}", "%Y-%m-%d %H%M%S").timestamp()
    except ValueError:  # 2026-02-31, 256161
        return None
