"""One SQL expression that a person wrote: what it may be made of, before a database sees it. Pure.

The text is put between parentheses into a statement of ours, so it must not be able to end them:
no comments, no second expression, strings and parentheses closed. What its names mean, and that it
only reads, is asked of the database itself (`judge`). Called by `judge` alone.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>--|/\*)|(?P<string>'(?:[^']|'')*')
      |(?P<name>"(?:[^"]|"")*")|(?P<number>\d[\w.]*)|(?P<word>[^\W\d]\w*)|(?P<cast>::)|(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"
#: of PostgreSQL: what reads files, waits, steers the server or runs SQL of its own
_SERVER_FUNCTIONS = re.compile(
    r"(pg_|lo_|dblink|query_to_|table_to_|cursor_to_|schema_to_|database_to_|set_config|setval|nextval)"
)
LONGEST = 10_000  #: characters


class Wrong(ValueError):
    """The expression cannot be taken; `at` is the place in it, counted from 1."""

    def __init__(self, why: str, at: int | None = None):
        super().__init__(why if at is None else f"{why} (at character {at})")


@dataclass(frozen=True)
class Token:
    """A word, sign, string or quoted name; `at` is its place, counted from 0."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    @property
    def name(self) -> str:
        """What a quoted name stands for."""
        return self.text[1:-1].replace('""', '"') if self.kind == "name" else self.text


def tokens_of(text: str, dialect: str) -> list[Token]:
    """The tokens of one closed expression. Raises Wrong with the place of what is not allowed."""
    if not text.strip():
        raise Wrong("it is empty")
    if len(text) > LONGEST:
        raise Wrong(f"it has more than {LONGEST:,} characters")
    if "\0" in text:
        raise Wrong("it has a NUL character", text.index("\0") + 1)
    found = []
    for match in _TOKEN.finditer(text):
        token = Token(match.lastgroup or "sign", match.group(), match.start())
        _refuse_alone(token, dialect)
        if token.kind != "space":
            found.append(token)
    _refuse_unclosed(found)
    if dialect == "postgresql":
        _refuse_on_servers(found)
    return found


def _refuse_alone(token: Token, dialect: str) -> None:
    """What is wrong wherever it stands."""
    at = token.at + 1
    if token.kind == "comment":
        raise Wrong("comments are not allowed", at)
    if token.text in ("'", '"'):
        raise Wrong("a quote is opened and not closed", at)
    if token.text == ";":
        raise Wrong("only one expression is allowed, and no statement", at)
    parameters = "?:@$#`[]" if dialect == "sqlite" else ":$`\\"
    if token.kind == "sign" and token.text in parameters:
        raise Wrong(f"{token.text!r} is not supported", at)
    if token.kind == "cast" and dialect == "sqlite":
        raise Wrong("'::' is not supported; write CAST(… AS …)", at)


def _refuse_unclosed(tokens: Sequence[Token]) -> None:
    """Parentheses that do not pair, and a comma outside of them."""
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _OPEN:
            opened.append(token)
        elif token.text in _CLOSE:
            if not opened or _OPEN.index(opened.pop().text) != _CLOSE.index(token.text):
                raise Wrong(f"{token.text!r} closes what is not open", token.at + 1)
        elif token.text == "," and not opened:
            raise Wrong("only one expression is allowed", token.at + 1)
    if opened:
        raise Wrong(f"{opened[-1].text!r} is not closed", opened[-1].at + 1)


def _refuse_on_servers(tokens: Sequence[Token]) -> None:
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if following is None:
            return
        touching = following.at == token.end
        prefixed = token.text.lower() in ("e", "u") and touching and following.text[0] in "'&"
        if prefixed:
            raise Wrong("strings with a prefix are not supported", token.at + 1)
        called = following.text == "(" and token.kind in ("word", "name")
        if called and _SERVER_FUNCTIONS.match(token.name.lower()):
            raise Wrong(f"the function {token.name} is not allowed", token.at + 1)


def refuse_text_as_name(tokens: Sequence[Token], known: Collection[str]) -> None:
    """Wrong for a double-quoted word that is no name: SQLite would take it for text, silently."""
    folded = {name.lower() for name in known}
    for token in tokens:
        if token.kind == "name" and token.name.lower() not in folded:
            why = f"there is no column {token.text}; text stands in single quotes"
            raise Wrong(why, token.at + 1)
