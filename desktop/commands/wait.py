"""`longhaul wait`: stay until tasks are finished."""

import argparse

from desktop.bars import display
from desktop.failures import WrongUse
from desktop.follow import Follower, emit_outcomes, exit_status
from desktop.output import emit_json
from desktop.parser import Commands, add_ids
from desktop.places import data_folder

DESCRIPTION = """\
Stay until these tasks are finished, and show their progress. The exit status is 0 when all of them
completed, 1 when one failed or was cancelled, 4 when the time of --timeout was over first.
Leaving with Ctrl-C stops nothing."""


def register(commands: Commands) -> None:
    parser = commands.add(
        "wait", "stay until tasks are finished", run, json=True, description=DESCRIPTION
    )
    add_ids(parser)
    parser.add_argument("--timeout", type=float, metavar="S", help="wait at most so many seconds")


def run(args: argparse.Namespace) -> int:
    if args.timeout is not None and not 0 <= args.timeout < 1e9:
        raise WrongUse("--timeout takes seconds, 0 or more.")
    follower = Follower(data_folder(args.data_dir), args.ids, display())
    finished = follower.until_finished(args.timeout)
    emit_json(finished) if args.json else emit_outcomes(finished)
    return exit_status(finished)
