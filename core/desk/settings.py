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
from core.paths import unfit_for, why_unread
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
        if folder and (reason := _unread(folder) or _unfit(name, folder, data_dir)):
            errors.append({"pointer": f"/{name}", "message": reason})
    for place, hours in enumerate(settings.quiet_hours if "quiet_hours" in changes else ()):
        for inner, lane in enumerate(hours.lanes):
            if lane not in CLOSABLE:
                message = f"{lane!r} is no lane that can be quiet: {', '.join(sorted(CLOSABLE))}"
                pointer = f"/quiet_hours/{place}/lanes/{inner}"
                errors.append({"pointer": pointer, "message": message})
    errors += _cron_errors("photos.maintenance", changes)
    if errors:
        raise Invalid("; ".join(e["message"] for e in errors), errors)


def _unread(folder: str) -> str | None:
    """Why nothing can be looked for in a folder; None where it can."""
    if not os.path.isabs(folder) or "\0" in folder or not os.path.isdir(folder):
        return f"{folder!r} is not a folder that exists; give its whole path"
    return f"{folder!r} cannot be read: {why}" if (why := why_unread(folder)) else None


def _unfit(name: str, folder: str, data_dir: Path) -> str | None:
    """Why a folder is no notes folder: everything below is searched, imports are written there.

    It need not lie below the roots, for who may set it may set those; it is a root of its own.
    """
    if name != "recordings.folder":
        return None
    return unfit_for("recordings", folder, data_dir, is_root=True)


def _cron_errors(name: str, changes: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong with a cron expression among the changes; "" is none, and sound."""
    try:
        if cron := changes.get(name):
            next_time(cron, 0.0)
    except Invalid as error:
        return [{"pointer": f"/{name}", "message": error.detail}]
    return []
