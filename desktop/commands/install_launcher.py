"""`longhaul install-launcher`: an entry in the menu of the desktop. How: `desktop.installer`."""

import argparse
import os

from desktop import installer
from desktop.failures import DONE
from desktop.output import emit, say
from desktop.parser import Commands
from desktop.places import data_folder

DESCRIPTION = """\
Put Longhaul into the menu of your desktop, with an action that stops it. For you only, without
administrator's rights; --uninstall takes away what this wrote and nothing else."""


def register(commands: Commands) -> None:
    parser = commands.add(
        "install-launcher", "put Longhaul into the menu of your desktop", run,
        description=DESCRIPTION,
    )  # fmt: skip
    parser.add_argument("--desktop", action="store_true", help="put it on the desktop, too")
    parser.add_argument("--uninstall", action="store_true", help="take it away again")


def run(args: argparse.Namespace) -> int:
    if args.uninstall:
        removed = installer.uninstall()
        for place in removed:
            emit(f"Removed {place}")
        if not removed:
            say("There was nothing to remove.")
        return DONE
    command = installer.program()
    if args.data_dir or os.environ.get("LONGHAUL_DATA_DIR"):
        # The menu knows nothing of this shell: its entry opens what this command works on.
        command += ["--data-dir", str(data_folder(args.data_dir))]
    for place in installer.install(command, on_desktop=args.desktop):
        emit(f"Wrote {place}")
    say("Longhaul is in the menu now. Take it away with: longhaul install-launcher --uninstall")
    return DONE
