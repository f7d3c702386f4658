"""Time that moves only when a test says so. Called by `core.kit.trial` and by our own tests."""


class FakeClock:
    """The clock of `core.clock`, standing still."""

    def __init__(self, wall: float = 1_800_000_000.0):
        """`wall`: seconds since 1970 at which it begins."""
        self.wall_s, self.mono_s, self.boot_id = wall, 1000.0, "boot-1"

    def wall(self) -> float:
        return self.wall_s

    def mono(self) -> float:
        return self.mono_s

    def boot(self) -> str:
        return self.boot_id

    def advance(self, seconds: float) -> None:
        """Both clocks go on."""
        self.wall_s += seconds
        self.mono_s += seconds

    def set_back(self, seconds: float) -> None:
        """Somebody sets the wall clock back; monotonic time does not care."""
        self.wall_s -= seconds
