"""S8 between totals under noise, and between three totals and more: no one hospital's number is left."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from maillage.analysis.count.local import FoundPersons, protect
from maillage.disclosure import DisclosureRules
from maillage.disclosure.inexact import noisy_gate
from maillage.disclosure.noise import NoiseTable
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_permits import NOISY
from tests.support.cohorts import COHORT
from tests.support.hubs import ProbeNode
from tests.support.messages import example_permit
from tests.support.prepare_hub import publish_permit

Numbers = Mapping[str, int]
TABLE = NoiseTable.from_json(NOISY.table)
REWORDED = COHORT | {"CensorWindow": {"StartDate": "1900-01-01"}}
PERSONS: dict[str, int] = dict(zip(SITES, (400, 300, 200, 37), strict=True))
FOURTH = SITES[3]


def tell_noisy(site: str, persons: int, *, first: int = 0) -> dict[str, Any]:
    """What a hospital says of its persons from `first` on, a hundred of them in 2019."""
    ids = np.arange(first, persons)
    years = np.where(ids < 100, 2019, 2020)
    found = FoundPersons(ids, np.ones(len(ids), np.int64), years, rules=1)
    gate = noisy_gate(rules=DisclosureRules(), table=TABLE, secret=site.encode().ljust(32, b"x"))
    return protect(found, gate=gate).model_dump(mode="json")


def tell_exactly(persons: int, *, repeated: bool = False) -> dict[str, Any]:
    cell = {"count": persons}
    told = {"persons": cell, "steps": [cell, cell], "years": [], "other_years": cell}
    return told | {"repeated": repeated, "repeated_steps": []}


def total_of(network: Network, contents: Mapping[str, dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """The total of a question that these hospitals answer so, only for the total."""
    question = network.ask(sites=list(contents), **changes)
    for site, content in contents.items():
        node = network.nodes[site]
        opened = node.take()
        message = node.partial(opened, content=content, shown_alone=False)
        assert node.answer(opened, message).status_code == 200
    return network.read(question)["combined"]["persons"]


@pytest.fixture
def nodes(network: Network) -> list[ProbeNode]:
    publish_permit(network.hub, example_permit(permit_id="noisy", counts=NOISY))
    return network.enrol(*SITES)


def ask_noisy(network: Network, nodes: Sequence[ProbeNode], *, first: int = 0, **changes: Any) -> int | None:
    told = {node.site: tell_noisy(node.site, PERSONS[node.site], first=first) for node in nodes}
    return total_of(network, told, permit="noisy", **changes).get("noisy")


def test_under_noise_the_same_persons_in_other_words_give_no_second_total(
    network: Network, nodes: list[ProbeNode]
) -> None:
    assert ask_noisy(network, nodes) is not None
    assert ask_noisy(network, nodes[:3], cohort=REWORDED) is None
    said = {network.read(one)["hidden"] for one in network.call("GET", "/questions").json()["questions"]}
    (sentence,) = said - {None}
    assert "mêmes hôpitaux que la première fois" in sentence
    assert None in said, "the total that was told has nothing to excuse"


def test_nor_do_a_few_persons_fewer(network: Network, nodes: list[ProbeNode]) -> None:
    assert ask_noisy(network, nodes) is not None
    assert ask_noisy(network, nodes[:3], cohort=REWORDED, first=3) is None


def test_nor_does_the_cohort_of_a_year_that_the_first_told(network: Network, nodes: list[ProbeNode]) -> None:
    assert ask_noisy(network, nodes[:3]) is not None
    year = {node.site: tell_noisy(node.site, min(100, PERSONS[node.site])) for node in nodes}
    assert total_of(network, year, permit="noisy", cohort=REWORDED) == {"suppressed": "too_few_sites"}


def test_with_the_cells_not_compared_the_fourth_hospital_is_found(
    network: Network, nodes: list[ProbeNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.questions import totals

    monkeypatch.setattr(totals, "may_be_same", lambda one, other: False)
    four = ask_noisy(network, nodes)
    three = ask_noisy(network, nodes[:3], cohort=REWORDED)
    assert four is not None
    assert three is not None
    assert four - three == tell_noisy(FOURTH, PERSONS[FOURTH])["persons"]["noisy"]


def test_other_persons_have_their_total_over_other_hospitals(
    network: Network, nodes: list[ProbeNode]
) -> None:
    assert ask_noisy(network, nodes) is not None
    assert ask_noisy(network, nodes[:3], cohort=REWORDED, first=60) is not None
    assert ask_noisy(network, nodes) is not None, "what was asked is told again"


def test_a_hospital_that_the_other_words_empty_is_not_found_either(
    network: Network, nodes: list[ProbeNode]
) -> None:
    """A criterion that only the fourth's patients fail: it answers, under the floor, and is in no total."""
    large = PERSONS | {FOURTH: 90}
    told = {site: tell_noisy(site, persons) for site, persons in large.items()}
    assert "noisy" in total_of(network, told, permit="noisy")
    emptied = {site: tell_noisy(site, 5 if site == FOURTH else persons) for site, persons in large.items()}
    hidden = total_of(network, emptied, permit="noisy", cohort=REWORDED)
    assert hidden == {"suppressed": "too_few_sites"}


# --- three totals and more, each two of them three hospitals apart

SIX = dict(zip("abcdef", (41, 52, 63, 74, 85, 96), strict=True))
FIVE_TOTALS = ("abcd", "abef", "cdef", "ace", "adf")


def ask_groups(network: Network, groups: Iterable[str], **changes: Any) -> list[int | None]:
    network.enrol(*(f"site-{name}" for name in SIX))
    asked: set[str] = set()
    found: list[int | None] = []
    for group in groups:
        told = {f"site-{name}": tell_exactly(SIX[name], repeated=name in asked) for name in group}
        found.append(total_of(network, told, **changes).get("count"))
        asked |= set(group)
    return found


def solve(groups: Sequence[str], found: Sequence[Any]) -> float:
    """The first hospital's number, by least squares: exact where the totals give it away."""
    matrix = np.array([[name in group for name in SIX] for group in groups], dtype=float)
    return float(np.linalg.lstsq(matrix, np.array(found, dtype=float), rcond=None)[0][0])


def test_of_five_totals_none_is_told_that_gives_a_hospital_away(network: Network) -> None:
    first, second, third, _fourth, last = ask_groups(network, FIVE_TOTALS)
    assert (first, second) == (230, 274)
    assert third is None, "half of the two less this one is what a and b have"
    assert last is None, "with the three that were told it gives b"


def test_with_the_algebra_switched_off_five_totals_give_it(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.questions import totals

    monkeypatch.setattr(totals, "find_isolated", lambda groups: [])
    assert solve(FIVE_TOTALS, ask_groups(network, FIVE_TOTALS)) == pytest.approx(SIX["a"])


def test_totals_that_give_no_hospital_away_are_told(network: Network) -> None:
    """Three hospitals, three others, then all six: the same three again, and no fewer."""
    assert ask_groups(network, ("abc", "def", "abcdef")) == [156, 255, 411]
