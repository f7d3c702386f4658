"""The settings a person may change, with their limits and defaults: one pydantic model. Pure.

They are stored key by key in the database; `PATCH /settings` and the page's form use this model.
"""

import os
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _clock_time(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("a time of day is written HH:MM, from 00:00 to 23:59")
    return value


TimeOfDay = Annotated[str, AfterValidator(_clock_time)]


class QuietHours(BaseModel):
    """Hours of the day, local time, in which some lanes start nothing new."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: TimeOfDay = Field(description="From this time of day, local time")
    end: TimeOfDay = Field(description="Until this time of day; may be on the next day")
    lanes: list[str] = Field(["normal"], description="The lanes that start nothing new")


class DimHours(BaseModel):
    """Hours of the day, local time of the screen, in which the wall is dimmed."""

    model_config = ConfigDict(extra="forbid")

    start: TimeOfDay = Field(description="From this time of day")
    end: TimeOfDay = Field(description="Until this time of day; may be on the next day")


def _cores() -> int:
    return max(1, os.cpu_count() or 1)


class Settings(BaseModel):
    """Everything a person may set."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    pipeline_total_slots: int = Field(
        default_factory=_cores, ge=1, le=64, alias="pipeline.total_slots",
        description="How many jobs run at the same time in the two general lanes",
    )  # fmt: skip
    pipeline_priority_lane_slots: int = Field(
        1, ge=0, le=64, alias="pipeline.priority_lane_slots",
        description="How many of these slots only urgent jobs may count on",
    )  # fmt: skip
    pipeline_priority_threshold: int = Field(
        100, ge=-1000, le=1000, alias="pipeline.priority_threshold",
        description="From this priority on a job belongs to the priority lane",
    )  # fmt: skip
    pipeline_lend_idle_slots: bool = Field(
        True, alias="pipeline.lend_idle_slots",
        description="Let normal jobs use idle slots of the priority lane; "
        "they give them back at their next checkpoint",
    )  # fmt: skip
    pipeline_recording_slots: int = Field(
        1, ge=0, le=16, alias="pipeline.recording_slots",
        description="How many recordings are transcribed at the same time",
    )  # fmt: skip
    pipeline_direct_slots: int = Field(
        4, ge=1, le=32, alias="pipeline.direct_slots",
        description="How many operations may be started at once outside the queue",
    )  # fmt: skip
    pipeline_grace_s: float = Field(
        10.0, ge=0.1, le=600, alias="pipeline.grace_s",
        description="Seconds a job has to answer a cancel before its process is ended",
    )  # fmt: skip
    pipeline_deaths_at_cursor: int = Field(
        2, ge=1, le=1_000_000, alias="pipeline.deaths_at_cursor",
        description="So many deaths of a worker at the same place stop the job",
    )  # fmt: skip
    roots: list[str] = Field(
        [], description="Folders that requests may name; empty: the home folder without its "
        "hidden folders, and the data directory",
    )  # fmt: skip
    uploads_max_mb: int = Field(
        65_536, ge=1, le=100_000_000, alias="uploads.max_mb",
        description="The most that is taken in one upload, in MiB",
    )  # fmt: skip
    retention_days: int = Field(
        90, ge=1, le=36500, alias="retention.days",
        description="Finished tasks are removed after so many days",
    )  # fmt: skip
    retention_events: int = Field(
        200_000, ge=1000, le=100_000_000, alias="retention.events",
        description="So many events are kept for clients that come back",
    )  # fmt: skip
    photos_trash_days: int = Field(
        30, ge=1, le=36500, alias="photos.trash_days",
        description="Files in the trash of a photo project are deleted after so many days",
    )  # fmt: skip
    photos_maintenance: str = Field(
        "30 3 * * *", max_length=200, alias="photos.maintenance",
        description="When photo projects are checked, as a cron expression; empty: never",
    )  # fmt: skip
    quiet_hours: list[QuietHours] = Field(
        [], max_length=20, description="Hours in which lanes start nothing new"
    )
    recordings_folder: str = Field(
        "", max_length=4096, alias="recordings.folder",
        description="The notes folder, which is searched for audio; empty: none",
    )  # fmt: skip
    recordings_watch: bool = Field(
        True, alias="recordings.watch",
        description="Look at the notes folder as soon as something in it changes",
    )  # fmt: skip
    recordings_scan_minutes: int = Field(
        15, ge=0, le=10_080, alias="recordings.scan_minutes",
        description="Scan the notes folder again after so many minutes; 0: not by the clock",
    )  # fmt: skip
    recordings_max_retries: int = Field(
        2, ge=0, le=20, alias="recordings.max_retries",
        description="How often a transcription is tried again before it has failed",
    )  # fmt: skip
    recordings_engine: str = Field(
        "", max_length=100, alias="recordings.engine",
        description="The speech engine; empty: the embedded one (pocketsphinx)",
    )  # fmt: skip
    recordings_model: str = Field(
        "", max_length=200, alias="recordings.model",
        description="The engine's model; empty: the best one on this machine",
    )  # fmt: skip
    recordings_models_folder: str = Field(
        "", max_length=4096, alias="recordings.models_folder",
        description="A folder with models, beside `models` in the data directory",
    )  # fmt: skip
    throttle_target_ms: int = Field(
        300, ge=20, le=60_000, alias="throttle.target_ms",
        description="How long a batch of a backfill should take, in milliseconds: about twice that "
        "is how long a pause may take",
    )  # fmt: skip
    throttle_max_load: float | None = Field(
        None, ge=0, le=1, alias="throttle.max_load",
        description="Backfills wait while other programs use more than this share of the "
        "processor; empty: never",
    )  # fmt: skip
    throttle_battery_percent: float = Field(
        20, ge=0, le=101, alias="throttle.battery_percent",
        description="Backfills wait while the machine runs on its battery with less than so many "
        "percent; 101: whenever it does, 0: never",
    )  # fmt: skip
    throttle_min_free_mb: float = Field(
        0, ge=0, le=1e9, alias="throttle.min_free_mb",
        description="Backfills wait while less than so many megabytes are free on the disks they "
        "write to",
    )  # fmt: skip
    throttle_quiet_hours: bool = Field(
        False, alias="throttle.quiet_hours",
        description="Backfills that run wait in quiet hours, too; else only nothing new starts",
    )  # fmt: skip
    throttle_activity: bool = Field(
        False, alias="throttle.activity",
        description="Backfills wait while you record or wait for a transcription",
    )  # fmt: skip
    zoom: float = Field(1.0, ge=0.5, le=4.0, description="The page's zoom")
    theme: Literal["system", "light", "dark"] = Field("system", description="Colours of the page")
    wall_sizing: Literal["manual", "distance"] = Field(
        "manual", alias="wall.sizing",
        description="Whether the wall's zoom is set by hand or follows from screen and distance",
    )  # fmt: skip
    wall_zoom: float = Field(
        1.0, ge=0.5, le=4.0, alias="wall.zoom", description="The wall's zoom, set by hand"
    )
    wall_diagonal: float = Field(
        55.0, ge=5, le=300, alias="wall.diagonal",
        description="The diagonal of the wall's screen, in inches",
    )  # fmt: skip
    wall_distance: float = Field(
        3.0, ge=0.3, le=50, alias="wall.distance",
        description="How far the wall is looked at from, in metres",
    )  # fmt: skip
    wall_curve: bool = Field(True, alias="wall.curve", description="Show the speed on the wall")
    wall_road: bool = Field(
        True, alias="wall.road", description="Show the wall's road: done, moving, failed, to go"
    )
    wall_routes: bool = Field(
        True, alias="wall.routes", description="Show the running tasks on the wall"
    )
    wall_strip: bool = Field(
        True, alias="wall.strip", description="Show on the wall what needs a person"
    )
    wall_auto_focus: bool = Field(
        True, alias="wall.auto_focus",
        description="Bring out one running task on the wall, without being asked",
    )  # fmt: skip
    wall_cycle_s: int = Field(
        15, ge=0, le=3600, alias="wall.cycle_s",
        description="Seconds until the wall goes on to the next task or page; 0: it stays",
    )  # fmt: skip
    wall_dim: DimHours | None = Field(
        None, alias="wall.dim", description="Hours in which the wall is dimmed"
    )
    wall_shift: bool = Field(
        True, alias="wall.shift",
        description="Move the wall's picture by a few pixels now and then, against burn-in",
    )  # fmt: skip


def names() -> list[str]:
    """The settings' names as the API writes them, in order."""
    return [f.alias or name for name, f in Settings.model_fields.items()]
