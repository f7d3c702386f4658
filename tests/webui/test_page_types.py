"""The types of the page's modules: `tsc` reads the JSDoc comments and checks as strictly as it can.

Its settings are in webui/tsconfig.json; editors use the same file.
"""

import subprocess
from pathlib import Path

from tests.webui.packages import NODE, WEBUI, package


def checked(folder: Path) -> subprocess.CompletedProcess:
    """`tsc` on the project in `folder`."""
    compiler = package("typescript/bin/tsc")
    arguments = [NODE, str(compiler), "--project", str(folder), "--pretty", "false"]
    return subprocess.run(arguments, cwd=WEBUI, capture_output=True, text=True, timeout=90)


def test_the_types_of_the_page_are_sound():
    done = checked(WEBUI)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_check_finds_a_misspelt_member_and_a_wrong_argument(tmp_path):
    static = WEBUI / "static"
    (tmp_path / "wrong.js").write_text(
        f'import {{ counted }} from "{static}/format.js";\n'
        f'/** @import {{Task}} from "{static}/types.js" */\n'
        "/** @param {Task} task */\n"
        "export const title = (task) => task.titel;\n"
        "counted({}, 1);\n"
    )
    extended = f'{{"extends": "{WEBUI}/tsconfig.json", "include": ["*.js"], "exclude": []}}'
    (tmp_path / "tsconfig.json").write_text(extended)
    done = checked(tmp_path)
    assert done.returncode != 0
    assert "'titel' does not exist" in done.stdout and "wrong.js(5,9)" in done.stdout, done.stdout
