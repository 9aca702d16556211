"""The few values that expressions and rows share, so that what is asked for is often there."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from maillage.warehouse.schema import CdmType

T = TypeVar("T")

CONCEPTS = (1, 2, 3, 4, -5, 4155142, 2**53, 2**53 + 1)
"""One says "abnormally high"; the last two are one number for whoever reads ids as doubles."""

FIRST_DAY = date(2019, 12, 15)
DAYS = tuple(FIRST_DAY + timedelta(days=days) for days in (0, 1, 2, 7, 8, 16, 17, 18, 30, 31, 40))
"""A narrow range, for ties of a day are frequent; over the end of a year, for ages count years."""

LAPSES = (0, 1, 2, 7, 15, 30)
SHIFTS = (0, *LAPSES, *(-lapse for lapse in LAPSES))
COUNTS = (0, 1, 1, 1, 2, 3)
YEARS_OF_BIRTH = (1950, 2000, 2019, 2020)
AGES = (0, 1, 19, 20, 69, 70)
WHOLE = (-1, 0, 1, 2, 7, 30)
NUMBERS = (-1.5, 0.0, 0.5, 1.0, 2.5, 7.0)
TEXTS = ("", "a", "A", "ab", "a%b", "a_b", "axb", "b\\", "l’été\n")
PATTERNS = (*TEXTS, "%", "_", "a_", "%b")

PERSONS = (1, -7, 2**53 + 1, 2**53)
FIRST_IDS = (1, -3, 2**53 - 2, -(2**62))

CELLS: Mapping[CdmType, Sequence[object]] = {
    CdmType.INTEGER: WHOLE,
    CdmType.FLOAT: NUMBERS,
    CdmType.DATE: DAYS,
    CdmType.VARCHAR: TEXTS,
}


@st.composite
def often(draw: st.DrawFn, usual: st.SearchStrategy[T], rare: st.SearchStrategy[T], *, times: int = 3) -> T:
    """The usual so many times as often as the rare."""
    return draw(usual if draw(_SHARES[times]) < times else rare)


_SHARES = [st.integers(0, times) for times in range(40)]


def mostly(usual: Sequence[T], rare: Sequence[T], *, times: int = 3) -> st.SearchStrategy[T]:
    """One of the usual values so many times as often as one of the rare. Cheaper than `often`: one draw."""
    repeated = max(1, round(times * len(rare) / len(usual)))
    return st.sampled_from([*usual] * repeated + [*rare])


FLAGS = st.booleans()
SELDOM = mostly([False], [True], times=4)
NEARLY_ALWAYS = mostly([True], [False], times=15)
CONCEPT = mostly(CONCEPTS, [None], times=10)
