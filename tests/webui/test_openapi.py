"""The description against what the routes really do: each answer is checked by its own schema.

`jsonschema` knows JSON Schema 2020-12, which is what OpenAPI 3.1 uses; the metaschema of OpenAPI
itself is left to schemathesis, which reads the whole document (`test_schemathesis.py`).
"""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from core.documents import rfc3339
from tests.webui.site import API, QUICK
from webui import api
from webui.api import NOUNS

ROUTES = [route for group in NOUNS for route in group]


@pytest.fixture(scope="module")
def description(live) -> dict:
    return live.read("/openapi.json")


def referred(node) -> set[str]:
    """Every $ref below a node."""
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(referred(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(referred(value) for value in node))
    return set()


def test_every_route_of_the_app_is_described_and_nothing_else(live, description):
    served = {
        (re.sub(r"<(\w+)[^>]*>", r"{\1}", route.rule), route.method)
        for route in live.guard._app._app.routes
        if route.rule.startswith(API)
    }
    told = {
        (path, method.upper())
        for path, operations in description["paths"].items()
        for method in operations
    }
    assert served == told == {(API + route.path, route.method) for route in ROUTES}


def test_no_handler_catches_an_error_of_its_own():
    for file in Path(api.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Try)], file.name


def test_the_contract_is_served_whole(description):
    """The routes of the contract that belong to tasks, the queue and the service."""
    contract = """
        GET /health  GET /version  GET /openapi.json  GET /metrics  GET /snapshot  GET /events
        GET /task-types  GET /task-types/{type}  POST /task-types/{type}/preview
        GET /tasks  POST /tasks  DELETE /tasks  POST /tasks/actions
        GET /tasks/{id}  DELETE /tasks/{id}  PATCH /tasks/{id}
        POST /tasks/{id}/start  POST /tasks/{id}/pause  POST /tasks/{id}/resume
        POST /tasks/{id}/cancel  POST /tasks/{id}/retry  POST /tasks/{id}/hold
        POST /tasks/{id}/move  GET /tasks/{id}/jobs  GET /tasks/{id}/items
        GET /tasks/{id}/events  GET /tasks/{id}/result  GET /tasks/{id}/logs
        GET /queue  POST /queue/pause  POST /queue/resume  POST /queue/clear-completed
        POST /queue/retry-failed  GET /activity  PUT /activity
        GET /sessions/{session_id}/tasks  GET /completions
        GET /schedules  POST /schedules  PATCH /schedules/{id}  DELETE /schedules/{id}
        GET /projects  POST /projects  GET /projects/{project}/photos
        PATCH /projects/{project}/photos/{name}  POST /projects/{project}/uploads
        POST /projects/{project}/commit-changes  GET /projects/{project}/tasks
        POST /projects/{project}/tasks  GET /projects/{project}/photos/{name}/thumbnail
        GET /projects/{project}/photos/{name}/preview
        POST /schedules/{id}/run  GET /settings  PATCH /settings  GET /stats  POST /codes
    """
    words = contract.split()
    wanted = set(zip(words[::2], words[1::2], strict=True))
    assert wanted <= {(route.method, route.path) for route in ROUTES}


