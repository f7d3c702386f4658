"""`trash_maintenance`: deletes for good what has lain in the trash long enough."""

import os
from contextlib import suppress
from functools import partial
from typing import Any

from core import seams
from core.photos.folder import listed
from core.photos.kinds import is_text
from core.photos.moving import DRAFT
from core.store import Row
from core.tasks.photos.ground import Ground, PhotoJob

DAY_S = 86_400.0


class TrashMaintenance(PhotoJob):
    """Deletes files whose move into the trash is longer ago than `photos.trash_days`.

    The age counts from the move as it was written down, never from the file's own times. A file
    that nobody has written down is, and its age counts from then.
    """

    name = "trash_maintenance"
    stages = ("looking", "emptying")
    unit = "files"

    def work(self, ground: Ground) -> Any:
        run = ground.run
        run.stage("looking")
        with ground.folder.reading():
            found = listed(ground.folder.trash)
        known = {r["trash_name"] for r in ground.store.rows("trash_names", project=ground.id)}
        new = {n: s for n, s in found.items() if n not in known and is_text(n)}
        run.checkpoint(effects=partial(self._write_down, ground, new))
        remove_drafts(ground)
        run.stage("emptying")
        days = run.ledger.settings().photos_trash_days
        limits = {"before": ground.now - days * DAY_S, "limit": 100}
        deleted = run.progress.done
        while rows := ground.store.rows("expired_trash", project=ground.id, **limits):
            for row in rows:
                with suppress(FileNotFoundError):
                    os.unlink(row["trash_name"], dir_fd=ground.folder.trash)
            seams.reach("trash-emptied")
            deleted += len(rows)
            run.checkpoint(deleted, done=deleted, effects=partial(self._forget, ground, rows))
        run.checkpoint(done=deleted, total=deleted)
        return {"deleted": deleted}

    def _write_down(self, ground: Ground, new: dict[str, os.stat_result]) -> None:
        for name, status in new.items():
            values = {"called": name, "size": status.st_size, "now": ground.now}
            ground.store.changed("find_trash", project=ground.id, **values)

    def _forget(self, ground: Ground, rows: list[Row]) -> None:
        for row in rows:
            ground.store.changed("delete_trash", id=row["id"])


def remove_drafts(ground: Ground) -> None:
    """Copies that a crash left half made, of moves across file systems; the originals are whole."""
    for handle in (ground.folder.handle, ground.folder.trash):
        with ground.folder.reading():
            names = os.listdir(handle)
        for name in names:
            if not name.startswith(DRAFT):
                continue
            with suppress(FileNotFoundError):
                status = os.stat(name, dir_fd=handle, follow_symlinks=False)
                if ground.now - status.st_ctime > DAY_S:
                    os.unlink(name, dir_fd=handle)
