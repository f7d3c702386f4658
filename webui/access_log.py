"""One escaped line for each request: never a query string, never a header, never a secret.

Written by the guard. The escaping is also right for anything else that a client chose and that
goes into a line of a log.
"""

import logging
import re

log = logging.getLogger("longhaul.access")

_LONGEST = 300
#: What looks like a secret in a text, whatever it is called.
_NAMED_SECRET = re.compile(
    r"(?i)\b(token|code|key|password|passwd|secret|authorization|cookie|session)"
    r"(\"?\s*[=:]\s*\"?(?:bearer\s+)?)[^\s\"&;,/]+"
)
#: Long random words: 32 characters and more of the URL-safe alphabet, letters and digits mixed.
_RANDOM_WORD = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}(?![\w-])")


def one_line(text: str) -> str:
    """`text` as printable ASCII without line breaks, terminal escapes or markup."""
    escaped = text[:_LONGEST].encode("unicode_escape", "backslashreplace").decode("ascii")
    return escaped.replace("<", "\\x3c")


def masked(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `***`."""
    return _RANDOM_WORD.sub("***", _NAMED_SECRET.sub(r"\1\2***", text))


def record(method: str, path: str, status: str, seconds: float, caller: str) -> None:
    """Log one answered request; refusals as warnings."""
    level = logging.WARNING if status[:1] in "45" else logging.INFO
    line = (
        f"{one_line(method)} {masked(one_line(path))} {status[:3]} {seconds * 1e3:.1f}ms {caller}"
    )
    log.log(level, "%s", line)
