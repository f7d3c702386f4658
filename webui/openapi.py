"""The OpenAPI 3.1 description, made from the declared routes and the pydantic models.

Nothing is described by hand but what holds for every route: who may call, and the errors of the
floor below the app. Called by `app.py`, when `GET /openapi.json` is first asked for.
"""

import inspect
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webui.documents import Problem
from webui.problems import status_of
from webui.replies import FORM, JSON, PROBLEM_JSON
from webui.routes import API, Content, Route, Routes

_REF = "#/components/schemas/{model}"
#: What the guard refuses, whatever the route (421 and the like are about the connection).
_EVERYWHERE = (401, 403, 429, 500)
#: What else the guard refuses where a body is sent.
_WITH_BODY = (413, 415)
_ANSWER_HEADERS = {
    "ETag": "The version of the task, and a digest of the document",
    "Link": 'The next page, as rel="next"; absent on the last one',
    "Location": "The address of what was made",
    "Content-Disposition": "Always an attachment",
    "Last-Modified": "When the file was last written",
    "Accept-Ranges": "bytes: a part of it can be asked for",
    "Content-Range": "Which bytes these are, of how many",
}
_REQUEST_HEADERS = {
    "If-Match": "An ETag, or the version in quotes; 412 when there is a newer one",
    "If-None-Match": "An ETag; 304 when it is still the same",
    "If-Modified-Since": "304 when the file was not written since",
    "If-Range": "An ETag or a date: the range is answered only of that very version",
    "Range": "One range of bytes, such as bytes=0-99; 206 with these alone, 416 beyond the end",
    "Last-Event-ID": "The last event the client has; wins over `after`",
    "Upload-Id": "The client's own name of this upload, under which it may be continued",
    "Upload-Offset": "The body is the rest of this upload, from this byte on",
    "Idempotency-Key": "The same request under the same key happens once; its answer is replayed",
}
_ABOUT = (
    "Longhaul runs long jobs on a person's own machine. The page, the command and scripts use this"
    " API. Times are RFC 3339 in UTC; errors are problem documents (RFC 9457)."
)


def described(nouns: Iterable[Routes], version: str) -> dict[str, Any]:
    """The description of all routes of `nouns`."""
    routes = [(group.noun, route) for group in nouns for route in group]
    schemas = _Schemas([route for _, route in routes])
    paths: dict[str, dict[str, Any]] = {}
    for noun, route in routes:
        paths.setdefault(API + route.path, {})[route.method.lower()] = _operation(
            route, noun, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Longhaul", "version": version, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": noun} for noun in dict.fromkeys(noun for noun, _ in routes)],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "longhaul-PORT",
                    "description": "From GET /enter?code=…; with the port of the service",
                },
            },
        },
    }


class _Schemas:
    """The JSON Schemas of all models, under names of their own, and references to them."""

    def __init__(self, routes: list[Route]):
        pairs: list[tuple[type[BaseModel], str]] = [(Problem, "serialization")]
        for route in routes:
            for content in route.answers.values():
                if _is_model(content.model):
                    pairs.append((content.model, "serialization"))
            pairs += [(m, "validation") for m in (route.body, route.query) if m is not None]
        unique = list(dict.fromkeys(pairs))
        found, top = models_json_schema(unique, ref_template=_REF)  # type: ignore[arg-type]
        self.definitions: dict[str, Any] = top.get("$defs", {})
        self._found = found

    def reference(self, model: type[BaseModel], mode: str) -> dict[str, Any]:
        return self._found[model, mode]  # type: ignore[index]

    def members(self, model: type[BaseModel]) -> tuple[dict[str, Any], list[str]]:
        """The properties of a model, and which of them are required."""
        name = self.reference(model, "validation")["$ref"].rpartition("/")[2]
        schema = self.definitions[name]
        return schema.get("properties", {}), schema.get("required", [])


def _is_model(model: Any) -> bool:
    return inspect.isclass(model) and issubclass(model, BaseModel)