def test_the_description_is_whole_and_its_parts_are_sound(description):
    assert description["openapi"].startswith("3.1.")
    schemas = description["components"]["schemas"]
    known = {f"#/components/schemas/{name}" for name in schemas}
    assert referred(description) <= known
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    operations = [op for path in description["paths"].values() for op in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["summary"] and operation["responses"]
        for parameter in operation["parameters"]:
            jsonschema.Draft202012Validator.check_schema(parameter["schema"])


def test_every_way_to_call_names_what_it_takes_and_how_it_is_refused(description):
    create = description["paths"][f"{API}/tasks"]["post"]
    assert {p["name"] for p in create["parameters"]} == {"Idempotency-Key"}
    assert {"200", "201", "400", "401", "403", "413", "415", "422", "503"} <= set(
        create["responses"]
    )
    change = description["paths"][f"{API}/tasks/{{id}}"]["patch"]
    assert {"404", "409", "412", "428"} <= set(change["responses"])
    listed = description["paths"][f"{API}/tasks"]["get"]
    assert {"status", "session_id", "q", "sort", "limit", "cursor"} <= {
        p["name"] for p in listed["parameters"]
    }


# --- real answers against their schemas ---------------------------------------------------------


class Checked:
    """Asks the service, and checks each answer by what the description says about it."""

    def __init__(self, live, description: dict):
        self._live, self._description = live, description
        self.asked: set[tuple[str, str, int]] = set()

    def __call__(self, method: str, path: str, body=None, places=(), **headers: str):
        target = path
        for place in places:
            target = re.sub(r"\{\w+\}", str(place), target, count=1)
        answer = self._live.ask(method, target, body, **headers)
        described = API + path.partition("?")[0]
        responses = self._description["paths"][described][method.lower()]["responses"]
        assert str(answer.status) in responses, f"{method} {path}: {answer.status} is not told"
        response = responses[str(answer.status)]
        for name in response.get("headers", {}):
            assert answer.header(name) is not None or name == "Link", (method, path, name)
        if answer.status not in (204, 304):
            self._check(answer, response)
        self.asked.add((method, described, answer.status))
        return answer

    def _check(self, answer, response: dict) -> None:
        media_type = answer.header("Content-Type")
        told = {name.partition(";")[0]: content for name, content in response["content"].items()}
        content = told.get(media_type.partition(";")[0]) or told["*/*"]
        if media_type in ("application/json", "application/problem+json"):
            schema = content["schema"] | {"components": self._description["components"]}
            jsonschema.validate(answer.json, schema, jsonschema.Draft202012Validator)


@pytest.fixture
def ask(live, description):
    return Checked(live, description)


def test_tasks_in_every_state_are_as_described(live, ask):
    failing = {**QUICK, "trouble": "hopeless", "trouble_at": 1}
    done, failed = live.run(items=["a"]), live.run(failing)
    held = ask("POST", "/tasks", {"type": "rehearsal", "params": QUICK, "hold": True}).json
    later = {"type": "rehearsal", "not_before": "2099-01-01T00:00:00Z", "related": None}
    scheduled = ask("POST", "/tasks", later).json
    assert scheduled["waiting_because"]["code"] == "scheduled"
    after = ask("POST", "/tasks", {"type": "rehearsal", "after": [held["id"]]}).json
    for task in (done, failed, held, scheduled, after):
        for below in ("", "/jobs", "/items", "/events?limit=500", "/logs"):
            ask("GET", f"/tasks/{{id}}{below}", places=[task["id"]])
    tag = ask("GET", "/tasks/{id}", places=[done["id"]]).header("ETag")
    ask("GET", "/tasks/{id}", places=[done["id"]], If_None_Match=tag)
    ask("GET", "/tasks/{id}/result", places=[done["id"]])
    ask("GET", "/tasks/{id}/logs", places=[done["id"]], Accept="text/plain")
    ask("GET", "/tasks?status=all&limit=2")
    ask("GET", "/snapshot")
    ask("GET", "/queue")
    ask("GET", "/queue/counts?status=all&type=rehearsal")
    ask("GET", f"/completions?since={rfc3339(0)}")
    for verb in ("pause", "resume", "hold", "start", "cancel", "retry"):
        ask("POST", f"/tasks/{{id}}/{verb}", places=[held["id"]])
    ask("POST", "/tasks/{id}/move", {"to": "top"}, places=[scheduled["id"]])
    ask("PATCH", "/tasks/{id}", {"title": "Now"}, places=[scheduled["id"]])
    ask("PATCH", "/tasks/{id}", {"title": "Now"}, places=[scheduled["id"]], If_Match='"1"')
    ask("DELETE", "/tasks/{id}", places=[scheduled["id"]])
    ask("DELETE", "/tasks/{id}", places=[scheduled["id"]])
    ask("DELETE", "/tasks", {"ids": [after["id"], 10**9]})
    ask("POST", "/tasks/actions", {"action": "retry", "ids": [failed["id"], 10**9]})
    assert {status for _, _, status in ask.asked} >= {200, 201, 202, 304, 409, 412}


def test_everything_else_is_as_described(live, ask):
    for path in ("/health", "/version", "/openapi.json", "/metrics", "/task-types", "/activity"):
        ask("GET", path)
    for path in ("/settings", "/stats?by=type&since=2020-01-01", "/stats", "/schedules"):
        ask("GET", path)
    ask("PATCH", "/settings", {"zoom": 1.5, "quiet_hours": [{"start": "22:00", "end": "06:00"}]})
    ask("PATCH", "/settings", {"zoom": None, "quiet_hours": None})
    ask("PUT", "/activity", {"state": "recording", "ttl_s": 5})
    ask("PUT", "/activity", {"state": "idle"})
    for verb in ("pause", "resume", "retry-failed", "clear-completed"):
        ask("POST", f"/queue/{verb}")
    ask("POST", "/codes")
    code = ask("POST", "/codes", {"scope": "read"}).json
    assert live.get(f"/enter?code={code['code']}", Authorization=None).status == 303
    assert [each["mark"] for each in ask("GET", "/screens").json["items"]] == [code["mark"]]
    ask("GET", "/codes/{mark}", places=[code["mark"]])
    ask("DELETE", "/screens/{mark}", places=[code["mark"]])
    schedule = {"name": "x", "cron": "@daily", "type": "rehearsal", "params": QUICK}
    made = ask("POST", "/schedules", schedule).json
    ask("PATCH", "/schedules/{id}", {"cron": "0 4 * * *"}, places=[made["id"]])
    ask("POST", "/schedules/{id}/run", places=[made["id"]])
    ask("DELETE", "/schedules/{id}", places=[made["id"]])
    ask("GET", "/sessions/{session_id}/tasks", places=["s"])
    ask("GET", "/task-types/{type}", places=["rehearsal"])
    preview = {"params": QUICK}
    ask("POST", "/task-types/{type}/preview", preview, places=["rehearsal"])
    preview = {"params": {"database": live.archive()}}
    ask("POST", "/task-types/{type}/preview", preview, places=["backfill-dates"])


def test_refusals_are_as_described(ask):
    for method, path, body, places in (
        ("GET", "/tasks?limit=0", None, ()),
        ("GET", "/tasks/{id}", None, (10**9,)),
        ("GET", "/tasks/{id}", None, (2**63,)),
        ("POST", "/tasks", {"type": "nonsense"}, ()),
        ("POST", "/tasks", None, ()),
        ("POST", "/tasks", {"type": "backfill-dates", "params": {"database": "/etc/passwd"}}, ()),
        ("DELETE", "/tasks", {"filter": {}, "expected": 10**6}, ()),
        ("PATCH", "/settings", {"roots": ["relative"]}, ()),
        ("GET", "/task-types/{type}", None, ("nonsense",)),
        ("PATCH", "/schedules/{id}", {"name": "x"}, (10**9,)),
        ("GET", "/events?kinds=x", None, ()),
        ("GET", "/queue?x=1", None, ()),
        ("GET", "/health?x=1", None, ()),
    ):
        assert ask(method, path, body, places).status >= 400, (method, path)
    assert ask("GET", "/tasks", Authorization="Bearer wrong").status == 401
    assert ask("POST", "/tasks", {"type": "x" * (1 << 20)}).status == 413


def test_moments_are_written_as_the_contract_says():
    now = datetime.now(UTC).timestamp()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", rfc3339(now))
