"""A JSON Schema in words: "integer, 1 to 500", "list of strings, or null". Pure.

For people who read `docs/api.md`; called by `reference.py` alone. It knows what pydantic writes for
our models, and says "any JSON" of what it does not know.
"""

import json
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]
#: How the name of a model is written, so that the reader can go there.
Link = Callable[[str], str]

_PLURALS = {
    "string": "strings",
    "integer": "integers",
    "number": "numbers",
    "object": "objects",
    "boolean": "booleans",
}
_FORMATS = {"date-time": "time, RFC 3339", "date": "day, YYYY-MM-DD"}


def in_words(schema: Schema, link: Link) -> str:
    """What a value of this schema may be."""
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return ", or ".join(dict.fromkeys(in_words(option, link) for option in options))
    if "$ref" in schema:
        return link(schema["$ref"].rpartition("/")[2])
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return in_words(schema["allOf"][0], link)
    if "const" in schema:
        return f"`{_json(schema['const'])}`"
    if "enum" in schema:
        return " · ".join(f"`{value}`" for value in schema["enum"])
    return _plain(schema, link)


def default_in_words(schema: Schema) -> str:
    """The default as JSON; "" where there is none, or where it is null (absent, that is)."""
    if schema.get("default") is None:
        return ""
    return f"`{_json(schema['default'])}`"


def _plain(schema: Schema, link: Link) -> str:
    match schema.get("type"):
        case "array":
            return _array(schema, link)
        case "object":
            return _object(schema, link)
        case "null":
            return "null"
        case "string":
            return _FORMATS.get(schema.get("format", ""), "string") + _lengths(schema)
        case "integer" | "number" | "boolean" as name:
            return name + _bounds(schema)
        case _:
            return "any JSON"


def _array(schema: Schema, link: Link) -> str:
    inner = in_words(schema.get("items", {}), link)
    most = f" (at most {schema['maxItems']:,})" if "maxItems" in schema else ""
    return f"list{most} of {_PLURALS.get(inner, inner)}"


def _object(schema: Schema, link: Link) -> str:
    values = schema.get("additionalProperties")
    if isinstance(values, dict) and values:
        inner = in_words(values, link)
        return f"object of {_PLURALS.get(inner, inner)}"
    return "object"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low, above = schema["exclusiveMinimum"], "above "
    else:
        above = ""
    if high is not None and high >= 2**53:
        high = None  # the largest that the database keeps: no limit that anybody meets
    if low is None and high is None:
        return ""
    if high is None:
        return f", {above}{low:,}" if above else f", {low:,} or more"
    if low is None:
        return f", at most {high:,}"
    return f", {above}{low:,} to {high:,}"


def _lengths(schema: Schema) -> str:
    if "maxLength" in schema:
        return f", at most {schema['maxLength']:,} characters"
    return f" like `{schema['pattern']}`" if "pattern" in schema else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
