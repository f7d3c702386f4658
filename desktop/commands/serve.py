"""`longhaul serve`: the service itself, in this terminal. What it is made of: `desktop.serve`."""

import argparse
import os

from desktop.failures import WrongUse
from desktop.parser import Commands
from desktop.places import data_folder

DESCRIPTION = """\
Run the service in this terminal, without any window. Ctrl-C (or SIGTERM) stops it cleanly:
what runs is checkpointed and goes on at the next start."""


def register(commands: Commands) -> None:
    parser = commands.add("serve", "run the service in this terminal", run, description=DESCRIPTION)
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="0 (the default) takes a free one"
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDR",
        help="the address to bind (default: %(default)s)",
    )
    parser.add_argument(
        "--expose-to-network",
        action="store_true",
        help="allow a --host that other machines can reach: whoever gets the token controls your "
        "tasks and reads what they may read, and nothing on the way is encrypted",
    )


def run(args: argparse.Namespace) -> int:
    if not is_loopback(args.host) and not args.expose_to_network:
        raise WrongUse(
            f"--host {args.host} would let other machines reach the service, unencrypted.",
            "Leave it out to stay on this machine. If you mean it, add --expose-to-network.",
        )
    if args.host in ("0.0.0.0", "::"):  # noqa: S104 - refused, not bound
        raise WrongUse(
            f"--host {args.host} names every address of this machine.",
            "Name the one address that the others shall use, such as 192.168.1.20.",
        )
    # Looking through all installed packages for plug-ins of pydantic takes a tenth of a second,
    # here and in each worker. Who has such plug-ins says so in the environment.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from desktop.serve import serve  # brings in the whole service

    return serve(data_folder(args.data_dir), args.host, args.port)


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine can reach `host`."""
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to 65535")
