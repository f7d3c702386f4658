"""Words of a command line → the parameters of a task type, by its JSON Schema.

`key=value` is converted to what the schema says; `key:=JSON` is taken as it is. Wrong names are
refused here, with near misses, before anything is sent; the service checks everything again.
"""

import json
import math
import os
from collections.abc import Callable, Iterable
from typing import Any

from desktop.client import Client
from desktop.failures import Refused, WrongUse
from desktop.words import did_you_mean

Schema = dict[str, Any]
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
#: Schema formats of values that name a file: made absolute, since the service stands elsewhere.
_PATHS = ("database", "file", "folder", "path", "file-path", "directory-path")


def listed(answer: Any) -> list[dict[str, Any]]:
    """The items of a list answer of the API."""
    return answer["items"] if isinstance(answer, dict) else answer


def task_type(client: Client, name: str) -> dict[str, Any]:
    """The document of a task type. Raises WrongUse with near misses for an unknown one."""
    try:
        return client.get(f"/task-types/{name}") if name.isascii() and "/" not in name else {}
    except Refused as refused:
        if refused.status != 404:
            raise
    known = [t["name"] for t in listed(client.get("/task-types"))]
    near = did_you_mean(name, known)
    raise WrongUse(
        f"There is no task type {name!r}. {near}".rstrip(),
        f"Known: {', '.join(known)}" if known else "No task type is known; see longhaul doctor.",
    )


def from_words(words: Iterable[str], given: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    """Parameters of the task type document `of`: `given` (from --params) and `key=value` words.

    Words win over `given`. Raises WrongUse that names every error.
    """
    schema = of.get("params_schema") or {}
    properties = schema.get("properties") or {}
    values, problems, seen = dict(given), [], set()
    for word in words:
        name, raw, text = _split(word)
        if name not in properties and not schema.get("additionalProperties"):
            continue  # told below, with the names that came from --params
        spec = resolved(properties.get(name, {}), schema)
        try:
            value = json.loads(text) if raw else converted(text, spec, schema)
        except ValueError as error:
            problems.append(f"{name}: {error}")
            continue
        if name in seen and not raw:
            if not isinstance(value, list):
                problems.append(f"{name}: given twice, and it takes one value")
                continue
            value = values[name] + value
        values[name] = value
        seen.add(name)
    names = [*values, *(_split(word)[0] for word in words)]
    problems += _unknown(names, properties, schema, of["name"])
    missing = [n for n in schema.get("required") or [] if n not in names]
    problems += [f"{name}: is required" for name in missing]
    if problems:
        raise WrongUse(
            f"These parameters do not fit {of['name']}.",
            "\n".join([*problems, f"What it takes: longhaul types {of['name']}"]),
        )
    return values


def converted(text: str, spec: Schema, schema: Schema) -> Any:
    """`text` as the schema `spec` wants it. Raises ValueError with a sentence."""
    spec = resolved(spec, schema)
    if choices := spec.get("enum") or ([spec["const"]] if "const" in spec else None):
        return _choice(text, choices)
    if options := spec.get("anyOf") or spec.get("oneOf"):
        return _first_that_fits(text, options, schema)
    if spec.get("type") == "array":
        items = spec.get("items") or {}
        return [converted(part.strip(), items, schema) for part in text.split(",") if part]
    if convert := _CONVERTERS.get(spec.get("type", "")):
        return convert(text)
    if spec.get("format") in _PATHS and text and "://" not in text:
        return os.path.abspath(os.path.expanduser(text))
    return text


def resolved(spec: Schema, schema: Schema) -> Schema:
    """`spec` with its reference into `$defs` followed."""
    while ref := spec.get("$ref"):
        found: Any = schema
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]
        spec = {**found, **{name: value for name, value in spec.items() if name != "$ref"}}
    return spec


def kind(spec: Schema, schema: Schema) -> str:
    """What a parameter takes, in a word or two: "whole number", "one of a, b", "list of text"."""
    spec = resolved(spec, schema)
    if choices := spec.get("enum"):
        return f"one of {', '.join(map(str, choices))}"
    if options := spec.get("anyOf") or spec.get("oneOf"):
        kinds = [kind(option, schema) for option in options]
        return " or ".join(dict.fromkeys(k for k in kinds if k != "nothing"))
    if spec.get("type") == "array":
        return f"list of {kind(spec.get('items') or {}, schema)}"
    names = {"integer": "whole number", "number": "number", "boolean": "yes or no"}
    names |= {"object": "JSON", "null": "nothing", "string": spec.get("format", "text")}
    return names.get(spec.get("type", ""), "JSON")


def shown(value: Any) -> str:
    """A value as it would be typed."""
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _split(word: str) -> tuple[str, bool, str]:
    """(name, is JSON, text) of key=value and key:=JSON. Raises WrongUse."""
    name, equals, text = word.partition("=")
    if not equals or not name.rstrip(":"):
        raise WrongUse(
            f"{word!r} is no parameter.", "Write key=value, or key:=JSON: batch_size=500"
        )
    return (name[:-1], True, text) if name.endswith(":") else (name, False, text)


def _unknown(names: list[str], properties: Schema, schema: Schema, type_name: str) -> list[str]:
    if schema.get("additionalProperties"):
        return []
    wrong = dict.fromkeys(name for name in names if name not in properties)
    return [
        f"{name}: {type_name} has no such parameter. {did_you_mean(name, properties)}".rstrip()
        for name in wrong
    ]


def _first_that_fits(text: str, options: list[Schema], schema: Schema) -> Any:
    problems = []
    # text last: everything is text, and a number or an empty value should not become one
    order = {"null": 1, "string": 2}
    for option in sorted(options, key=lambda o: order.get(resolved(o, schema).get("type", ""), 0)):
        try:
            return converted(text, option, schema)
        except ValueError as error:
            problems.append(str(error))
    raise ValueError(problems[0])


def _choice(text: str, choices: list[Any]) -> Any:
    by_text = {str(choice): choice for choice in choices}
    if text not in by_text:
        near = did_you_mean(text, by_text)
        raise ValueError(f"{text!r} is none of {', '.join(by_text)}. {near}".rstrip())
    return by_text[text]


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"{text!r} is neither yes nor no")


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):  # JSON has no others
        raise ValueError(f"{text!r} is not a number")
    return number


def _nothing(text: str) -> None:
    if text not in ("", "null"):
        raise ValueError(f"{text!r} is not null")


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("is an object; write it as JSON: key:='{…}'") from None


#: By the schema's `type`; text is what is left.
_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "null": _nothing,
    "object": _object,
}
