"""Documents over HTTP: by path and as an upload, listed, searched, shown, deleted."""

import time

import pytest

from tests import texts
from tests.webui.site import live_site, problem

BOUNDARY = "----longhaul"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with live_site(folder) as live:
        live.folder = folder
        yield live


def add(live, name, data):
    path = live.folder / name
    path.write_bytes(data)
    return live.ask("POST", "/sources", {"path": str(path)})


def read(live, name, data):
    """Add a document and see it read."""
    source = add(live, name, data).json
    live.finished(source["task_id"])
    return live.read(f"/sources/{source['id']}")


def upload(live, name, data, field="file"):
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    )
    body = head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
    fields = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return live.request("POST", "/api/v1/sources", fields, body)


def test_a_document_is_added_read_and_shown(live):
    answer = add(live, "one.pdf", texts.pdf("Call me", "Ishmael"))
    assert answer.status == 201
    source = answer.json
    assert answer.header("Location") == f"/api/v1/sources/{source['id']}"
    task = live.finished(source["task_id"])
    assert (task["source_id"], task["status"]) == (source["id"], "completed")
    assert task["related"] == {"type": "source", "id": str(source["id"])}
    listed = live.read("/tasks", related_type="source", related_id=source["id"], status="all")
    assert [each["id"] for each in listed["items"]] == [task["id"]]
    items = live.read(f"/tasks/{task['id']}/items")["items"]
    assert [item["key"] for item in items] == ["page 1", "page 2"]
    pages = live.read(f"/sources/{source['id']}/pages")["items"]
    page = live.read(f"/pages/{pages[1]['id']}")
    assert (page["text"], page["previous_id"], page["next_id"]) == ("Ishmael", pages[0]["id"], None)
    assert add(live, "one.pdf", texts.pdf("Call me", "Ishmael")).status == 200


def test_words_are_found_with_their_places(live):
    read(live, "sea.txt", b"the <b>narwhal</b> swims")
    (found,) = live.read("/sources", q="narwhal")["items"]
    (hit,) = found["hits"]
    assert [p["text"] for p in hit["snippet"] if p["is_match"]] == ["narwhal"]
    assert "".join(p["text"] for p in hit["snippet"]) == "the <b>narwhal</b> swims"
    pages = live.read(f"/sources/{found['id']}/pages", q="narw")["items"]
    assert pages[0]["snippet"]


@pytest.mark.parametrize(
    "words", ['"', "NEAR(", "a OR", "*", "-", "\\", "' --", "text:x", "(((" * 50]
)
def test_no_question_is_an_error(live, words):
    assert "items" in live.read("/sources", q=words)
    assert live.ask("GET", "/sources?q=%ED%A0%80%00x").status in (200, 400, 422)


def test_an_upload_is_kept_as_a_copy_and_goes_with_its_document(live):
    answer = upload(live, "../../up.txt", b"uploaded words")
    assert answer.status == 201, answer.body
    source = answer.json
    assert (source["title"], source["is_copy"]) == ("up.txt", True)
    live.finished(source["task_id"])
    copies = live.service.data_dir / "documents"
    assert [path.name for path in copies.rglob("*") if path.is_file()] == ["up.txt"]
    assert upload(live, "again.txt", b"uploaded words").status == 200
    assert len([path for path in copies.rglob("*") if path.is_file()]) == 1
    assert live.ask("DELETE", f"/sources/{source['id']}").status == 204
    assert list(copies.iterdir()) == []
    assert live.ask("GET", f"/sources/{source['id']}").status == 404


def test_what_is_no_document_is_refused_and_leaves_nothing(live):
    problem(upload(live, "program.exe", b"MZ"), 422, "invalid-parameters")
    problem(upload(live, "a.txt", b"x", field="other"), 422, "invalid-parameters")
    problem(upload(live, ".name.pdf", b"%PDF-1.4"), 422, "invalid-parameters")
    problem(add(live, "program.exe", b"MZ"), 422, "invalid-parameters")
    problem(live.ask("POST", "/sources", {"path": "/etc/passwd.txt"}), 403, "forbidden")
    copies = live.service.data_dir / "documents"
    assert not copies.exists() or not any(copies.iterdir())


def test_a_page_and_a_document_are_deleted(live):
    source = read(live, "gone.pdf", texts.pdf("first", "second"))
    pages = live.read(f"/sources/{source['id']}/pages")["items"]
    assert live.ask("DELETE", f"/pages/{pages[0]['id']}").status == 204
    problem(live.ask("DELETE", f"/pages/{pages[0]['id']}"), 404, "not-found")
    assert live.read(f"/sources/{source['id']}")["pages"]["total"] == 1
    assert live.ask("DELETE", f"/sources/{source['id']}").status == 204
    problem(live.ask("GET", f"/sources/{source['id']}/pages"), 404, "not-found")


def test_a_document_that_cannot_be_read_says_why_and_is_told_in_the_list(live):
    source = read(live, "cut.pdf", b"%PDF-1.7 cut")
    assert (source["status"], source["problem"]["code"]) == ("failed", "document-damaged")
    task = live.read(f"/tasks/{source['task_id']}")
    assert (task["status"], task["can_retry"]) == ("failed", True)
    failed = live.read("/tasks", status="failed")["items"]
    assert task["id"] in [each["id"] for each in failed]


def test_the_service_itself_imports_no_library_of_documents(live):
    """The process that reads imports them: the service starts fast and stays small."""
    import subprocess
    import sys

    code = (
        "import sys, core.service, webui.app, core.tasks.extract_text\n"
        "print([m for m in ('pypdfium2', 'trafilatura', 'charset_normalizer') if m in sys.modules])"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", (done.stderr, time.monotonic() - began)
