"""A secret that is given as a parameter is seen by the task and by nobody else.

One task of a type that says its secrets wherever code can say something: as an answer, an event,
a line of a log, an error, an item. Then everything that the service and the command let out is
searched for them, and the database for places where they should not be.
"""

import json
import logging
import sqlite3
from contextlib import closing
from urllib.parse import urlencode

import pytest

from desktop.__main__ import main
from tests.webui.http_client import TOKEN
from tests.webui.site import live_site

SECRET, PASSWORD = "tr0mbone-Öl/42", "p%40ssw0rd-of-db"
DECODED = "p@ssw0rd-of-db"
PARAMS = {"key": SECRET, "deep": {"keys": [SECRET]}, "database": f"postgresql://me:{PASSWORD}@h/x"}
PLUGIN = '''
from urllib.parse import unquote
from pydantic import BaseModel, SecretStr
from core import TaskType, Retry
from core.task_type import Preview

class Deep(BaseModel):
    keys: list[SecretStr] = []

class Leaky(TaskType):
    """Says its secrets aloud."""
    name = "leaky"
    max_attempts = 1

    class Params(BaseModel):
        key: SecretStr
        deep: Deep = Deep()
        database: str = ""

    def run(self, run):
        key = self.params.key.get_secret_value()
        assert self.params.deep.keys[0].get_secret_value() == key
        password = self.params.database.split(":")[2].split("@")[0]
        run.log(f"signing in with {key} and {password} or {unquote(password)}")
        run.message(f"signed in with {key}")
        run.telemetry(key=key, all=[key, password])
        run.checkpoint(1, done=1, effects=lambda: run.items.put("a", "failed", f"no {key}", key))
        raise ValueError(f"the server said: {key} and {self.params.database} are wrong")

class Talkative(Leaky):
    """Gives its secrets back as its result, and complains of them."""
    name = "talkative"
    def run(self, run):
        return {"key": self.params.key.get_secret_value(), "of": [self.params.database]}
    def preview(self, roots):
        key = self.params.key.get_secret_value()
        return Preview(problems=[f"{key} is refused"], sample=[{"key": key}])
'''


