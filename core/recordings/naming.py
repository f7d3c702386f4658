"""What names of audio files say, and which names we give. Pure."""

import re
from datetime import datetime
from posixpath import splitext

#: what a notes folder is searched for
AUDIO = frozenset(".wav .mp3 .m4a .flac .ogg .oga .opus .aac .aif .aiff".split())
IMPORTS = "imports"
NOTE, IMPORT = "note", "import"

_NOTE = re.compile(r"(\d{4})/(\1-\d{2}-\d{2})/(\d{6})-voice-note\.\w+")
_DATED = re.compile(rf"{IMPORTS}/(\d{{4}})/(\1-\d{{2}}-\d{{2}})/(\d{{6}})-.+")
#: what no file system takes, and what turns the direction of a text or breaks its line
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069/\\:*?"<>|]+')
#: bytes of a name that is kept, and of its ending: file systems take 255, ours is put before it,
#: and the names of the files beside it end in more
MOST_NAME, MOST_SUFFIX = 180, 20


def is_audio(name: str) -> bool:
    """Whether a file of this name is one of ours; nothing hidden is."""
    return not name.startswith(".") and splitext(name)[1].lower() in AUDIO


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
    stem, suffix = splitext(original(name))
    again = f"-{number + 1}" if number else ""
    return f"{IMPORTS}/{when:%Y}/{when:%Y-%m-%d}/{when:%H%M%S}-{stem}{again}{suffix}"


def original(name: str) -> str:
    """The file name in what somebody calls a file, without what no file system takes."""
    plain = _UNFIT.sub("-", name.replace("\\", "/").rpartition("/")[2]).strip(" .-") or "recording"
    stem, suffix = splitext(plain)
    suffix = cut(suffix, MOST_SUFFIX)
    return cut(stem, MOST_NAME - len(suffix.encode("utf-8", "surrogatepass"))) + suffix


def cut(text: str, most: int) -> str:
    """The beginning of a text that has at most `most` bytes in UTF-8, no character in halves."""
    whole = text.encode("utf-8", "surrogatepass")
    return text if len(whole) <= most else whole[:most].decode("utf-8", "ignore")


def candidates(name: str) -> list[str]:
    """Names of sidecars of an audio file that bring a transcription back, the best first."""
    stem = splitext(name)[0]
    return [f"{name}.json", f"{stem}.json", f"{name}.txt", f"{stem}.txt"]


def _moment(match: re.Match) -> float | None:
    year, month, day = map(int, match[2].split("-"))
    hour, minute, second = (int(match[3][at : at + 2]) for at in (0, 2, 4))
    try:
        return datetime(year, month, day, hour, minute, second).timestamp()
    except ValueError:  # 2026-02-31, 256161
        return None
