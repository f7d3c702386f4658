"""How a route is declared: once, for its parsing, its validation and its description.

A file of `webui.api` makes one `Routes` and decorates its handlers with it. `dispatch.py` serves
what was declared, `openapi.py` describes it; so the two cannot differ. Nothing here answers.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.errors import Invalid, KeyReused, LonghaulError, Malformed, NotFound, Unavailable
from core.service import Service
from webui.calls import Call
from webui.replies import JSON, Reply

#: What every API path begins with.
API = "/api/v1"
_PLACE = re.compile(r"\{(\w+)\}")


class Nothing(BaseModel):
    """A body without members; it may be left out."""

    model_config = ConfigDict(extra="forbid")


class Keys(Enum):
    """Who makes sure that a POST under an Idempotency-Key happens once."""

    #: The dispatcher: keeps the answer after the handler, and lets equal requests wait.
    DISPATCHER = "dispatcher"
    #: The handler: keeps the answer in the transaction of what it does.
    HANDLER = "handler"
    #: Nobody: the answer is a secret, which is not written anywhere.
    NOBODY = "nobody"


@dataclass(frozen=True)
class Upload:
    """A route takes `multipart/form-data`; the handler finds its parts in `call.upload`."""

    #: What the fields are, by their names: those of files, and those of text.
    files: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    #: Parts of one body, at most.
    max_files: int = 1000
    #: The folder in which they arrive, of the service and the places of the path; by default one
    #: in the data directory. It raises what the route raises.
    into: Callable[[Service, dict[str, str]], Path] | None = None


@dataclass(frozen=True)
class Content:
    """One possible answer: its model (None: not described further) and media types."""

    model: Any = None
    media_types: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Route:
    """A declared route. `path` is relative to API, with places such as {id}."""

    method: str
    path: str
    handler: Callable[[Call], Reply]
    answers: dict[int, Content]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    is_body_optional: bool = False
    raises: frozenset[type[LonghaulError]] = frozenset()
    headers: tuple[str, ...] = ()  #: request headers with a meaning of their own
    keys: Keys = Keys.DISPATCHER
    upload: Upload | None = None  #: beside the body, or in its place
    needs_service: bool = True  #: False: answers while the service is stopping, too
    name: str = ""  #: unique; the operationId of the description

    @property
    def places(self) -> list[str]:
        """The names of the path's variable parts, in order."""
        return _PLACE.findall(self.path)

    @property
    def rule(self) -> str:
        """The path as Bottle writes it; what is no number is another address."""
        numbers = self.path.replace("{id}", "<id:re:[0-9]+>")
        return API + _PLACE.sub(r"<\1>", numbers)

    @property
    def takes_key(self) -> bool:
        return self.method == "POST" and self.keys is not Keys.NOBODY

    @property
    def errors(self) -> frozenset[type[LonghaulError]]:
        """Every error that the route or its parsing raises on purpose."""
        found = {*self.raises, Invalid, Malformed}  # any route may get a wrong query
        if self.places:
            found.add(NotFound)
        if self.takes_key:
            found.add(KeyReused)
        if self.needs_service:
            found.add(Unavailable)
        return frozenset(found)


@dataclass(frozen=True)
class Routes:
    """The routes of one noun; `noun` groups them in the description."""

    noun: str
    declared: list[Route] = field(default_factory=list)

    def __iter__(self) -> Iterator[Route]:
        return iter(self.declared)

    def get(self, path: str, answer: Any, **options: Any) -> Callable:
        """Declare a GET; `answer`: the model of its 200, a Content, or {status: either}."""
        return self._declare("GET", path, answer, options)

    def post(self, path: str, answer: Any, **options: Any) -> Callable:
        """Declare a POST. Without `body` it takes none, or an empty object."""
        return self._declare("POST", path, answer, options)

    def put(self, path: str, answer: Any, **options: Any) -> Callable:
        return self._declare("PUT", path, answer, options)

    def patch(self, path: str, answer: Any, **options: Any) -> Callable:
        return self._declare("PATCH", path, answer, options)

    def delete(self, path: str, answer: Any, **options: Any) -> Callable:
        return self._declare("DELETE", path, answer, options)

    def _declare(self, method: str, path: str, answer: Any, options: dict[str, Any]) -> Callable:
        answers = answer if isinstance(answer, dict) else {200: answer}
        described = {
            status: given if isinstance(given, Content) else Content(given)
            for status, given in answers.items()
        }
        if method != "GET" and "body" not in options and "upload" not in options:
            options |= {"body": Nothing, "is_body_optional": True}
        options["raises"] = frozenset(options.get("raises", ()))

        def decorator(handler: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
            name = options.pop("name", None) or handler.__name__
            self.declared.append(Route(method, path, handler, described, name=name, **options))
            return handler

        return decorator
