"""`longhaul serve` whose workers do not inherit its LONGHAUL_SEAM: `http_service.py DATA_DIR`."""

import os
import sys
from pathlib import Path

from core import seams  # noqa: F401 - reads LONGHAUL_SEAM, before it is taken away
from desktop.serve import serve

if __name__ == "__main__":
    os.environ.pop("LONGHAUL_SEAM", None)
    sys.exit(serve(Path(sys.argv[1]), "127.0.0.1", 0))
