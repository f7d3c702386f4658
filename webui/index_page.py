"""The page's first document, made from `index.html` when the site starts.

Every address of our own in it gets the hash of its file, so that browsers keep the files for ever
and ask for none of them again until they change. Modules name each other by plain addresses; the
import map leads these to the same hashed ones, and all modules that the page begins with are
announced at once, as a browser would otherwise learn of them one import after the other. Pages that
are fetched when somebody goes there are in the map, with their style sheets, and not announced.
"""

import json
import re
from pathlib import Path, PurePosixPath

from webui.pages import INDEX
from webui.static_files import StaticFiles

ENTRY = "app.js"
VENDOR = "vendor"
#: What the page asks for first; on its way while the modules are still read.
FIRST = '<link rel="preload" href="/api/v1/snapshot" as="fetch" crossorigin="anonymous">\n'
_MAP = re.compile(r'(<script type="importmap">)(.*?)(</script>)', re.DOTALL)
#: Fonts keep their plain address, by which the style sheets ask for them.
_OWN = re.compile(r'\b(href|src)="/static/([^"?]+\.(?:js|css|svg))"')
_LATER = re.compile(r'=> import\("([^"]+)"\)')
_IMPORT = re.compile(r'^(?:import|export)\b[^;"]*?\bfrom "([^"]+)"|^import "([^"]+)"', re.M)


def index_page(root: Path, files: StaticFiles) -> bytes:
    """The document; a file that is missing keeps its plain address. Raises FileNotFoundError."""
    page = (root / INDEX).read_text(encoding="utf-8")
    found = _MAP.search(page)
    if found is None:
        return page.encode()
    bare: dict[str, str] = json.loads(found[2])["imports"]
    first = modules(root, bare)
    rest = [*lazy_modules(root, bare, first), *lazy_sheets(root, page)]
    plain = {f"/static/{name}": _address(files, name) for name in (*first, *rest)}
    imports = {word: plain.get(address, address) for word, address in bare.items()} | plain
    inline = json.dumps({"imports": imports}, separators=(",", ":"))
    announced = "".join(
        f'<link rel="modulepreload" href="{plain[f"/static/{name}"]}">\n' for name in first
    )
    before, after = page[: found.start()], page[found.end() :]
    page = f"{before}{found[1]}{inline}{found[3]}\n{FIRST}{announced}{after}"
    return _OWN.sub(lambda own: f'{own[1]}="{_address(files, own[2])}"', page).encode()


def modules(root: Path, bare: dict[str, str]) -> list[str]:
    """The names of all modules that the entry imports, near ones first, and of all packages."""
    found = _reached(root, bare, [ENTRY])
    return [*found, *(a[8:] for a in bare.values() if a[8:] not in found)]


def lazy_modules(root: Path, bare: dict[str, str], first: list[str]) -> list[str]:
    """The names of all modules that only an `import()` of those leads to."""
    begun = [
        _joined(name, word)
        for name in first
        if (root / name).is_file() and not name.startswith(VENDOR)
        for word in _LATER.findall((root / name).read_text(encoding="utf-8"))
    ]
    return [name for name in _reached(root, bare, begun) if name not in first]


def lazy_sheets(root: Path, page: str) -> list[str]:
    """The names of our own style sheets that the document does not begin with."""
    names = (path.relative_to(root).as_posix() for path in sorted(root.rglob("*.css")))
    return [name for name in names if not name.startswith(VENDOR) and f"/{name}" not in page]


def _reached(root: Path, bare: dict[str, str], begun: list[str]) -> dict[str, None]:
    """These modules and all that they import, near ones first."""
    found = dict.fromkeys(begun)
    for name in (waiting := list(found)):
        try:
            text = (root / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        for one, other in _IMPORT.findall(text):
            word = one or other
            target = _joined(name, word) if word.startswith(".") else bare.get(word, "")[8:]
            if target and target not in found:
                found[target] = None
                waiting.append(target)
    return found


def _joined(name: str, word: str) -> str:
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in word.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _address(files: StaticFiles, name: str) -> str:
    try:
        return files.url(name)
    except FileNotFoundError:
        return f"/static/{name}"
