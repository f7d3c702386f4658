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
#: what no file system takes, and what turns the direction of a text or breaks its line
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069/\\:*?"<>|]+')
MOST_NAME = 120  #: characters of a name that is kept


def is_audio(name: str) -> bool:
    """Whether a file of this name is one of ours; nothing hidden is."""
    return not name.startswith(".") and PurePosixPath(name).suffix.lower() in AUDIO


def told(path: str, otherwise: float) -> tuple[str, float]:
    """(kind, when it was recorded in wall seconds) by its name.

    `note` for YYYY/YYYY-MM-DD/HHMMSS-voice-note.ext with a date that exists, in local time; else
    `import`, whose name may tell a time too; where it does not, that is `otherwise`.
    """
    if (match := _NOTE.fullmatch(path)) and (moment := _moment(match)) is not None:
        return NOTE, moment
    match = _DATED.fullmatch(path)
    moment = _moment(match) if match else None
    return IMPORT, otherwise if moment is None else moment


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


def _moment(match: re.Match) -> float | None:
    year, month, day = map(int, match[2].split("-"))
    hour, minute, second = (int(match[3][at : at + 2]) for at in (0, 2, 4))
    try:
        return datetime(year, month, day, hour, minute, second).timestamp()
    except ValueError:  # 2026-02-31, 256161
        return None
