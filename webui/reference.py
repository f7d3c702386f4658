"""The generated part of `docs/api.md`: everything that the service declares about itself, as text.

    python -m webui.reference docs/api.md

replaces what stands below the file's marker. The routes come from the OpenAPI description, so from
the declarations that are served; the words (event kinds, statuses, settings, problems, task types)
from the models of the core. A test makes it again and compares. Nothing of this runs in a service.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from core import errors
from core.errors import LonghaulError
from core.model import ON_REQUEST, Control, Kind, Status
from core.registry import Registry
from core.settings import Settings
from core.task_type import TaskType
from webui.api import NOUNS
from webui.openapi import described
from webui.problems import NoCondition, NotMultipart, status_of
from webui.replies import FORM, JSON
from webui.routes import API
from webui.schema_words import Schema, default_in_words, in_words

MARKER = "<!-- generated below: python -m webui.reference docs/api.md -->"

KINDS: dict[Kind, str] = {
    Kind.TASK_CREATED: "a task was accepted; `data` is the task",
    Kind.TASK_UPDATE: "a task changed: claimed, paused, resumed, held, moved, retried, its next"
    " step began; when it was cleared, `data` is `{id, removed: true}`",
    Kind.TASK_PROGRESS: "counters, stage, message or estimate of a task moved; at most 10 a second"
    " for each task, the last one always",
    Kind.TASK_FINISHED: "a task is `completed`, `failed` or `cancelled`",
    Kind.JOB_UPDATE: "a job was made, claimed, settled, blocked or freed; `data` is the job with"
    " its task's `source` and `task_type`",
    Kind.ITEM_UPDATE: "one item of a job changed",
    Kind.LOG: "one line of a task's log",
    Kind.QUEUE_UPDATE: "the queue's switches, the person's activity, the settings or what is wrong"
    " changed; `data` is the queue's figures, with `settings` or `conditions` when it is these, and"
    " with `source_id` when a page of that document, or with `removed` all of it, was deleted",
    Kind.TELEMETRY: "numbers of the task's own (`run.telemetry`): `{task_id, job_id,"
    " attempt, facts}`; no built-in type sends any",
    Kind.RESET: "made by the stream itself: what comes next is no longer kept, or the database is"
    " another one; read `/snapshot` and go on from its `last_event_id`",
}
STATUSES: dict[Status, str] = {
    Status.QUEUED: "waits; `waiting_because` says for what",
    Status.RUNNING: "a worker holds the claim; with `control` = `pause` or `cancel` it is shown as"
    " pausing or cancelling",
    Status.PAUSED: "nothing moves until a person resumes",
    Status.COMPLETED: "finished its work; only a retry from the start changes it",
    Status.FAILED: "`error` says what failed and what can be done; only a retry changes it",
    Status.CANCELLED: "ended by a person, for good; only a retry changes it",
}
CONTROLS: dict[Control, str] = {
    Control.RUN: "it should run",
    Control.PAUSE: "it should stop at its next checkpoint",
    Control.CANCEL: "it should end at its next checkpoint, for good",
}
#: Descriptions that say no more than the status.
_PHRASES = frozenset(status.phrase for status in HTTPStatus)
#: Defaults that depend on the machine.
COMPUTED_DEFAULTS = {"pipeline.total_slots": "the number of processor cores"}


def reference() -> str:
    """The whole generated part, in Markdown."""
    description = described(NOUNS, "")
    lines = [
        *_words(),
        *_settings(),
        *_task_types(),
        *_problems(),
        *_routes(description),
        *_models(description["components"]["schemas"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


# --- words --------------------------------------------------------------------------------------


def _words() -> Iterator[str]:
    yield from _section("Event kinds", "kind", "when", _rows(KINDS, Kind, _kind))
    yield from _section("Statuses", "status", "meaning", _rows(STATUSES, Status))
    yield from _section("Control", "control", "what the person wants", _rows(CONTROLS, Control))


def _rows(words: dict, members: Iterable, shown=lambda word: f"`{word}`") -> list[list[str]]:
    return [[shown(word), words[word]] for word in members]  # KeyError: a word without its meaning


def _kind(kind: Kind) -> str:
    return f"`{kind}` (only when asked for)" if kind in ON_REQUEST else f"`{kind}`"


def _settings() -> Iterator[str]:
    schema = Settings.model_json_schema(by_alias=True)
    rows = []
    for name, member in schema["properties"].items():
        default = COMPUTED_DEFAULTS.get(name) or default_in_words(member)
        rows.append([f"`{name}`", in_words(member, _link), default, member["description"]])
    yield from _table("Settings", ["setting", "values", "default", "meaning"], rows)


def _task_types() -> Iterator[str]:
    yield "## Task types\n"
    yield "The built-in ones; `GET /task-types` lists plug-ins too.\n"
    for cls in built_in_types():
        yield from _task_type(cls.describe())


def built_in_types() -> list[type[TaskType]]:
    """The task types that come with Longhaul, by name; none of another installed package."""
    found = Registry(Path("no such folder")).all().values()
    ours = ("core.tasks.", "core.definitions")
    own = (cls for cls in found if cls.__module__.startswith(ours))
    return sorted(own, key=lambda cls: cls.name)


def _task_type(document: dict[str, Any]) -> Iterator[str]:
    schema = document["params_schema"]
    required = schema.get("required", [])
    yield f"### `{document['name']}`\n"
    yield f"{document['description']}\n"
    yield f"- guarantee: {document['guarantee']}"
    yield f"- counts: {document['unit']}"
    for step in document["steps"]:
        yield f"- step “{step['name']}”: stages {', '.join(step['stages'])}"
    if document["knobs"]:
        yield f"- may be changed while it runs: {', '.join(f'`{k}`' for k in document['knobs'])}"
    yield ""
    rows = [
        [
            f"`{name}`",
            in_words(member, _link),
            "required" if name in required else default_in_words(member),
            member.get("description", ""),
        ]
        for name, member in schema["properties"].items()
    ]
    yield from _table("", ["parameter", "values", "default", "meaning"], rows)


def _problems() -> Iterator[str]:
    found = [c for c in vars(errors).values() if inspect.isclass(c)]
    ours = [c for c in found if issubclass(c, LonghaulError)] + [NoCondition, NotMultipart]
    rows = [
        [f"`urn:longhaul:{c.code}`", str(status_of(c)), inspect.getdoc(c) or c.title] for c in ours
    ]
    yield from _table("Problems", ["type", "status", "when"], rows)


# --- routes and models --------------------------------------------------------------------------


def _routes(description: dict[str, Any]) -> Iterator[str]:
    yield "## Routes\n"
    for tag in description["tags"]:
        yield f"### {tag['name']}\n"
        for path, methods in description["paths"].items():
            for method, operation in methods.items():
                if operation["tags"] == [tag["name"]]:
                    yield from _route(method.upper(), path.removeprefix(API), operation)


def _request_body(media_type: str, content: dict[str, Any], is_required: bool) -> Iterator[str]:
    if media_type == FORM:
        members = content["schema"]["properties"].items()
        fields = "; ".join(f"`{name}`: {schema['description']}" for name, schema in members)
        yield f"- [upload](#uploads): {fields}"
        return
    name = content["schema"]["$ref"].rpartition("/")[2]
    if name != "Nothing":
        yield f"- body: {_link(name)}{'' if is_required else ', or nothing'}"


def _route(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"#### `{method} {path}`\n"
    yield f"{operation['description']}\n"
    queries = [p for p in operation["parameters"] if p["in"] == "query"]
    if "requestBody" in operation:
        for media_type, content in operation["requestBody"]["content"].items():
            yield from _request_body(media_type, content, operation["requestBody"]["required"])
    for status, answer in operation["responses"].items():
        if status < "400":
            yield f"- {status}: {_answer(answer)}"
    problems = [s for s in operation["responses"] if s >= "400"]
    yield f"- problems: {', '.join(problems)}"
    yield ""
    if queries:
        rows = [
            [
                f"`{p['name']}`",
                in_words(p["schema"], _link),
                default_in_words(p["schema"]),
                p["description"],
            ]
            for p in queries
        ]
        yield from _table("", ["query", "values", "default", "meaning"], rows)


def _answer(answer: dict[str, Any]) -> str:
    shown = [
        in_words(content["schema"], _link) if media_type == JSON else f"`{media_type}`"
        for media_type, content in answer.get("content", {}).items()
    ]
    headers = [f"`{name}`" for name in answer.get("headers", {})]
    told = " or ".join(shown) or "no body"
    if headers:
        told += f", with {', '.join(headers)}"
    return told + (f" — {answer['description']}" if answer["description"] not in _PHRASES else "")


def _models(schemas: dict[str, Schema]) -> Iterator[str]:
    yield "## Models\n"
    for name in sorted(schemas):
        schema = schemas[name]
        if name.endswith("Query") or name == "Nothing":
            continue  # told with the routes
        yield f"### {name}\n"
        if text := " ".join(schema.get("description", "").split()):
            yield f"{text}\n"
        if "enum" in schema:
            yield in_words(schema, _link) + "\n"
            continue
        required = schema.get("required", [])
        rows = [
            [
                f"`{member}`{'' if member in required else ' (optional)'}",
                in_words(of, _link),
                default_in_words(of),
                of.get("description", ""),
            ]
            for member, of in schema.get("properties", {}).items()
        ]
        yield from _table("", ["member", "values", "default", "meaning"], rows)


# --- Markdown -----------------------------------------------------------------------------------


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _section(title: str, left: str, right: str, rows: list[list[str]]) -> Iterator[str]:
    yield from _table(title, [left, right], rows)


def _table(title: str, head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """A table without the columns that are empty in every row."""
    kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
    if title:
        yield f"## {title}\n"
    for row in (head, ["---"] * len(head), *rows):
        cells = (" ".join(row[i].split()).replace("|", "\\|") for i in kept)
        yield f"| {' | '.join(cells)} |"
    yield ""


def rewritten(text: str) -> str:
    """The file with its generated part made again. Raises ValueError without the marker."""
    head, marker, _ = text.partition(MARKER)
    if not marker:
        raise ValueError(f"the file has no line {MARKER!r}")
    return f"{head}{MARKER}\n\n{reference()}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(rewritten(file.read_text(encoding="utf-8")), encoding="utf-8")
