"""Reading and changing the settings: always checked as a whole, stored key by key."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core import lanes
from core.desk.cron import next_time
from core.desk.figures import Figures
from core.desk.types import did_you_mean
from core.documents import compact
from core.errors import Invalid
from core.paths import PROJECTS, unfit_for
from core.queue import Ledger
from core.settings import Settings, names
from core.task_type import invalid, pointer_part

#: Lanes that quiet hours can close; a direct operation is what a person waits for.
CLOSABLE = frozenset(lanes.NAMES) - {lanes.DIRECT}


class SettingsDesk:
    """The settings."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger
        self._figures = Figures(ledger)

    def get(self) -> dict[str, Any]:
        """Every setting by its name in the API, defaults included."""
        return document(self._ledger.settings())

    def patch(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some, the rest stays; null brings a default back. All of them afterwards.

        One durable transaction with the event; workers see it with their next claim. Raises
        Invalid, with nothing changed, for unknown names (with close ones) and values that do not
        fit, alone or together.
        """
        _known(changes)
        with self._ledger.transaction(durable=True) as store:
            stored = {n: v for n, v in self.get().items() if changes.get(n, v) is not None}
            merged = stored | {n: v for n, v in changes.items() if v is not None}
            try:
                settings = Settings.model_validate(merged)
            except ValidationError as error:
                raise invalid(error, "") from None
            after = document(settings)
            _sound(settings, changes, self._ledger.store.path.parent)
            for name, value in changes.items():
                if value is None:
                    store.changed("delete_setting", key=name)
                else:
                    store.changed("put_setting", key=name, value=compact(after[name]))
            store.changed("settings_changed")
            self._ledger.work_is_ready()
            self._figures.tell(settings=after)
        return after


def document(settings: Settings) -> dict[str, Any]:
    """Settings as JSON values under their names in the API."""
    return settings.model_dump(mode="json", by_alias=True)


def _known(changes: dict[str, Any]) -> None:
    known = names()
    errors = [
        {"pointer": f"/{pointer_part(name)}", "message": did_you_mean(name, known)}
        for name in changes
        if name not in known
    ]
    if errors:
        raise Invalid("; ".join(e["message"] for e in errors), errors)


def _sound(settings: Settings, changes: dict[str, Any], data_dir: Path) -> None:
    """What the model cannot know: folders that exist, lanes that there are."""
    errors = []
    for place, root in enumerate(settings.roots if "roots" in changes else ()):
        if not os.path.isabs(root) or "\0" in root or not os.path.isdir(root):
            message = f"{root!r} is not a folder that exists; give its whole path"
            errors.append({"pointer": f"/roots/{place}", "message": message})
    for name in ("recordings.folder", "recordings.models_folder"):
        folder = changes.get(name) or ""
        if folder and (not os.path.isabs(folder) or "\0" in folder or not os.path.isdir(folder)):
            message = f"{folder!r} is not a folder that exists; give its whole path"
            errors.append({"pointer": f"/{name}", "message": message})
        elif folder and name == "recordings.folder":
            errors += _notes_errors(folder, data_dir)
    for place, hours in enumerate(settings.quiet_hours if "quiet_hours" in changes else ()):
        for inner, lane in enumerate(hours.lanes):
            if lane not in CLOSABLE:
                message = f"{lane!r} is no lane that can be quiet: {', '.join(sorted(CLOSABLE))}"
                pointer = f"/quiet_hours/{place}/lanes/{inner}"
                errors.append({"pointer": pointer, "message": message})
    errors += _cron_errors("photos.maintenance", changes)
    if errors:
        raise Invalid("; ".join(e["message"] for e in errors), errors)


def _notes_errors(folder: str, data_dir: Path) -> list[dict[str, str]]:
    """Why a folder is no notes folder: everything below is searched, imports are written there.

    It need not lie below the roots, for who may set it may set those; it is a root of its own.
    """
    place, data = Path(os.path.realpath(folder)), Path(os.path.realpath(data_dir))
    message = unfit_for("recordings", place, data)
    if message is None and place.is_relative_to(data / PROJECTS):
        message = f"{place} is a photo project's, and no place for recordings"
    elif message is None and not place.is_relative_to(data) and "/." in place.as_posix():
        message = f"{place} is hidden, and no place for recordings"
    if message is None:
        return []
    return [{"pointer": "/recordings.folder", "message": message}]


def _cron_errors(name: str, changes: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong with a cron expression among the changes; "" is none, and sound."""
    try:
        if cron := changes.get(name):
            next_time(cron, 0.0)
    except Invalid as error:
        return [{"pointer": f"/{name}", "message": error.detail}]
    return []
