"""The service's side of a photo project in a process that dies at a seam.

`python photo_desk.py DATA_DIR upload FOLDER | restore`: takes every file of FOLDER into the
project, or brings everything back from its trash.
"""

import sys
from pathlib import Path

from core.desk.photos import Upload
from core.service import Service
from tests.crash.photo_worker import as_asked


def main(data: Path, verb: str, *rest: str) -> None:
    as_asked()
    photos = Service(data).photos
    if verb == "upload":
        uploads = [Upload(file, file.name) for file in sorted(Path(rest[0]).iterdir())]
        photos.take("trip", uploads)
    else:
        row = photos.projects.row("trip")
        photos.trash.restore(row, [d["id"] for d in photos.trash.all(row, limit=500).items])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
