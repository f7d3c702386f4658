"""One call of a route, parsed: what a handler sees instead of Bottle's request.

Made by `dispatch.py` from the route's declaration. Also here: reading `Accept` and the parts of
the service that handlers may use (`Context`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import NotPossible
from core.identity import Who, user_name
from core.service import Service
from webui.auth import Scope
from webui.receiving import Part
from webui.stream import Broadcaster

if TYPE_CHECKING:
    from webui.metrics import Meter
    from webui.sessions import Session
    from webui.uploads import Uploads

COMMAND_AGENT = "longhaul-command"  #: how `desktop.client` names itself
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")


def _nothing_to_stop() -> None:
    raise NotPossible("This service ends with the program that started it.")


@dataclass(frozen=True)
class Doors:
    """What is around the app: its guard, and the process it runs in."""

    #: A code that opens a window, or a second screen.
    mint_code: Callable[[Scope], str]
    #: What became of a code, by its mark; None for one that is not known.
    arrival: Callable[[str], str | None]
    #: Our address, and from where it can be reached ("this machine", "network").
    url: Callable[[], str]
    reach: Callable[[], str]
    #: The second screens that may look, the one that asked longest ago first.
    screens: Callable[[], "Sequence[Session]"]
    #: One of them may no longer; False when there is none of this mark.
    end_screen: Callable[[str], bool]
    #: Begin to end the service; raises NotPossible where that is not ours to do.
    stop: Callable[[], None] = _nothing_to_stop


@dataclass(frozen=True)
class Context:
    """What the handlers of one site work with."""

    service: Service
    stream: Broadcaster
    doors: "Doors"
    meter: "Meter"
    version: str
    uploads: "Uploads"
    #: The OpenAPI description, made when it is first asked for.
    description: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """A request to a route, validated by the route's declaration."""

    context: Context
    path: str
    #: WSGI's, for the headers: Bottle's own mapping raises for bytes that are no UTF-8.
    environ: Mapping[str, Any]
    #: The variable parts of the path; those called `id` are numbers.
    places: dict[str, Any] = field(default_factory=dict)
    query: Any = None  #: an instance of the route's query model
    body: Any = None  #: an instance of the route's body model
    #: The parts of an upload, when the request brought one.
    upload: list[Part] | None = None
    #: (key, fingerprint of the request) when the client sent an Idempotency-Key
    key: tuple[str, str] | None = None

    @property
    def service(self) -> Service:
        return self.context.service

    @property
    def id(self) -> int:
        """The number in the path."""
        return self.places["id"]

    @property
    def caller(self) -> str:
        """Who the guard let in: "token", "session" of a window, "read" for a second screen."""
        return self.environ["longhaul.caller"]

    @property
    def session(self) -> str:
        """The mark of the caller's session; "" for who has the token."""
        return self.environ.get("longhaul.session", "")

    @property
    def who(self) -> Who:
        """Who asks: the page with its session, our command, or a program that has the token. Only
        one operating-system user can read the token, and mint codes for pages: our own."""
        if self.session:
            return Who("page", user_name(), self.session)
        is_command = self.header("User-Agent").startswith(COMMAND_AGENT)
        return Who("command" if is_command else "program", user_name())

    def header(self, name: str) -> str:
        """A request header; "" when it is absent."""
        return header(self.environ, name)

    def preferred(self, *offered: str) -> str:
        """The media type of `offered` that the client likes best; the first one wins a tie."""
        accept = self.header("Accept") or "*/*"
        return max(offered, key=lambda media_type: weight(accept, media_type))


def header(environ: Mapping[str, Any], name: str) -> str:
    """A request header as it came, one character for each byte; "" when it is absent."""
    return environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")


def weight(accept: str, media_type: str) -> float:
    """How much an `Accept` header wants a media type, 0 to 1 (RFC 9110, 12.5.1)."""
    found = {"": 0.0}
    for part in accept.lower().split(","):
        name, *params = (piece.strip() for piece in part.split(";"))
        match = next((m for p in params if (m := _WEIGHT.fullmatch(p))), None)
        found[name] = float(match[1]) if match else 1.0
    family = f"{media_type.partition('/')[0]}/*"
    return next((found[name] for name in (media_type, family, "*/*", "") if name in found), 0.0)
