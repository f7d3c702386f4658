"""Serves declared routes through Bottle: request → Call → handler → answer.

The one place with a try/except around handlers: every error becomes a problem document
(`problems.py`). Parsing follows the declaration (`routes.py`), so no handler checks types or
names. Called by `app.py`.
"""

from typing import Any
from urllib.parse import parse_qsl

import bottle
from pydantic import BaseModel, ValidationError

from core.errors import Invalid, Malformed, NotFound, Unavailable
from core.task_type import invalid
from webui import problems
from webui.calls import Call, Context, header
from webui.idempotency import Idempotency
from webui.problems import NotMultipart
from webui.receiving import heads_of
from webui.replies import PROBLEM_JSON, Reply
from webui.routes import Keys, Route

#: As SQLite's integers; no more digits than that are looked at.
_MOST_ID = 2**63 - 1
_MOST_PARAMETERS = 200


class Dispatcher:
    """Answers requests to the declared routes of one app."""

    def __init__(self, context: Context):
        self._context = context
        self._idempotency = Idempotency(context.service.answers)

    def mount(self, app: bottle.Bottle, route: Route) -> None:
        """Route requests in `app` to `route`."""

        def callback(**places: str) -> bottle.HTTPResponse:
            bottle.request.environ["longhaul.route"] = route.path
            return sent(self._answer(route, bottle.request, places))

        app.route(route.rule, route.method, callback)

    def _answer(self, route: Route, request: bottle.BaseRequest, places: dict[str, str]) -> Reply:
        try:
            if route.needs_service and self._context.service.is_stopping:
                raise Unavailable("The service is stopping; what was accepted goes on after it")
            call = self._call(route, request, places)
            if call.key is not None and route.keys is Keys.DISPATCHER:
                return self._idempotency.once(call.key, lambda: route.handler(call))
            return route.handler(call)
        except Exception as error:  # whatever it is: told as a problem, never with its trace
            if route.needs_service and self._context.service.is_stopping:
                return problems.told(Unavailable("The service is stopping"))  # from under us
            return problems.told(error)

    def _call(self, route: Route, request: bottle.BaseRequest, places: dict[str, str]) -> Call:
        received = request.environ.get("longhaul.upload") if route.upload else None
        has_body = route.body is not None and received is None
        raw = request.environ["wsgi.input"].read(_length(request)) if has_body else b""
        if route.upload and not has_body and received is None:
            raise NotMultipart("Send the files as multipart/form-data.")
        if route.upload and received is None:
            heads_of(request.environ)  # said for JSON, too, they are to be right
        given = {name: _place(name, value) for name, value in places.items()}
        query = _query(route.query, request.query_string)
        key = None
        if route.takes_key and "HTTP_IDEMPOTENCY_KEY" in request.environ:
            name = header(request.environ, "Idempotency-Key")
            content = received.content() if received else raw
            key = (name, self._fingerprint(route, request, content))
        body = _body(route, raw) if has_body else None
        parts = received.parts if received else None
        return Call(self._context, request.path, request.environ, given, query, body, parts, key)

    def _fingerprint(self, route: Route, request: bottle.BaseRequest, raw: bytes) -> str:
        """What makes two requests the same: who wants a stream wants something else."""
        kind = route.method
        if len(route.answers) > 1:
            kind += " " + header(request.environ, "Accept").strip().lower()
        return self._context.service.answers.fingerprint(kind, request.path, raw)


def sent(reply: Reply) -> bottle.HTTPResponse:
    """A reply as Bottle's response; a stream is handed to the server with it."""
    headers = dict(reply.headers)
    if reply.stream is not None:
        bottle.request.environ["longhaul.stream"] = reply.stream
    if reply.file is not None:
        bottle.request.environ["longhaul.file"] = reply.file
    if reply.status not in (204, 304):
        headers["Content-Type"] = reply.media_type
    return bottle.HTTPResponse(reply.body, reply.status, headers)


def not_served(error: bottle.HTTPError) -> bottle.HTTPResponse:
    """What Bottle refuses by itself (unknown paths, wrong methods), as a problem document."""
    status = error.status_code
    headers = {}
    if status == 405:
        allowed = sorted(set(error.headers.get("Allow", "").split(",")))
        headers["Allow"] = ", ".join([*(["HEAD"] if "GET" in allowed else []), *allowed])
        detail = f"Allowed here: {headers['Allow']}"
        document = problems.problem(405, "method-not-allowed", "This method is not served", detail)
    elif status == 404:
        document = problems.problem(404, NotFound.code, NotFound.title, "There is no such address")
    elif status < 500:
        document = problems.problem(status, Malformed.code, Malformed.title, str(error.body))
    else:
        return sent(problems.told(error.exception or error))
    return sent(Reply(document, status, headers, PROBLEM_JSON))


# --- parsing ------------------------------------------------------------------------------------


def _length(request: bottle.BaseRequest) -> int:
    return max(0, request.content_length)


def _place(name: str, value: str) -> Any:
    """A variable part of the path; those called `id` are numbers."""
    if name != "id":
        return value
    if len(value) > 19 or int(value) > _MOST_ID:
        raise NotFound("There is nothing with so large a number")
    return int(value)


def _query(model: type[BaseModel] | None, text: str) -> BaseModel | None:
    """The query as the route's model; a route without one takes no parameters."""
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except (ValueError, UnicodeError):
        raise Malformed("The query cannot be read") from None
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    if model is None:
        if given:
            errors = [{"pointer": f"/{n}", "message": "is no parameter here"} for n in given]
            raise Invalid("This address takes no parameters", errors)
        return None
    # A name that comes twice is a list, which only a list may be.
    flat: dict[str, Any] = {n: v if len(v) > 1 else v[0] for n, v in given.items()}
    try:
        return model.model_validate(flat)
    except ValidationError as error:
        raise invalid(error, "") from None


def _body(route: Route, raw: bytes) -> BaseModel | None:
    """The body as the route's model; JSON types are taken as they are, never converted."""
    if route.body is None:
        return None
    if not raw:
        if not route.is_body_optional:
            raise Malformed("A JSON object is needed as the body")
        raw = b"{}"
    try:
        return route.body.model_validate_json(raw, strict=True)
    except ValidationError as error:
        if any(e["type"] == "json_invalid" for e in error.errors(include_input=False)):
            raise Malformed("The body is not JSON") from None
        raise invalid(error, "") from None
