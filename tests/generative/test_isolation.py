"""Which hospitals totals give away, against ranks of matrices; sketches against the sets themselves."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from maillage.disclosure.isolation import find_isolated
from maillage.disclosure.sketches import make_sketch, may_be_near

SITES = "abcdefgh"
GROUPS = st.lists(st.sets(st.sampled_from(SITES), min_size=3), max_size=9)
IDS = st.sets(st.integers(-(2**62), 2**62), min_size=11, max_size=60)


def is_given_away(groups: list[set[str]], some: set[str]) -> bool:
    """A combination that is zero outside these hospitals: leaving out their columns costs rank."""
    matrix = np.array([[site in group for site in SITES] for group in groups], dtype=float)
    others = [place for place, site in enumerate(SITES) if site not in some]
    rank = np.linalg.matrix_rank
    return bool(rank(matrix[:, others]) < rank(matrix)) if groups else False


@given(GROUPS)
def test_single_hospitals_and_pairs_are_those_that_ranks_name(groups: list[set[str]]) -> None:
    found = find_isolated(groups)
    alone = {site for one in found if len(one) == 1 for site in one}
    assert alone == {site for site in SITES if is_given_away(groups, {site})}
    told = {site for group in groups for site in group}
    for pair in combinations(sorted(told - alone), 2):
        assert any(set(pair) <= one for one in found) == is_given_away(groups, set(pair))


@given(GROUPS, st.data())
def test_no_order_and_no_repetition_changes_what_is_given_away(
    groups: list[set[str]], data: st.DataObject
) -> None:
    again = data.draw(st.permutations(groups + groups[:2]))
    assert find_isolated(again) == find_isolated(groups)


@given(IDS, IDS)
def test_sets_near_each_other_always_look_so(ids: set[int], others: set[int]) -> None:
    few = set(sorted(others)[:10])
    one, other = (np.array(sorted(some), dtype=np.int64) for some in (ids, ids ^ few))
    assert may_be_near(make_sketch(one), make_sketch(other), floor=11)


@given(st.integers(0, 10_000))
def test_other_persons_do_not(first: int) -> None:
    one, other = np.arange(first, first + 50), np.arange(first + 50, first + 100)
    assert not may_be_near(make_sketch(one), make_sketch(other), floor=11)
