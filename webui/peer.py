"""Whose process is at the other end of a loopback connection, as far as the system tells.

A browser sends its cookies to whoever listens on the port. While the service was down that could
have been another user of this machine, so a session from before a restart is taken up again only
by a process of our own user. Called by `sessions.py`, once for each such session.
"""

import ipaddress
import os
import sys
from pathlib import Path

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
#: /proc writes each 32-bit word of an address in the machine's own byte order.
_WORD = 4


def may_be_ours(address: str, port: int) -> bool:
    """False when the process that connects from `address`:`port` is known not to be this user's.

    Peers on other machines, and systems that do not tell, are given the benefit of the doubt.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return True
    if not ip.is_loopback or not sys.platform.startswith("linux"):
        return True
    owner = _owner(_written(ip), port)
    return owner is None or owner == os.geteuid()


def _owner(address: str, port: int) -> int | None:
    """The user of the socket that is bound to `address`:`port` and connected; None: not found."""
    wanted = f"{address}:{port:04X}"
    for table in _TABLES:
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            # established, or closed by the client, who has sent its request before
            if len(fields) > 7 and fields[1].endswith(wanted) and fields[3] in _CONNECTED:
                return int(fields[7])
    return None


_CONNECTED = ("01", "04", "05")


def _written(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """An address as the tables have it."""
    packed = ip.packed
    words = [packed[at : at + _WORD] for at in range(0, len(packed), _WORD)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return b"".join(words).hex().upper()
