"""count under masks says what count without masks says of hospitals that are only in a total."""

from typing import Any

import numpy as np
import pytest

from maillage.analysis.base import Contribution, SumQuestion
from maillage.analysis.count import additive
from maillage.analysis.count.combine import combine
from maillage.analysis.count.spec import CountParameters
from maillage.analysis.errors import ContentError
from maillage.disclosure import Count, Noisy, Suppressed, Suppression
from maillage.disclosure.fixed_point import (
    decode_cells,
    decode_summands,
    encode_cells,
    encode_summands,
)
from maillage.disclosure.masking import MaskingError

ASKED = SumQuestion(CountParameters(), year=2026)
HIDDEN = {"suppressed": "protected"}


def content(persons: int, *, years: dict[int, int | None], step: int | None = None) -> dict[str, Any]:
    def cell(number: int | None) -> dict[str, Any]:
        return HIDDEN if number is None else {"count": number}

    return {
        "persons": cell(persons),
        "steps": [cell(step), cell(persons)],
        "years": [{"year": year, "persons": cell(number)} for year, number in years.items()],
        "other_years": HIDDEN if None in years.values() else None,
    }


CONTENTS = {
    "est": content(100, years={2023: 60, 2024: 40}, step=200),
    "nord": content(90, years={2023: 30, 2024: None, 2025: 40}, step=190),
    "sud": content(80, years={2022: 20, 2023: 30, 2024: 30}, step=180),
}


def add_up(contents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The numbers as hospitals encode them, added without masks."""
    total = sum(encode_summands(additive.flatten(each, question=ASKED)) for each in contents.values())
    amounts = additive.count_amounts(ASKED)
    summands = decode_summands(np.asarray(total), amounts=amounts, hospitals=len(contents))
    return additive.assemble(summands, question=ASKED, sites=sorted(contents), floor=11)


def test_the_sum_is_that_of_hospitals_that_the_hub_reads() -> None:
    contributions = {site: Contribution(each, shown_alone=False) for site, each in CONTENTS.items()}
    plain = combine(contributions, floor=11, minimum_sites=3)
    summed = add_up(CONTENTS)
    shown = [row for row in plain["years"] if row["complete"]]
    assert summed == plain | {"years": shown}
    assert [row["persons"] for row in summed["years"]] == [{"count": 120}]


def test_a_step_that_one_hospital_hides_is_hidden() -> None:
    summed = add_up(CONTENTS | {"est": content(100, years={2023: 100})})
    assert summed["steps"] == [HIDDEN, {"count": 270}]


def test_a_year_outside_the_range_is_in_the_total_alone() -> None:
    shifted = {site: content(50, years={1890: 50}, step=50) for site in CONTENTS}
    assert add_up(shifted)["persons"] == {"count": 150}
    assert add_up(shifted)["years"] == []


def test_a_year_between_two_shown_ones_is_named_and_hidden() -> None:
    three = content(90, years={2020: 30, 2021: None, 2022: 60}, step=90)
    years = add_up(dict.fromkeys("abc", three))["years"]
    assert [(row["year"], row["persons"], row["complete"]) for row in years] == [
        (2020, {"count": 90}, True),
        (2021, HIDDEN, False),
        (2022, {"count": 180}, True),
    ]


def test_noise_adds_up_with_its_deviation() -> None:
    total = np.asarray(sum(encode_cells([Noisy(20 + place, 5)]) for place in range(3)))
    assert decode_cells(total, hospitals=3) == [Noisy(63, 15)]


def test_a_suppressed_cell_is_chance_and_never_the_same() -> None:
    hidden = [Suppressed(Suppression.BELOW_FLOOR)] * 50
    one, other = encode_cells(hidden), encode_cells(hidden)
    assert not (one[:100] == other[:100]).any()
    assert not one[100:].any()


@pytest.mark.parametrize("lie", [10**15, 2**63])
def test_a_number_that_no_hospital_has_is_no_sum(lie: int) -> None:
    total = np.asarray(sum(encode_cells([Count(20)]) for _ in range(3)))
    total[0] += np.uint64(lie)
    with pytest.raises(MaskingError):
        decode_cells(total, hospitals=3)


def test_a_hospital_that_counts_for_two_is_seen() -> None:
    total = np.asarray(sum(encode_cells([Count(20)]) for _ in range(4)))
    with pytest.raises(MaskingError):
        decode_cells(total, hospitals=3)


def test_a_sum_that_hospitals_above_the_floor_cannot_give_is_refused() -> None:
    summands = additive.flatten(content(100, years={2023: 95}, step=100), question=ASKED)
    with pytest.raises(ContentError):
        additive.assemble(summands, question=ASKED, sites=["a", "b", "c"], floor=11)
