"""Cron expressions: are they sound, and when is the next time. Pure, apart from the local zone.

Five fields in local time, with Debian cron's rules when the clocks change: what falls into the
skipped hour runs right after it, what falls into the repeated hour runs once.
"""

from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim, CronSimError

from core.errors import Invalid

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
HOW = (
    "write five fields: minute hour day-of-month month day-of-week, such as 30 2 * * 1-5, "
    f"or one of {', '.join(NICKNAMES)}"
)


class LocalZone(tzinfo):
    """The time zone of this machine with its changes of clock, on every system.

    `datetime.astimezone()` gives an offset of one moment, which does not know next month's.
    """

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return dt.replace(tzinfo=None).astimezone().utcoffset() if dt is not None else None

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return dt.replace(tzinfo=None).astimezone().tzname() if dt is not None else None

    def fromutc(self, dt: datetime) -> datetime:
        moment = dt.replace(tzinfo=UTC).timestamp()
        return datetime.fromtimestamp(moment).replace(tzinfo=self)  # with its fold


def next_time(expression: str, after: float, zone: tzinfo | None = None) -> float:
    """The first time of `expression` later than `after`; both in wall seconds.

    Raises Invalid with pointer /cron for an expression that is none, or never comes true.
    """
    text = expression.strip()
    fields = NICKNAMES.get(text.lower(), text)
    if len(fields.split()) != 5:
        raise _refused(expression, "it has not five fields")
    try:
        for moment in CronSim(fields, datetime.fromtimestamp(after, zone or LocalZone())):
            if moment.timestamp() > after:  # inside the repeated hour the first pass is over
                return moment.timestamp()
    except CronSimError as error:
        raise _refused(expression, str(error)[:1].lower() + str(error)[1:]) from None
    raise _refused(expression, "no such day ever comes")


def _refused(expression: str, why: str) -> Invalid:
    message = f"{expression!r} is not a time: {why}; {HOW}"
    return Invalid(message, [{"pointer": "/cron", "message": message}])
