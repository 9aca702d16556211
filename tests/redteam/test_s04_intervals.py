"""Where time is cut must not tell on which day one of few patients leaves (S4)."""

import numpy as np
import pytest

from maillage.disclosure import intervals

FLOOR, DAYS, DRAWS = 11, 64, 100


def guess_first_day(*, seed: int) -> bool:
    """Whether the first of few events is on the first day of the interval that it is told in.

    So many are censored on each day that no cut fails for them: an attacker knows that it is for an event.
    """
    rng = np.random.default_rng(seed)
    days = rng.choice(np.arange(1, DAYS - 1), size=14, replace=False)
    place = np.concatenate([days, np.repeat(np.arange(DAYS), 2 * FLOOR)])
    event = np.arange(len(place)) < len(days)

    def is_safe(rows: np.ndarray) -> bool:
        cells = (event[rows].sum(), (~event[rows]).sum())
        return all(cell == 0 or cell >= FLOOR for cell in cells)

    ends = intervals.choose_ends(place, points=DAYS, is_safe=is_safe)
    assert ends is not None
    told = int(np.searchsorted(ends, days.min()))
    return bool(days.min() == (ends[told - 1] + 1 if told else 0))


def test_the_first_of_few_is_not_on_the_first_day_that_is_told() -> None:
    assert sum(guess_first_day(seed=seed) for seed in range(DRAWS)) < DRAWS / 4


def test_where_every_day_is_tried_that_day_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "_find_step", lambda _length: 1)
    assert all(guess_first_day(seed=seed) for seed in range(DRAWS))
