"""The kit for tests of one's own task types; what an author imports, and nothing else.

    from core.kit import Trial, assert_survives_kills

`Trial` runs a task in this process, on a folder of its own and a clock that stands still, and ends
it where the test says. `assert_survives_kills` kills real worker processes and compares what is
left with a run that nobody disturbed. Works under every test runner: failures are AssertionErrors.
docs/writing-a-task.md shows both.
"""

from core.kit.clock import FakeClock
from core.kit.kills import Survived, assert_survives_kills
from core.kit.trial import Ran, Trial

__all__ = ["FakeClock", "Ran", "Survived", "Trial", "assert_survives_kills"]
