"""`manifest_check`: rows and manifest file follow what lies on the disk."""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from core.errors import Fail, Forbidden
from core.photos.derivatives import derivative_path, version_of
from core.photos.kinds import kind_of
from core.photos.records import DERIVATIVES
from core.store import Row
from core.tasks.photos.ground import Ground, PhotoJob
from core.tasks.photos.manifest_file import bring_up_to_date

Write = Callable[[], Any]


class ManifestCheck(PhotoJob):
    """Sets of every row whether its file is there, notices files that changed, and writes the
    manifest anew where it does not say what is there.

    A folder that is away, or suddenly empty, stops it: nothing is marked as gone then.
    """

    name = "manifest_check"
    stages = ("looking", "reading", "manifest")

    def work(self, ground: Ground) -> Any:
        run = ground.run
        run.stage("looking")
        files = ground.folder.files()
        self._require_photos(ground, files)
        looked = run.progress.done
        for page in ground.pages("all_photos", after=run.cursor or 0):
            writes = [w for row in page if (w := self._look(ground, row, files.get(row["name"])))]
            ground.folder.still_there()
            looked += len(page)
            run.checkpoint(page[-1]["id"], done=looked, effects=partial(_write, writes))
        run.checkpoint(done=looked, total=looked)
        run.stage("reading")
        self._read_contents(ground)
        run.stage("manifest")
        report = bring_up_to_date(ground)
        run.checkpoint(effects=partial(ground.store.changed, "believed_empty", id=ground.id))
        return {kind: len(names) for kind, names in report.document().items()}

    def _require_photos(self, ground: Ground, files: dict[str, Any]) -> None:
        """An empty folder where photos were says nothing about them, unless a person says so."""
        count = ground.store.value("count_available", project=ground.id)
        if count and not any(kind_of(name) for name in files) and not ground.project["emptied"]:
            raise Fail(
                f"The folder {ground.folder.path} is empty, and {count} photos were in it. "
                "Nothing was concluded from that",
                hint="Is its disk connected? If they were removed on purpose, confirm it in the "
                "project, which looks again.",
                code="folder-emptied",
            )

    def _look(self, ground: Ground, row: Row, status: os.stat_result | None) -> Write | None:
        """What has to be written about one photo, if anything."""
        store, now = ground.store, ground.now
        if status is None and not row["available"]:
            return None
        if status is None or not row["available"] or _differs(row, status):
            # The list may be older than the row: what is uploaded or removed at this moment is
            # looked for by name.
            status = ground.folder.status(row["name"])
            if status is not None:
                return partial(ground.take_as_seen, row, status)
            values = {"id": row["id"], "version": row["version"], "now": now}
            return partial(store.changed, "photo_gone", **values)
        if row["thumbnail"] == "ready" and not _is_made(ground, row):
            values = {"id": row["id"], "version": row["version"], "now": now}
            return partial(store.changed, "photo_unmade", **values)
        return None

    def _read_contents(self, ground: Ground) -> None:
        """The hash of every file that was not read yet: the manifest names it."""
        for page in ground.pages("unread_photos"):
            for row in page:
                if (sha256 := self._hash(ground, row)) is not None:
                    values = {name: row[name] for name in ("id", "size", "mtime_ns")}
                    write = partial(ground.store.changed, "photo_hashed", sha256=sha256, **values)
                    ground.run.checkpoint(effects=write)

    def _hash(self, ground: Ground, row: Row) -> str | None:
        try:
            with os.fdopen(ground.folder.open(row["name"]), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, Forbidden) as error:
            reason = getattr(error, "strerror", None) or str(error)
            ground.run.log(f"{row['name']} cannot be read: {reason}", "warning")
            return None


def _write(writes: list[Write]) -> None:
    """All of them, in the checkpoint's transaction."""
    for write_one in writes:
        write_one()


def _differs(row: Row, status: os.stat_result) -> bool:
    return (row["size"], row["mtime_ns"]) != (status.st_size, status.st_mtime_ns)


def _is_made(ground: Ground, row: Row) -> bool:
    """Whether the derivatives are there, made of this content by the recipe of today."""
    if row["sha256"] is not None and row["derived"] != version_of(row["sha256"]):
        return False
    data_dir = ground.run.data_dir
    paths = (derivative_path(data_dir, row["id"], row["derived"], w) for w in DERIVATIVES)
    return all(path.exists() and path.stat().st_size for path in paths)
