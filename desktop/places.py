"""Where things are: the data directory of this person, and the service that holds it.

Used by every command. Reads `server.json`; writing it is `desktop.serve`'s alone.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from desktop.failures import NoService

SERVER_FILE = "server.json"
LOCK_FILE = "service.lock"
LOG_FILE = "service.log"
WINDOW_FILE = "window.json"
WINDOW_LOCK_FILE = "window.lock"
WINDOW_LOG_FILE = "window.log"
WINDOW_STATE_FILE = "window-state.json"
#: Set for a window that is started while its service begins.
EARLY = "LONGHAUL_WINDOW_IS_EARLY"


def data_folder(given: str | None) -> Path:
    """The data directory: `--data-dir`, else LONGHAUL_DATA_DIR, else the platform's own place.

    Absolute; it need not exist.
    """
    named = given or os.environ.get("LONGHAUL_DATA_DIR")
    if named:
        return Path(os.path.abspath(os.path.expanduser(named)))
    from platformdirs import user_data_path  # only where nothing is named: it costs a moment

    return user_data_path("longhaul", appauthor=False)


@dataclass(frozen=True)
class ServerFile:
    """What a running service tells about itself in its data directory (`server.json`)."""

    pid: int
    started_at: str
    url: str
    token: str
    version: str

    @classmethod
    def read(cls, folder: Path) -> "ServerFile":
        """The service of `folder` as it wrote itself down; it may have died since.

        Raises NoService when there is no such file, or none that can be read.
        """
        path = folder / SERVER_FILE
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{name: document[name] for name in cls.__dataclass_fields__})
        except FileNotFoundError:
            raise NoService(
                f"Longhaul is not running for {folder}.",
                "Start it: longhaul, or longhaul serve to keep it in this terminal.",
            ) from None
        except OSError as error:
            raise NoService(
                f"{path} cannot be read: {error.strerror}.", "Look at it with: longhaul doctor"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise NoService(
                f"{path} is not what a service writes.",
                f"Remove it and start Longhaul again: rm '{path}' && longhaul",
            ) from None

    def public(self) -> dict[str, object]:
        """The same without the token, for `--json`."""
        return {
            "pid": self.pid,
            "started_at": self.started_at,
            "url": self.url,
            "version": self.version,
        }
