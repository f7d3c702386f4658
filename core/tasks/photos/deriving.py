"""`make_derivatives`: thumbnail and preview of the photos that the job's items name."""

from typing import Any

from core.tasks.photos.derive import derive
from core.tasks.photos.ground import Ground, PhotoJob


class MakeDerivatives(PhotoJob):
    """Thumbnails and previews: of its items, or without any of all photos that lack them.

    A photo whose content has not changed is passed over; one that cannot be decoded fails alone,
    with the reason, and the rest goes on.
    """

    name = "make_derivatives"
    stages = ("deriving",)

    def work(self, ground: Ground) -> Any:
        run = ground.run
        run.stage("deriving")
        if not run.items.keys():
            names = [r["name"] for page in ground.pages("unmade_photos") for r in page]
            run.checkpoint(effects=lambda: ground.add_items(names))
        derive(ground)
        return {"made": run.progress.done, "failed": run.progress.failed}
