"""`longhaul` alone: the page, with the service started when there is none."""

import argparse

from desktop import launcher
from desktop.failures import DONE
from desktop.places import data_folder


def run(args: argparse.Namespace) -> int:
    """Open the page in the system's browser, or print its address where there is no display."""
    client = launcher.find_or_start(data_folder(args.data_dir))
    launcher.show_page(client)
    return DONE
