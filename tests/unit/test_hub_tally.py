"""Numbers that take long are kept for a while; others are counted each time."""

from dataclasses import dataclass

from maillage.hub.tally import SLOW_SECONDS, TIMES_KEPT, Tally


@dataclass
class Slow:
    """A count that takes `seconds` of a clock which only it moves."""

    seconds: float
    now: float = 0.0
    counted: int = 0

    def __call__(self) -> int:
        self.now += self.seconds
        self.counted += 1
        return self.counted


def test_what_takes_long_serves_for_twenty_times_as_long() -> None:
    count = Slow(seconds=1.0)
    tally = Tally[int](monotonic=lambda: count.now)
    assert tally.read(count) == 1
    count.now += TIMES_KEPT - 0.1
    assert tally.read(count) == 1
    count.now += 0.2
    assert tally.read(count) == 2


def test_what_is_quick_is_counted_each_time() -> None:
    count = Slow(seconds=SLOW_SECONDS / 2)
    tally = Tally[int](monotonic=lambda: count.now)
    assert [tally.read(count) for _time in range(3)] == [1, 2, 3]
