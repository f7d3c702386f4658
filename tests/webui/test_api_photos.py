"""Photo projects over the API: folders, uploads, pictures, marks, commits, the trash."""

import io
import os
from urllib.parse import quote

import pytest
from PIL import Image

from tests.webui.http_client import eventually
from tests.webui.photos import folder_of, form, jpeg, upload
from tests.webui.site import API, live_site, problem


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A site of its own; each test makes its own project."""
    home = tmp_path_factory.mktemp("home")
    (home / "data").mkdir()
    with live_site(home / "data") as site:
        site.home = home
        site.ask("PATCH", "/settings", {"roots": [str(home)]})
        yield site


def project(live, name: str, photos: int = 0) -> str:
    """A project with so many photos, whose first look has ended."""
    folder = folder_of(live.home / name, photos)
    answer = live.ask("POST", "/projects", {"name": name, "folder": str(folder)})
    assert answer.status == 201, answer.body
    assert answer.header("Location") == f"{API}/projects/{quote(name)}"
    assert live.finished(answer.json["task"]["id"])["status"] == "completed"
    return name


def photos(live, name: str, **query) -> list[dict]:
    return live.read(f"/projects/{quote(name)}/photos", **query)["items"]


def test_a_project_is_made_of_a_folder_below_the_roots(live):
    name = project(live, "Summer", 3)
    told = live.read(f"/projects/{name}")
    assert (told["photos"], told["rejected"], told["in_trash"]) == (3, 0, 0)
    assert name in [each["name"] for each in live.read("/projects")["items"]]
    listed = live.read(f"/projects/{name}/photos")
    assert listed["count"] == 3 and listed["next_cursor"] is None
    assert [photo["thumbnail"] for photo in listed["items"]] == ["ready"] * 3


def test_what_a_folder_would_become_is_told_before(live):
    folder = folder_of(live.home / "looked", 2)
    (folder / "notes.txt").write_text("x")
    told = live.ask("POST", "/projects/preview", {"folder": str(folder)}).json
    assert told == {"photos": 2, "others": 1, "sample": ["notes.txt"]}
    assert sorted(os.listdir(folder)) == ["0001.jpg", "0002.jpg", "notes.txt"]


@pytest.mark.parametrize("folder", ["/etc", "/", "/root/.ssh", "relative", "/nowhere/at/all"])
def test_a_folder_outside_the_roots_is_refused(live, folder):
    for path in ("/projects", "/projects/preview"):
        body = {"folder": folder} | ({"name": "x"} if path == "/projects" else {})
        problem(live.ask("POST", path, body), 403, "forbidden")


@pytest.mark.parametrize("name", ["", "documents/ab", "tasks", "projects", "new/../documents"])
def test_a_folder_that_is_longhauls_own_is_refused(live, name):
    """Its check would move away what it does not know."""
    folder = {"folder": str(live.service.data_dir / name)}
    problem(live.ask("POST", "/projects/preview", folder), 403, "forbidden")
    made = {"name": "own", "create": True}
    problem(live.ask("POST", "/projects", folder | made), 403, "forbidden")
    assert not (live.service.data_dir / "documents").exists()


def test_a_link_out_of_the_roots_is_refused(live, tmp_path):
    (live.home / "way-out").symlink_to(tmp_path)
    answer = live.ask("POST", "/projects", {"name": "out", "folder": str(live.home / "way-out")})
    problem(answer, 403, "forbidden")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/projects/nobody"),
        ("DELETE", "/projects/nobody"),
        ("GET", "/projects/nobody/photos"),
        ("GET", "/projects/nobody/photos/a.jpg"),
        ("GET", "/projects/nobody/photos/a.jpg/thumbnail"),
        ("GET", "/projects/nobody/commit-changes"),
        ("POST", "/projects/nobody/commit-changes"),
        ("GET", "/projects/nobody/tasks"),
        ("GET", "/projects/nobody/trash"),
    ],
)
def test_a_project_that_is_none_is_not_found(live, method, path):
    problem(live.ask(method, path), 404, "not-found")


def test_an_upload_becomes_photos_with_pictures(live):
    name = project(live, "Uploads")
    answer = upload(live, name, ("a.jpg", jpeg(1)), ("b.jpg", jpeg(2)), ("写真 3.jpg", jpeg(3)))
    assert answer.status == 201, answer.body
    assert [each["name"] for each in answer.json["taken"]] == ["a.jpg", "b.jpg", "写真 3.jpg"]
    task = live.finished(answer.json["task"]["id"])
    assert task["status"] == "completed" and task["type"] == "upload_postprocess"
    found = {photo["name"]: photo for photo in photos(live, name)}
    assert set(found) == {"a.jpg", "b.jpg", "写真 3.jpg"}
    for photo in found.values():
        for which, longest in (("thumbnail", 320), ("preview", 640)):
            picture = live.get(photo[f"{which}_url"])
            assert picture.header("Cache-Control") == "private, max-age=31536000, immutable"
            assert picture.header("Content-Type") == "image/jpeg"
            assert max(Image.open(io.BytesIO(picture.body)).size) == longest
    folder = live.home / "Uploads"
    assert sorted(n for n in os.listdir(folder) if n.endswith(".jpg")) == sorted(found)
    assert os.listdir(folder / ".uploads") == []


def test_a_picture_is_sent_again_only_when_it_changed(live):
    name = project(live, "Cached", 1)
    (photo,) = photos(live, name)
    bare = photo["thumbnail_url"].partition("?")[0]
    first = live.get(bare)
    assert first.status == 200 and first.header("Cache-Control") == "private, no-cache"
    assert live.get(bare, If_None_Match=first.header("ETag")).status == 304
    assert live.get(f"{bare}?v=older").header("Cache-Control") == "private, no-cache"
    part = live.get(bare, Range="bytes=0-9")
    assert part.status == 206 and part.body == first.body[:10]
    problem(live.ask("GET", f"/projects/{name}/photos/none.jpg/thumbnail"), 404, "not-found")


def test_the_same_file_again_is_told_as_already_there_and_another_one_gets_a_number(live):
    name = project(live, "Twice")
    live.finished(upload(live, name, ("a.jpg", jpeg(1))).json["task"]["id"])
    again = upload(live, name, ("a.jpg", jpeg(1)), ("a.jpg", jpeg(2))).json
    assert [(t["name"], t["already"]) for t in again["taken"]][0] == ("a.jpg", True)
    second = again["taken"][1]
    assert second["name"] != "a.jpg" and second["given"] == "a.jpg" and not second["already"]
    assert (live.home / "Twice" / "a.jpg").read_bytes() == jpeg(1)


def test_an_upload_under_a_key_happens_once(live):
    name = project(live, "Once")
    first = upload(live, name, ("a.jpg", jpeg(1)), Idempotency_Key="upload-once-1")
    second = upload(live, name, ("a.jpg", jpeg(1)), Idempotency_Key="upload-once-1")
    assert first.json == second.json and second.header("Idempotency-Replayed") == "true"
    other = upload(live, name, ("a.jpg", jpeg(2)), Idempotency_Key="upload-once-1")
    problem(other, 422, "key-reused")


@pytest.mark.parametrize("given", ["notes.txt", ".hidden.jpg", "..", "x" * 300 + ".jpg"])
def test_a_file_that_no_project_holds_is_refused_and_leaves_nothing(live, given):
    if not (live.home / "Refusing").exists():
        project(live, "Refusing")
    problem(upload(live, "Refusing", (given, jpeg(1))), 422, "invalid-parameters")
    assert [n for n in os.listdir(live.home / "Refusing") if not n.startswith(".")] in (
        [],
        ["manifest.csv"],
    )
    assert os.listdir(live.home / "Refusing" / ".uploads") == []


def test_a_name_with_a_way_in_it_stays_in_the_folder(live):
    name = project(live, "Escaping")
    answer = upload(live, name, ("../../../escaped.jpg", jpeg(1)))
    assert [each["name"] for each in answer.json["taken"]] == ["escaped.jpg"]
    assert (live.home / "Escaping" / "escaped.jpg").exists()


def test_each_name_is_judged_alone(live):
    name = project(live, "Names")
    narrow = "Screenshot at 3.45.12\u202fPM.jpg"  # as one system names them
    family = "\U0001f468\u200d\U0001f469.jpg"
    answer = upload(live, name, (narrow, jpeg(1)), ("..", b"x"), (family, jpeg(2)))
    assert answer.status == 201, answer.body
    assert [one["name"] for one in answer.json["taken"]] == [narrow, family]
    assert [one["name"] for one in answer.json["refused"]] == [".."]
    for bad in ("a\u202egpj.jpg", "a\x7f.jpg"):
        problem(upload(live, name, (bad, jpeg(3))), 422, "invalid-parameters")


def test_an_empty_session_is_none(live):
    name = project(live, "Session")
    field = b'--edge\r\nContent-Disposition: form-data; name="session_id"\r\n\r\n\r\n'
    typed = {"Content-Type": "multipart/form-data; boundary=edge"}
    body = field + form(("a.jpg", jpeg(1)))
    answer = live.request("POST", f"{API}/projects/{name}/uploads", typed, body)
    assert answer.status == 201 and answer.json["task"]["session_id"] is None


def test_an_upload_to_a_project_that_is_none_is_refused_before_it_is_sent(live):
    typed = {"Content-Type": "multipart/form-data; boundary=edge", "Content-Length": "9000000"}
    answer = live.request("POST", f"{API}/projects/nobody/uploads", typed, b"--edge")
    problem(answer, 404, "not-found")


def test_other_bodies_than_forms_are_no_upload(live):
    name = project(live, "Typed")
    problem(live.ask("POST", f"/projects/{name}/uploads", {"a": 1}), 415, "not-multipart")
    empty = upload(live, name)
    assert empty.status in (400, 422)


def test_an_upload_that_broke_off_goes_on(live):
    name = project(live, "Resumed")
    body = form(("a.jpg", jpeg(1)))
    path = f"{API}/projects/{name}/uploads"
    typed = {"Content-Type": "multipart/form-data; boundary=edge", "Upload-Id": "broken-off-1"}
    with live.connect() as sock:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n"
        fields = {**typed, "Authorization": f"Bearer {live.guard._token}"}
        fields["Content-Length"] = str(len(body))
        head += "".join(f"{key}: {value}\r\n" for key, value in fields.items())
        sock.sendall(head.encode() + b"\r\n" + body[:2000])
        eventually(lambda: live.ask("GET", "/uploads/broken-off-1").status == 200)
    eventually(lambda: live.ask("GET", "/uploads/broken-off-1").status == 200)
    state = live.read("/uploads/broken-off-1")
    rest = body[state["received"] :]
    answer = live.request("POST", path, typed | {"Upload-Offset": str(state["received"])}, rest)
    assert answer.status == 201 and answer.json["taken"][0]["name"] == "a.jpg"
    assert (live.home / "Resumed" / "a.jpg").read_bytes() == jpeg(1)
    problem(live.ask("GET", "/uploads/broken-off-1"), 404, "not-found")


def test_marks_are_kept_one_by_one_and_in_bulk(live):
    name = project(live, "Marks", 5)
    one = live.ask("PATCH", f"/projects/{name}/photos/0001.jpg", {"keep": False}).json
    assert one["keep"] is False and one["name"] == "0001.jpg"
    many = {"keep": False, "names": ["0002.jpg", "0003.jpg"], "expected": 2}
    assert live.ask("PATCH", f"/projects/{name}/photos", many).json == {"changed": 2, "keep": False}
    assert [p["name"] for p in photos(live, name, keep="true")] == ["0004.jpg", "0005.jpg"]
    drifted = {"keep": True, "filter": {"keep": False}, "expected": 9}
    problem(live.ask("PATCH", f"/projects/{name}/photos", drifted), 409, "drifted")
    back = {"keep": True, "filter": {"keep": False}, "expected": 3}
    assert live.ask("PATCH", f"/projects/{name}/photos", back).json["changed"] == 3
    unknown = {"keep": True, "names": ["none.jpg"]}
    problem(live.ask("PATCH", f"/projects/{name}/photos", unknown), 404, "not-found")


def test_photos_are_listed_in_pages_and_found(live):
    name = project(live, "Pages", 7)
    first = live.ask("GET", f"/projects/{name}/photos?limit=3&sort=-name")
    assert [p["name"] for p in first.json["items"]] == ["0007.jpg", "0006.jpg", "0005.jpg"]
    assert first.json["count"] == 7 and 'rel="next"' in first.header("Link")
    after = first.json["next_cursor"]
    second = live.read(f"/projects/{name}/photos", limit=3, sort="-name", cursor=after)
    assert [p["name"] for p in second["items"]] == ["0004.jpg", "0003.jpg", "0002.jpg"]
    assert second["count"] is None
    assert [p["name"] for p in photos(live, name, q="04")] == ["0004.jpg"]
    assert photos(live, name, kind="png,tiff") == []
    answer = live.ask("GET", f"/projects/{name}/photos?sort=size")
    problem(answer, 422, "invalid-parameters")


def test_a_commit_moves_what_is_not_kept_into_the_trash_and_it_comes_back(live):
    name = project(live, "Committed", 4)
    live.ask(
        "PATCH", f"/projects/{name}/photos", {"keep": False, "names": ["0001.jpg", "0003.jpg"]}
    )
    summary = live.read(f"/projects/{name}/commit-changes")
    assert (summary["remove"], summary["keep"]) == (2, 2)
    assert summary["names"] == ["0001.jpg", "0003.jpg"]
    problem(live.ask("POST", f"/projects/{name}/commit-changes", {"expected": 1}), 409, "drifted")
    answer = live.ask("POST", f"/projects/{name}/commit-changes", {"expected": 2})
    assert answer.status == 201
    task = live.finished(answer.json["task"]["id"])
    assert task["status"] == "completed" and task["type"] == "change_commit"
    folder = live.home / "Committed"
    assert sorted(n for n in os.listdir(folder) if n.endswith("jpg")) == ["0002.jpg", "0004.jpg"]
    trash = live.read(f"/projects/{name}/trash")["items"]
    assert sorted(entry["name"] for entry in trash) == ["0001.jpg", "0003.jpg"]
    wanted = next(entry["id"] for entry in trash if entry["name"] == "0003.jpg")
    back = live.ask("POST", f"/projects/{name}/trash/restore", {"ids": [wanted]}).json
    assert [each["name"] for each in back["restored"]] == ["0003.jpg"] and back["refused"] == []
    live.finished(back["task"]["id"])
    assert (folder / "0003.jpg").read_bytes() == jpeg(3)
    again = live.ask("POST", f"/projects/{name}/trash/restore", {"ids": [wanted]})
    problem(again, 404, "not-found")


def test_tasks_of_a_project_are_listed_by_relevance(live):
    name = project(live, "Tasks", 1)
    begun = live.ask("POST", f"/projects/{name}/tasks", {"type": "maintenance"})
    assert begun.status == 201 and begun.json["project"] == name
    live.finished(begun.json["id"])
    path = f"/projects/{name}/tasks"
    shown = [task["type"] for task in live.read(path, status="all")["items"]]
    assert shown == ["folder_scan"]
    every = live.read(path, status="all", show_maintenance="true")["items"]
    assert [task["type"] for task in every] == ["maintenance", "folder_scan"]
    only = live.read(path, status="all", user_relevant="false")["items"]
    assert [task["type"] for task in only] == ["maintenance"]
    refused = live.ask("POST", path, {"type": "rehearsal"})
    problem(refused, 422, "invalid-parameters")


def test_a_project_is_forgotten_and_its_folder_stays(live):
    name = project(live, "Forgotten", 2)
    assert live.ask("DELETE", f"/projects/{name}").status == 204
    problem(live.ask("GET", f"/projects/{name}"), 404, "not-found")
    assert len([n for n in os.listdir(live.home / "Forgotten") if n.endswith(".jpg")]) == 2


def test_a_folder_that_is_away_is_told_and_concluded_nothing_from(live):
    name = project(live, "Away", 2)
    (live.home / "Away").rename(live.home / "Elsewhere")
    problem(upload(live, name, ("x.jpg", jpeg(1))), 409, "folder-unavailable")
    assert live.read(f"/projects/{name}")["available"] == 2
    body = {"folder": str(live.home / "Elsewhere")}
    back = live.ask("POST", f"/projects/{name}/reconnect", body)
    assert back.status == 200 and back.json["folder"] == body["folder"]
    live.finished(back.json["task"]["id"])
    assert upload(live, name, ("x.jpg", jpeg(1))).status == 201


def test_what_an_upload_left_in_a_project_is_removed_at_the_next_start(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    with live_site(data, workers=False) as site:
        assert site.ask("POST", "/projects", {"name": "Left"}).status == 201
    spool = data / "projects" / "Left" / ".uploads" / "0123"
    spool.mkdir(parents=True)
    (spool / "0").write_bytes(b"half a photo")
    with live_site(data, workers=False):
        eventually(lambda: os.listdir(spool.parent) == [])
