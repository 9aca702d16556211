"""Tables under masks, of hospitals drawn at random: their sum is what the hub makes of those it reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maillage.analysis.base import Contribution, SumQuestion, WireModel
from maillage.analysis.tabular.adding import add_tables
from maillage.analysis.tabular.drafts import Crossed, Draft, Groups, Split
from maillage.analysis.tabular.forms import Form, Forms, Kind
from maillage.analysis.tabular.keys import cross
from maillage.analysis.tabular.people import Found, protect
from maillage.analysis.tabular.summing import Named, Rows, Summing
from maillage.disclosure import DisclosureRules
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.fixed_point import decode_summands, encode_summands, precision
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.hierarchies import Axis, Table
from maillage.disclosure.secondary import hide
from tests.support.tables import draw_table

RULES = DisclosureRules()
ASKED = SumQuestion(WireModel(), year=2026)
LEVELS = ("a", "b", "c", "d")
YEARS = ("2024", "2025")
FORMS: Forms = {
    "place": Form(Kind.SPLIT, "", amounts={"sum": "", "squares": ""}),
    "drug": Form(Kind.GROUPS, ""),
    "cases": Form(Kind.CROSSED, ""),
}
SUMMING = Summing(
    FORMS,
    {
        "place": Rows(lambda _question: LEVELS, Named.NEVER),
        "drug": Rows(lambda _question: LEVELS),
        "cases": Rows(lambda _question: cross(YEARS, LEVELS)),
    },
)
Content = dict[str, Any]


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """What one hospital tells: few or many persons, evenly spread or not, through the gate."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    persons = np.arange(draw(st.integers(11, 600)))
    level = rng.choice(4, size=len(persons), p=rng.dirichlet([draw(st.sampled_from((0.3, 1.0, 30.0)))] * 4))
    year, value = rng.integers(0, 2, len(persons)), rng.normal(40, 12, len(persons))
    places = {name: persons[level == rank] for rank, name in enumerate(LEVELS)}
    drafts: list[Draft] = [
        Split("place", places, declared=False, amounts=_add(places, value)),
        Groups("drug", {name: persons[rng.random(len(persons)) < rng.random()] for name in LEVELS}),
        Crossed(
            "cases",
            YEARS,
            LEVELS,
            {(row, rank): persons[(year == row) & (level == rank)] for row in range(2) for rank in range(4)},
        ),
    ]
    return protect(Found(persons, drafts), gate=ExactGate(RULES)).model_dump(mode="json")


def _add(groups: Mapping[str, Any], value: Any) -> dict[str, dict[str, Column]]:
    return {
        name: {"sum": Column(ids, value[ids]), "squares": Column(ids, value[ids] ** 2)}
        for name, ids in groups.items()
    }


def add_under_masks(told: Sequence[Content]) -> Content:
    """Masks cancel: what is left is the sum of the encoded numbers."""
    total = np.asarray(sum(encode_summands(SUMMING.flatten(one, question=ASKED)) for one in told))
    amounts = SUMMING.count_amounts(ASKED)
    summands = decode_summands(total, amounts=amounts, hospitals=len(told))
    return SUMMING.assemble(summands, question=ASKED, sites=sites_of(told), floor=RULES.floor)


def sites_of(told: Sequence[Content]) -> list[str]:
    return [f"site-{place}" for place in range(len(told))]


@settings(max_examples=20, deadline=None)
@given(st.lists(contents(), min_size=3, max_size=5))
def test_the_sum_is_that_of_hospitals_that_the_hub_reads(told: list[Content]) -> None:
    read = {site: Contribution(one, False) for site, one in zip(sites_of(told), told, strict=True)}
    plain = add_tables(read, forms=FORMS, floor=RULES.floor, minimum_sites=3)
    masked = add_under_masks(told)
    assert {name: masked[name] for name in masked if name != "tables"} == {
        name: plain[name] for name in plain if name != "tables"
    }
    for one, other in zip(masked["tables"], plain["tables"], strict=True):
        shown = other["rows"] if one["id"] != "place" else [row for row in other["rows"] if row["complete"]]
        assert {row["key"]: row | {"amounts": {}} for row in one["rows"]} == {
            row["key"]: row | {"amounts": {}} for row in shown
        }
        for row in shown:
            found = next(each for each in one["rows"] if each["key"] == row["key"])
            assert found["amounts"] == pytest.approx(row["amounts"], rel=1e-12, abs=precision(len(told)))


@pytest.mark.parametrize("seed", range(3))
def test_what_a_sum_hides_is_not_found_by_its_margins(seed: int) -> None:
    """Each hospital hides for itself. Of their sum, whoever knows all margins bounds no hospital's small cell
    better than to the floor: what one of them shields, the sum shields.
    """
    rng = np.random.default_rng(seed)
    axes = [Axis.flat(4), Axis.flat(4)]
    parts = [hide(draw_table(rng, axes), rules=RULES) for _hospital in range(3)]
    hidden = np.any([part.cells for part in parts], axis=0)
    small = np.any([part.small for part in parts], axis=0)
    first = parts[0].table
    table = Table(first.shape, np.sum([part.table.values for part in parts], axis=0), first.sums)
    free = np.flatnonzero(hidden)
    known = -table.sums @ np.where(hidden, 0, table.values)
    for place in np.flatnonzero(small[free]):
        least, most = (
            linprog(sign * np.eye(len(free))[place], A_eq=table.sums[:, free], b_eq=known) for sign in (1, -1)
        )
        assert least.fun is not None
        assert most.fun is not None
        assert -most.fun - least.fun >= RULES.floor
