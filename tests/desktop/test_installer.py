"""The menu entry: valid, started by the desktop's own means whatever the path, and removable.

Linux's is tried for real; of those for macOS and Windows what can be looked at from here.
"""

import os
import plistlib
import shlex
import shutil
import struct
import subprocess
import sys
import time

import pytest

from desktop import installer, menu_entry

NASTY = [
    "plain",
    "with space",
    "it's",
    'say "hi"',
    "a$b`c",
    "back\\slash",
    "50%f",
    "ü — ö",
    "a;b=c",
]
#: Writes its arguments down, one a line.
PROGRAM = """#!/bin/sh
for word in "$0" "$@"; do printf "%s\\n" "$word"; done > {log}.part
mv {log}.part {log}
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, so that nobody's menu is touched."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "my data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    (tmp_path / "home" / "Desktop").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def on_linux():
    if not sys.platform.startswith("linux"):
        pytest.skip("menu entries of freedesktop.org")


def program_at(folder, log):
    folder.mkdir(parents=True)
    program = folder / "longhaul"
    program.write_text(PROGRAM.format(log=shlex.quote(str(log))))
    program.chmod(0o755)
    return program


def need(name):
    return shutil.which(name) or pytest.skip(f"no {name} on this machine")


@pytest.mark.parametrize("folder", NASTY)
def test_entry_is_valid_for_a_program_at_any_path(on_linux, home, folder):
    validate = need("desktop-file-validate")
    program = program_at(home / folder, home / "log")
    entry, icon, *rest = installer.install([str(program)], on_desktop=False)
    assert rest == [] and icon.read_text().startswith("<svg")
    done = subprocess.run([validate, "--warn-kde", entry], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("folder", NASTY)
def test_desktop_starts_a_program_at_any_path_with_its_words(on_linux, home, folder):
    gio = need("gio")
    log = home / "log"
    program = program_at(home / folder, log)
    words = ["--data-dir", f"/data of {folder}"]
    entry, *_ = installer.install([str(program), *words], on_desktop=False)
    started = subprocess.run([gio, "launch", entry], capture_output=True, text=True, timeout=20)
    assert started.returncode == 0, started.stderr
    deadline = time.monotonic() + 10
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert log.read_text().splitlines() == [str(program), *words]


def test_path_that_no_entry_can_hold_is_refused(on_linux, longhaul, home, monkeypatch):
    monkeypatch.setattr(installer, "program", lambda: ["/a\nb/longhaul"])
    status, _, err = longhaul("install-launcher")
    assert status == 1 and "control character" in err
    assert not installer.entry_path().exists()


def test_install_twice_and_uninstall_leave_nothing(on_linux, longhaul, home, monkeypatch):
    monkeypatch.setattr(installer, "program", lambda: ["/opt/x/longhaul"])
    for _ in range(2):
        status, out, err = longhaul("install-launcher", "--desktop")
        assert status == 0, err
    copy = home / "Desktop" / installer.ENTRY
    assert str(copy) in out and os.access(copy, os.X_OK)
    assert copy.read_text() == installer.entry_path().read_text()
    other = installer.entry_path().with_name("other.desktop")
    other.write_text("")
    assert longhaul("install-launcher", "--uninstall")[0] == 0
    left = [path for path in home.rglob("*") if path.is_file() and "longhaul" in path.name.lower()]
    assert left == [] and other.exists()
    assert "nothing to remove" in longhaul("install-launcher", "--uninstall")[2]


def test_entry_opens_the_data_directory_that_the_command_names(
    on_linux, longhaul, home, monkeypatch, folder
):
    monkeypatch.setattr(installer, "program", lambda: ["/opt/x/longhaul"])
    longhaul("install-launcher")
    lines = installer.entry_path().read_text().splitlines()
    assert f'Exec="/opt/x/longhaul" "--data-dir" "{folder}"' in lines
    assert f'Exec="/opt/x/longhaul" "--data-dir" "{folder}" "stop"' in lines


def test_sources_that_are_not_installed_get_no_entry(longhaul, home, monkeypatch):
    monkeypatch.setattr(installer, "_version", lambda: "")
    status, _, err = longhaul("install-launcher")
    assert status == 1 and "pip install" in err


def test_macos_gets_a_bundle_that_runs_the_program(tmp_path):
    log = tmp_path / "log"
    program = program_at(tmp_path / 'it\'s a "place" $HOME', log)
    app = tmp_path / "Applications" / "Longhaul.app"
    for _ in range(2):
        assert installer.write_bundle(app, [str(program), "a b"]) == [app]
    info = plistlib.loads((app / "Contents" / "Info.plist").read_bytes())
    starter = app / "Contents" / "MacOS" / info["CFBundleExecutable"]
    subprocess.run([starter], check=True)
    assert log.read_text().splitlines() == [str(program), "a b"]
    icon = (app / "Contents" / "Resources" / info["CFBundleIconFile"]).read_bytes()
    assert icon[:4] == b"icns" and struct.unpack(">I", icon[4:8]) == (len(icon),)
    kind, size = icon[8:12], struct.unpack(">I", icon[12:16])[0]
    assert kind == b"ic08" and icon[16:20] == b"\x89PNG" and icon[8 + size : 12 + size] == b"ic09"


def test_windows_gets_shortcuts_whose_paths_are_literal(tmp_path):
    command = [r"C:\Users\O’Neil's PC\pythonw.exe", "-P", "-m", "desktop", "--data-dir", r"D:\a b"]
    script = installer.windows_script(command, tmp_path / "longhaul.ico", on_desktop=True)
    assert script.count("$link.Save()") == 3
    assert "$link.TargetPath = 'C:\\Users\\O’’Neil''s PC\\pythonw.exe'" in script
    assert "$link.Arguments = '-P -m desktop --data-dir \"D:\\a b\" stop'" in script
    assert "(Join-Path ([Environment]::GetFolderPath('Desktop')) 'Longhaul.lnk')" in script
    icon = menu_entry.ico(installer._picture(256))
    assert icon[:6] == b"\x00\x00\x01\x00\x01\x00" and icon[22:26] == b"\x89PNG"