@pytest.fixture(scope="module")
def leaky(tmp_path_factory):
    """(site, the finished task, what was logged meanwhile)."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "tasks").mkdir()
    (folder / "tasks" / "leaky.py").write_text(PLUGIN)
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Kept(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    level = logging.getLogger("longhaul").level
    logging.getLogger("longhaul").setLevel(logging.DEBUG)
    try:
        with live_site(folder) as live:
            refused = live.ask("POST", "/tasks", {"type": "leaky", "params": PARAMS | {"no": 1}})
            assert refused.status == 422
            wrong = live.ask(
                "POST", "/tasks", {"type": "leaky", "params": PARAMS | {"deep": SECRET}}
            )
            assert wrong.status == 422
            lines += [refused.body.decode(), wrong.body.decode()]
            held = live.ask(
                "POST", "/tasks", {"type": "leaky", "params": PARAMS, "hold": True},
                Idempotency_Key="once",
            ).json  # fmt: skip
            live.ask("POST", f"/tasks/{held['id']}/start")
            talk = live.ask("POST", "/tasks", {"type": "talkative", "params": PARAMS}).json
            live.finished(talk["id"])
            yield live, live.finished(held["id"]), lines
    finally:
        root.removeHandler(handler)
        logging.getLogger("longhaul").setLevel(level)


def spoken(text: str) -> list[str]:
    """The secrets that are in a text, also as JSON and addresses write them."""
    ways = {w for s in (SECRET, PASSWORD, DECODED) for w in (s, json.dumps(s)[1:-1])}
    ways |= {urlencode({"": s})[1:] for s in (SECRET, PASSWORD, DECODED)}
    return sorted(way for way in ways if way in text)


def test_the_task_had_its_secrets_and_said_them(leaky):
    _, task, _ = leaky
    assert task["status"] == "failed", task
    assert task["error"]["message"] == (
        "ValueError: the server said: *** and postgresql://me:***@h/x are wrong"
    )
    assert task["params"]["key"] == "***" and task["params"]["deep"] == {"keys": ["***"]}


@pytest.mark.parametrize(
    "path",
    ["", "/jobs", "/items", "/events?limit=500", "/logs", "/logs/text"],
)  # fmt: skip
def test_no_answer_about_the_task_has_them(leaky, path):
    live, task, _ = leaky
    answer = live.ask("GET", f"/tasks/{task['id']}{path}")
    assert answer.status == 200 and answer.body
    assert spoken(answer.body.decode()) == []
    if path in ("/items", "/logs", "/logs/text"):
        assert "***" in answer.body.decode(), "what was said is told, with the secret masked"


@pytest.mark.parametrize(
    "path",
    ["/snapshot", "/tasks?status=all", "/openapi.json", "/task-types", "/stats", "/metrics",
     "/completions?since=2020-01-01T00:00:00Z", "/queue"],
)  # fmt: skip
def test_no_answer_about_everything_has_them(leaky, path):
    live, _, _ = leaky
    answer = live.ask("GET", path)
    assert answer.status == 200
    assert spoken(answer.body.decode()) == []


def test_a_result_and_a_preview_have_them_masked(leaky):
    live, _, _ = leaky
    (task,) = live.read("/tasks", status="completed")["items"]
    result = live.ask("GET", f"/tasks/{task['id']}/result")
    assert result.json == {"key": "***", "of": ["postgresql://me:***@h/x"]}
    assert task["figures"]["key"] == "***"
    preview = live.ask("POST", "/task-types/talkative/preview", {"params": PARAMS})
    assert preview.json["problems"] == ["*** is refused"]
    assert preview.json["sample"] == [{"key": "***"}]


def test_a_search_does_not_find_them_out(leaky):
    live, task, _ = leaky
    for part in ("tr0mb", "ssw0rd", SECRET):
        assert live.read("/tasks", status="all", q=part)["items"] == []
    assert task["id"] in [t["id"] for t in live.read("/tasks", status="all", q="leaky")["items"]]


def test_the_database_has_them_in_the_parameters_alone(leaky):
    live, _, _ = leaky
    with closing(sqlite3.connect(live.service.data_dir / "longhaul.sqlite")) as database:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        found = set()
        for (table,) in database.execute(names).fetchall():
            cursor = database.execute(f"SELECT * FROM {table}")  # noqa: S608
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                pairs = zip(columns, row, strict=True)
                found |= {f"{table}.{name}" for name, value in pairs if spoken(str(value))}
    assert found == {"tasks.params"}


def test_no_log_of_the_service_has_them(leaky):
    live, _, lines = leaky
    live.ask("GET", "/tasks")
    assert len(lines) > 2 and spoken("\n".join(lines)) == []


def test_no_output_of_the_command_has_them(leaky, monkeypatch, capfd):
    live, task, _ = leaky
    folder = live.service.data_dir
    server = {"pid": 1, "started_at": "", "url": live.started.url, "token": TOKEN, "version": "0"}
    (folder / "server.json").write_text(json.dumps(server))
    (folder / "server.json").chmod(0o600)
    monkeypatch.setenv("LONGHAUL_DATA_DIR", str(folder))
    words = [
        f"key={SECRET}",
        f"database={PARAMS['database']}",
        "deep:=" + json.dumps(PARAMS["deep"]),
    ]
    assert main(["add", "leaky", *words, "--hold", "--note", "for Ada", "--json"]) == 0
    for command in (["show", task["id"]], ["show", task["id"], "--json"], ["logs", task["id"]],
                    ["list", "--all"], ["list", "--json"], ["types", "leaky"]):  # fmt: skip
        assert main([str(word) for word in command]) == 0, command
    said = "".join(capfd.readouterr())
    assert "for Ada" in said and "***" in said
    assert spoken(said) == []