def _operation(route: Route, noun: str, schemas: _Schemas) -> dict[str, Any]:
    text = " ".join((route.handler.__doc__ or "").split())
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": text.partition(".")[0].partition(";")[0].partition(":")[0],
        "description": text,
        "tags": [noun],
        "parameters": [*_places(route), *_query(route, schemas), *_headers(route)],
        "responses": _responses(route, schemas),
    }
    if route.body is not None or route.upload is not None:
        operation["requestBody"] = _request_body(route, schemas)
    if route.path == "/health":
        operation["security"] = []
    return operation


def _request_body(route: Route, schemas: _Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if route.body is not None:
        content[JSON] = {"schema": schemas.reference(route.body, "validation")}
    if route.upload is not None:
        binary = {"type": "string", "contentMediaType": "application/octet-stream"}
        files = {
            name: {"type": "array", "items": binary, "description": text}
            for name, text in route.upload.files.items()
        }
        fields = {
            name: {"type": "string", "description": text}
            for name, text in route.upload.fields.items()
        }
        content[FORM] = {"schema": {"type": "object", "properties": files | fields}}
    return {"required": not route.is_body_optional, "content": content}


def _places(route: Route) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    text = {"type": "string", "minLength": 1}
    return [
        {"name": n, "in": "path", "required": True, "schema": number if n == "id" else text}
        for n in route.places
    ]


def _query(route: Route, schemas: _Schemas) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    members, required = schemas.members(route.query)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": schema.get("description", ""),
            "schema": _without_null(schema),
        }
        for name, schema in members.items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter may be left out, but a query has no way to say null."""
    schema = {key: value for key, value in schema.items() if key != "description"}
    options = [o for o in schema.get("anyOf", ()) if o != {"type": "null"}]
    if len(options) == 1:
        schema = {k: v for k, v in schema.items() if k not in ("anyOf", "default")} | options[0]
    return schema


def _headers(route: Route) -> list[dict[str, Any]]:
    uploads = ("Upload-Id", "Upload-Offset") if route.upload else ()
    names = [*route.headers, *uploads, *(["Idempotency-Key"] if route.takes_key else [])]
    return [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": _REQUEST_HEADERS[name],
            "schema": _HEADER_SCHEMAS[name],
        }
        for name in names
    ]


_HEADER_SCHEMAS: dict[str, dict[str, Any]] = {
    "If-Match": {"type": "string"},
    "If-None-Match": {"type": "string"},
    "If-Modified-Since": {"type": "string"},
    "If-Range": {"type": "string"},
    "Range": {"type": "string"},
    "Last-Event-ID": {"type": "string", "pattern": r"^\d{1,18}$"},
    "Upload-Id": {"type": "string", "pattern": r"^[A-Za-z0-9_-]{8,64}$"},
    "Upload-Offset": {"type": "string", "pattern": r"^\d{1,15}$"},
    "Idempotency-Key": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
}


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    found = {str(s): _response(s, content, schemas) for s, content in route.answers.items()}
    statuses = {status_of(error) for error in route.errors} | set(_EVERYWHERE)
    if route.body is not None or route.upload is not None:
        statuses |= set(_WITH_BODY)
    if route.upload is not None:
        statuses |= {404, 409}  # of what is continued
    if route.needs_service:  # the service's own database may be locked, or its disk full
        statuses |= {503, 507}
    if route.path == "/health":
        statuses -= {401, 429}
    for status in sorted(statuses - set(route.answers)):
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_JSON: {"schema": schemas.reference(Problem, "serialization")}},
        }
    return found


def _response(status: int, content: Content, schemas: _Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": content.description or HTTPStatus(status).phrase,
    }
    if _is_model(content.model):
        schema = schemas.reference(content.model, "serialization")
    else:
        schema = {"type": "object"} if content.model is dict else {}
    if content.media_types and status not in (204, 304):
        response["content"] = {name: {"schema": schema} for name in content.media_types}
    if content.headers:
        response["headers"] = {
            name: {"description": _ANSWER_HEADERS[name], "schema": {"type": "string"}}
            for name in content.headers
        }
    return response
