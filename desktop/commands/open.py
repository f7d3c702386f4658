"""`longhaul` alone: the window, with the service started when there is none."""

import argparse

from desktop import launcher, opening
from desktop.failures import DONE
from desktop.places import data_folder


def run(args: argparse.Namespace) -> int:
    """Show the page: in the window, else in the browser, else as an address."""
    folder = data_folder(args.data_dir)
    early = opening.Early(folder)
    try:
        client = launcher.find_or_start(folder, None if args.browser else early.begin)
    except BaseException:
        early.give_up()
        raise
    opening.show(client, folder, in_browser=args.browser, early=early)
    return DONE
