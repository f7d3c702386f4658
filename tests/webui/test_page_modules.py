"""The page's files without a browser: its pure modules under node, and what the files refer to."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from webui.app import page_files
from webui.index_page import lazy_modules, lazy_sheets, modules
from webui.pages import INDEX, STATIC, script_hashes

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")
MODULES = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?\bfrom "([^"]+)";|^import "([^"]+)";""", re.M)
_ADDRESS = re.compile(r"""(?:href|src)="/static/([^"]+)"|url\("/static/([^"]+)"\)""")


def index() -> str:
    return (STATIC / INDEX).read_text(encoding="utf-8")


def import_map() -> dict[str, str]:
    found = re.search(r'<script type="importmap">(.*?)</script>', index(), re.S)
    return json.loads(found[1])["imports"]


def test_the_pure_modules_pass_their_tests():
    if NODE is None:
        pytest.skip("no node on this machine")
    files = sorted(str(path) for path in (HERE / "page").glob("*.test.mjs"))
    done = subprocess.run([NODE, "--test", *files], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_has_the_import_map_of_what_is_vendored():
    vendored = STATIC / "vendor" / "importmap.json"
    if not vendored.exists():
        pytest.skip("the vendor folder was not fetched; `python webui/assets.py` does")
    assert json.loads(vendored.read_text())["imports"] == import_map()


def test_the_policy_allows_the_import_map_and_no_other_inline_script():
    assert len(script_hashes(index().encode())) == 1
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", index(), re.S)
    assert [bool(body.strip()) for _, body in scripts].count(True) == 1
    assert not re.search(r"<style|\sstyle=|\son\w+=", index())


def test_the_served_page_names_every_file_by_its_content_so_that_it_may_be_kept_for_ever():
    if not (STATIC / "vendor").exists():
        pytest.skip("the vendor folder was not fetched; `python webui/assets.py` does")
    files, page = page_files(), page_files().content(INDEX).decode()
    mapped = json.loads(re.search(r'<script type="importmap">(.*?)</script>', page)[1])["imports"]
    assert set(import_map()) < set(mapped)
    for name in modules(STATIC, import_map()):
        address = files.url(name)
        assert mapped[f"/static/{name}"] == address
        assert f'<link rel="modulepreload" href="{address}">' in page
    assert files.url("app.js") in page and files.url("style/tokens.css") in page
    assert [a for a in re.findall(r'href="([^"]+)" as="font"', page) if "?" in a] == []
    assert mapped["preact"] == files.url("vendor/preact/dist/preact.mjs")
    assert len(script_hashes(page.encode())) == 1


def test_the_modules_are_those_that_the_entry_imports_however_far(tmp_path):
    for name, text in {
        "app.js": 'import { a } from "./a.js";\nimport {\n  b,\n} from "lib";\n',
        "a.js": 'export { c } from "./deep/c.js";\nimport "./app.js";\n',
        "deep/c.js": 'import { a } from "../a.js";\n',
        "vendor/lib.mjs": "",
        "alone.js": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    bare = {"lib": "/static/vendor/lib.mjs", "other": "/static/vendor/other.mjs"}
    found = modules(tmp_path, bare)
    assert found == ["app.js", "a.js", "vendor/lib.mjs", "deep/c.js", "vendor/other.mjs"]


def test_what_is_fetched_later_is_named_by_its_content_and_not_announced():
    if not (STATIC / "vendor").exists():
        pytest.skip("the vendor folder was not fetched; `python webui/assets.py` does")
    files, page = page_files(), page_files().content(INDEX).decode()
    mapped = json.loads(re.search(r'<script type="importmap">(.*?)</script>', page)[1])["imports"]
    first = modules(STATIC, import_map())
    later = [*lazy_modules(STATIC, import_map(), first), *lazy_sheets(STATIC, index())]
    pages = {f"{folder}/page.js" for folder in ("photos", "recordings", "documents")}
    assert pages <= set(later)
    for name in later:
        assert mapped[f"/static/{name}"] == files.url(name)
        assert f'href="{files.url(name)}"' not in page
    linked = re.findall(r'rel="stylesheet" href="/static/([^"?]+)', index())
    sheets = {p.relative_to(STATIC).as_posix() for p in STATIC.rglob("*.css")}
    own = {name for name in sheets if not name.startswith("vendor/")}
    assert own == {n for n in linked if n in own} | {n for n in later if n.endswith(".css")}


def test_what_is_fetched_later_is_what_an_import_in_a_function_leads_to(tmp_path):
    for name, text in {
        "app.js": 'import { a } from "./a.js";\n',
        "a.js": 'export const load = () => import("./deep/page.js");\n',
        "deep/page.js": 'import { b } from "../b.js";\nimport { a } from "../a.js";\n',
        "deep/page.css": "",
        "first.css": "",
        "b.js": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    first = modules(tmp_path, {})
    assert first == ["app.js", "a.js"]
    assert lazy_modules(tmp_path, {}, first) == ["deep/page.js", "b.js"]
    assert lazy_sheets(tmp_path, '<link href="/static/first.css">') == ["deep/page.css"]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(STATIC)))
def test_every_import_leads_somewhere(module):
    for found in _IMPORT.findall(module.read_text(encoding="utf-8")):
        name = found[0] or found[1]
        if name.startswith("."):
            assert (module.parent / name).resolve().is_file(), name
        else:
            assert name in import_map(), name


def test_every_file_that_the_page_names_is_there():
    if not (STATIC / "vendor").exists():
        pytest.skip("the vendor folder was not fetched; `python webui/assets.py` does")
    sheets = (path for path in STATIC.rglob("*.css") if "vendor" not in path.parts)
    texts = [index(), *(path.read_text() for path in sheets)]
    named = [a or b for text in texts for a, b in _ADDRESS.findall(text)]
    assert len(named) > 8
    assert [name for name in named if not (STATIC / name).is_file()] == []


def test_the_page_is_made_of_small_files():
    sizes = {
        path: len(path.read_text().splitlines()) for path in [*MODULES, *STATIC.rglob("*.css")]
    }
    assert {str(p): n for p, n in sizes.items() if n > 300 and "vendor" not in p.parts} == {}
