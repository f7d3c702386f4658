"""What a found date must satisfy, and how much of it is wanted.

The rules come from the person's parameters; they are values, not behaviour. How a date is found
is in `extraction`; the parameters' form and their help texts are the task's.
"""

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class Rules:
    """How to search, and which days are plausible; `earliest` and `latest` are both allowed."""

    #: write the full ISO 8601 time where the page gives one for the chosen day
    with_time: bool = False
    #: accept what only a guess found; otherwise such a page counts as one without a date
    guesses: bool = True
    #: look at the address alone and leave the page unread
    only_url: bool = False
    earliest: date = date(1990, 1, 1)
    #: None is the day of the call, on this machine's calendar
    latest: date | None = None

    def last_day(self) -> date:
        return self.latest or date.today()

    def allows(self, day: date) -> bool:
        return self.earliest <= day <= self.last_day()

    def bounds(self) -> tuple[datetime, datetime]:
        """First and last moment, equal for every call of a day so that caches can be shared."""
        return (
            datetime.combine(self.earliest, time.min),
            datetime.combine(self.last_day(), time.max),
        )
