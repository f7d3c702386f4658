"""The log of the service: one record is one escaped line on stderr, tracebacks included.

A detached service has its stderr in `service.log`. Called by `desktop.serve`.
"""

import logging
import sys
import time


class OneLine(logging.Formatter):
    """RFC 3339 time, level, logger, message; control characters and line breaks are escaped, so
    that nothing a client sends can look like a record of its own."""

    converter = time.gmtime

    def __init__(self):
        super().__init__(
            "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
        )

    def format(self, record: logging.LogRecord) -> str:
        return "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode()
            for c in super().format(record)
        )


def log_to_stderr() -> None:
    """Our own records from level info up, those of libraries from warning up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("longhaul").setLevel(logging.INFO)
