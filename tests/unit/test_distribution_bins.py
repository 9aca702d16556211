"""Quantiles from bins say how wrong they may be, hidden bins included."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.analysis.distribution.bins import find_quantile, guess_unit, is_shifted, name_bins, read_bins

EDGES = [1.0, 2.0, 3.0, 4.0]


def test_bins_are_read_as_they_are_named() -> None:
    bins = read_bins(dict.fromkeys(reversed(name_bins(EDGES))))
    assert [(one.low, one.high) for one in bins] == [(-inf, 1), (1, 2), (2, 3), (3, 4), (4, inf)]


@given(
    values=st.lists(st.floats(0, 5), min_size=1, max_size=200),
    level=st.sampled_from([0.05, 0.25, 0.5, 0.95]),
    floor=st.integers(0, 12),
)
def test_the_true_quantile_is_between_what_is_stated(values: list[float], level: float, floor: int) -> None:
    counts = np.histogram(values, bins=[-np.inf, *EDGES, np.inf])[0]
    shown = {
        key: int(count) if count >= floor else None
        for key, count in zip(name_bins(EDGES), counts, strict=True)
    }
    found = find_quantile(read_bins(shown), level, whole=len(values))
    assert found.low <= np.quantile(values, level, method="inverted_cdf") <= found.high
    if found.value is not None:
        assert found.low <= found.value <= found.high


def test_a_quantile_of_an_open_bin_has_no_value() -> None:
    found = find_quantile(read_bins({"<1.0": 90, "1.0": 5, "2.0+": 5}), 0.5, whole=100)
    assert (found.value, found.low, found.high) == (None, -inf, 1.0)


@pytest.mark.parametrize(
    ("ratio", "factor"), [(18.3, 18.016), (0.0552, 1 / 18.016), (88, 88.57), (1000, 1000), (1.6, None)]
)
def test_another_unit_is_suspected_from_the_ratio(ratio: float, factor: float | None) -> None:
    assert guess_unit(ratio) == factor
    assert is_shifted(ratio)


def test_hospitals_that_agree_are_not_pointed_out() -> None:
    assert not is_shifted(1.1)
    assert is_shifted(1.3)
    assert is_shifted(0.7)
