"""The model of the settings."""

import pytest
from pydantic import ValidationError

from core.settings import QuietHours, Settings, names


def test_the_defaults_are_valid_and_every_setting_says_what_it_does():
    Settings()
    assert all(field.description for field in Settings.model_fields.values())


def test_names_are_those_of_the_api():
    assert "pipeline.priority_lane_slots" in names()
    assert "pipeline_priority_lane_slots" not in names()
    assert len(names()) == len(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pipeline.total_slots", 0),
        ("pipeline.total_slots", 65),
        ("pipeline.priority_lane_slots", -1),
        ("pipeline.grace_s", 0),
        ("pipeline.grace_s", float("nan")),
        ("retention.days", 0),
        ("retention.events", 10),
        ("theme", "neon"),
        ("zoom", 100),
        ("wall.zoom", 4.5),
        ("wall.diagonal", 0),
        ("wall.distance", float("inf")),
        ("wall.sizing", "guessed"),
        ("wall.cycle_s", -1),
        ("wall.dim", {"start": "22:00"}),
        ("wall.dim", {"start": "22:00", "end": "6:00"}),
        ("wall.dim", {"start": "22:00", "end": "06:00", "depth": 1}),
        ("unknown", 1),
    ],
)
def test_what_does_not_fit_is_refused(name, value):
    with pytest.raises(ValidationError):
        Settings.model_validate({name: value})


def test_the_wall_is_dimmed_between_two_times_or_never():
    assert Settings().wall_dim is None
    settings = Settings.model_validate({"wall.dim": {"start": "22:30", "end": "06:00"}})
    assert settings.wall_dim and settings.wall_dim.end == "06:00"


@pytest.mark.parametrize("time", ["24:00", "7:00", "07:60", "noon", "07:00:00", ""])
def test_a_time_of_day_is_written_in_one_way(time):
    with pytest.raises(ValidationError, match="HH:MM|time of day"):
        QuietHours(start=time, end="08:00")
