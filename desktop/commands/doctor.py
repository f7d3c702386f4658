"""`longhaul doctor`: what may be wrong, and what mends it. The checks are in `desktop.checks`."""

import argparse
from dataclasses import asdict

from desktop.checks import GOOD, WRONG, examine
from desktop.failures import DONE, TASK_FAILED
from desktop.output import emit, emit_json, padded, paint, plain
from desktop.parser import Commands
from desktop.places import data_folder

_COLOURS = {GOOD: "green", WRONG: "red"}


def register(commands: Commands) -> None:
    commands.add("doctor", "look for what may be wrong, and say what mends it", run, json=True)


def run(args: argparse.Namespace) -> int:
    checks = examine(data_folder(args.data_dir))
    is_sound = all(check.state != WRONG for check in checks)
    if args.json:
        emit_json({"ok": is_sound, "checks": [asdict(check) for check in checks]})
        return DONE if is_sound else TASK_FAILED
    width = max(len(check.name) for check in checks)
    for check in checks:
        state = paint(padded(check.state, 5), _COLOURS.get(check.state, "yellow"))
        emit(f"{state}  {padded(check.name, width)}  {plain(check.message)}")
        if check.remedy:
            emit(f"{' ' * (width + 9)}{paint(plain(check.remedy), 'bold')}")
    emit("Everything that is needed is in order." if is_sound else "Something is wrong; see above.")
    return DONE if is_sound else TASK_FAILED
