"""`manifest_cleaning`: forgets photos of which no file is left."""

from functools import partial
from typing import Any

from core.photos.derivatives import sweep
from core.store import Row
from core.tasks.photos.ground import Ground, PhotoJob


class ManifestCleaning(PhotoJob):
    """Deletes the rows of photos whose file is gone, whatever its kind, and sweeps derivatives that
    belong to no row. Looks at the disk once more before each; a file that is back keeps its row."""

    name = "manifest_cleaning"
    stages = ("cleaning",)

    def work(self, ground: Ground) -> Any:
        run = ground.run
        run.stage("cleaning")
        cleaned = run.progress.done
        for page in ground.pages("gone_photos", after=run.cursor or 0):
            ground.folder.still_there()
            looked = [(row, ground.folder.status(row["name"])) for row in page]
            gone = [row for row, status in looked if status is None]
            back = [(row, status) for row, status in looked if status is not None]
            cleaned += len(gone)
            effects = partial(clean, ground, gone, back)
            run.checkpoint(page[-1]["id"], done=cleaned, effects=effects)
            for row in gone:
                ground.forget_derivatives(row)
        wanted = [(r["id"], r["derived"]) for r in ground.store.rows("derived_photos")]
        if swept := sweep(run.data_dir, wanted, ground.now):
            run.log(f"Deleted {swept} files of derivatives that belong to no photo")
        run.checkpoint(done=cleaned, total=cleaned)
        return {"cleaned": cleaned}


def clean(ground: Ground, gone: list[Row], back: list[tuple[Row, Any]]) -> None:
    """The writes of one page, in the checkpoint's transaction."""
    for row in gone:
        ground.store.changed("delete_photo", id=row["id"], version=row["version"])
    for row, status in back:
        ground.take_as_seen(row, status)
