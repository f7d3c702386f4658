"""`folder_check`: what lies in the folder and has no row gets one; what is no photo goes away."""

from collections.abc import Callable
from functools import partial
from typing import Any

from core.photos.kinds import is_accepted, is_text, kind_of
from core.photos.trash import NOT_ACCEPTED
from core.tasks.photos.derive import derive
from core.tasks.photos.ground import Ground, PhotoJob, in_batches
from core.tasks.photos.manifest_file import bring_up_to_date

BATCH = 200


class FolderCheck(PhotoJob):
    """A photo without a row gets one and its derivatives; a file of no accepted type is moved into
    the trash. Hidden files, folders, links and edits beside RAWs (.xmp) are left alone."""

    name = "folder_check"
    stages = ("looking", "deriving", "manifest")

    def work(self, ground: Ground) -> Any:
        run = ground.run
        run.stage("looking")
        files = ground.folder.files()
        known = {row["name"] for row in ground.store.rows("photo_names", project=ground.id)}
        unknown = sorted(name for name in files if name not in known)
        if odd := [name for name in unknown if not is_text(name)]:
            run.log(f"{len(odd)} names are not written in Unicode; rename {odd[:5]!r}", "warning")
        new = [name for name in unknown if kind_of(name) is not None and is_text(name)]
        in_batches(new, BATCH, lambda names: self._take(ground, names, files))
        spared = {row["name"] for row in ground.store.rows("spared_names", project=ground.id)}
        others = [n for n in unknown if is_text(n) and not is_accepted(n) and n not in spared]
        moved = self._discard(ground, others, files)
        run.stage("deriving")
        unmade = [r["name"] for page in ground.pages("unmade_photos") for r in page]
        run.checkpoint(effects=lambda: ground.add_items(unmade))
        derive(ground)
        run.stage("manifest")  # whatever this attempt found: an earlier one may have found more
        bring_up_to_date(ground)
        return {"found": len(new), "moved": moved, "failed": run.progress.failed}

    def _take(self, ground: Ground, names: Any, files: dict[str, Any]) -> None:
        def effects() -> None:
            for name in names:
                ground.take(name, kind_of(name), files[name])

        ground.run.checkpoint(effects=effects)

    def _discard(self, ground: Ground, names: list[str], files: dict[str, Any]) -> int:
        """Move what is no photo into the trash, as carefully as photos; how many were moved."""
        run, job_id = ground.run, ground.run.job.id
        moved = 0
        for name in names:
            planned: list[Any] = []
            plan = partial(ground.trash.plan, name, NOT_ACCEPTED, files[name].st_size, job_id)
            run.checkpoint(effects=partial(_into, planned, plan))
            try:
                row = ground.trash.carry_out(planned[0])
            except OSError as error:
                run.log(f"{name} could not be moved: {error.strerror or error}", "warning")
                row = None
            if row is None:
                run.checkpoint(effects=partial(ground.trash.drop, planned[0]))
            else:
                run.checkpoint(effects=partial(ground.trash.settle, row))
                moved += 1
                run.log(f"{name} is no photo and was moved into the trash")
        return moved


def _into(planned: list[Any], plan: Callable[[], Any]) -> None:
    planned.append(plan())
