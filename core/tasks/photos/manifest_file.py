"""The manifest of a project follows its rows; called by the checks that change them."""

from core.errors import FolderUnavailable
from core.photos.manifest import Report, compare, read, render, write
from core.tasks.photos.ground import Ground

SHOWN = 20  #: names of each kind that are logged


def bring_up_to_date(ground: Ground) -> Report:
    """Compare the manifest with the rows, log what differs, and write it anew where it does.

    Idempotent; the file is replaced whole. Raises FolderUnavailable where it cannot be written.
    """
    run = ground.run
    photos = [r for page in ground.pages("all_photos") for r in page if r["available"]]
    facts = {r["name"]: (r["sha256"] or "", r["size"] or 0) for r in photos}
    claims = read(ground.folder)
    report = Report() if claims is None else compare(claims, facts)
    for kind, names in report.document().items():
        if names:
            shown = ", ".join(map(str, names[:SHOWN]))
            run.log(f"{kind.capitalize()} ({len(names)}): {shown}", "warning")
    if claims != facts:
        try:
            write(ground.folder, render(facts))
        except OSError as error:
            raise FolderUnavailable(
                f"The manifest of {ground.folder.path} cannot be written: {error.strerror}"
            ) from None
        run.log("The manifest was written anew" if claims else "The manifest was written")
    return report
