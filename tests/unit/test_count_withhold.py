"""What a checker hides of a count stays hidden, from somebody who knows the rules and can subtract."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maillage.analysis.count.combine import read_content
from maillage.analysis.count.spec import CountContent, YearCell
from maillage.analysis.count.withhold import list_cells, withhold
from maillage.disclosure import Count, DisclosureRules, Suppressed, Suppression
from maillage.disclosure.tables import protect_chain, protect_partition

RULES = DisclosureRules()
WITHHELD = {"suppressed": "withheld"}


def content(*, years: dict[int, int], before: tuple[int, ...] = ()) -> dict[str, Any]:
    """A count as the gate makes it: `before` are the steps ahead of the cohort."""
    total = sum(years.values())
    partition = protect_partition(years, rules=RULES)
    return CountContent(
        persons=Count(total) if total >= RULES.floor else Suppressed(Suppression.BELOW_FLOOR),
        steps=protect_chain([*before, total], rules=RULES),
        years=tuple(YearCell(year=year, persons=cell) for year, cell in partition.groups.items()),
        other_years=partition.rest,
    ).model_dump(mode="json")


SPLIT = {2020: 40, 2021: 25, 2022: 30}


def years_of(document: dict[str, Any]) -> dict[int, Any]:
    return {row["year"]: row["persons"] for row in document["years"]}


def test_a_masked_year_takes_the_smallest_other_along() -> None:
    held = withhold(content(years=SPLIT), names={"years.2022"})
    assert years_of(held) == {2020: {"count": 40}}, "the ends are not even named"
    assert held["other_years"] == WITHHELD
    assert held["persons"] == {"count": 95}


def test_a_masked_year_with_a_rest_hides_the_rest_instead() -> None:
    held = withhold(content(years={2020: 40, 2021: 25, 2022: 30, 2023: 5, 2024: 8}), names={"years.2021"})
    assert years_of(held) == {2020: {"count": 40}, 2021: WITHHELD, 2022: {"count": 30}}
    assert held["other_years"] == WITHHELD


def test_the_masked_rest_takes_a_year_along() -> None:
    held = withhold(content(years=SPLIT | {2023: 5, 2024: 8}), names={"other_years"})
    assert years_of(held) == {2020: {"count": 40}, 2021: WITHHELD, 2022: {"count": 30}}


def test_masking_the_total_masks_what_gives_it_back() -> None:
    held = withhold(content(years=SPLIT, before=(300, 95)), names={"persons"})
    assert held["persons"] == WITHHELD
    assert held["years"] == []
    assert held["other_years"] == WITHHELD
    assert held["steps"] == [{"count": 300}, WITHHELD, WITHHELD], "both are the total"


def test_a_step_between_two_equal_ones_is_not_left_to_be_guessed() -> None:
    held = withhold(content(years=SPLIT, before=(300, 300, 300)), names={"steps.1"})
    assert held["steps"] == [WITHHELD, WITHHELD, WITHHELD, {"count": 95}]


def test_a_part_is_masked_whole_and_an_unknown_name_masks_nothing() -> None:
    full = content(years=SPLIT, before=(300,))
    assert withhold(full, names={"years"})["years"] == []
    assert withhold(full, names={"steps"})["steps"] == [WITHHELD, WITHHELD]
    assert withhold(full, names={"years.1789", "nonsense"}) == full


SPLITS = st.dictionaries(st.integers(2010, 2018), st.integers(0, 60), min_size=1, max_size=7)


@given(years=SPLITS, before=st.lists(st.integers(0, 80), max_size=4), data=st.data())
def test_withholding_only_suppresses_and_nothing_hidden_can_be_computed(
    years: dict[int, int], before: list[int], data: st.DataObject
) -> None:
    total = sum(years.values())
    steps = sorted((total + more for more in before), reverse=True)
    full = content(years=years, before=tuple(steps))
    offered = sorted({cell.name for cell in list_cells(full)} | {"steps", "years"})
    names = data.draw(st.sets(st.sampled_from(offered), min_size=1, max_size=3))
    held = withhold(full, names=names)
    kept = {cell.name: cell.cell for cell in list_cells(held)}
    for cell in list_cells(full):
        now = kept.get(cell.name, Suppressed(Suppression.WITHHELD))
        assert now == cell.cell or now == Suppressed(Suppression.WITHHELD), cell.name
        asked = cell.name in names or cell.name.split(".")[0] in names
        assert not asked or isinstance(now, Suppressed), cell.name
    read_content(held, floor=RULES.floor)
    _attack(full, held)


def _attack(full: dict[str, Any], held: dict[str, Any]) -> None:
    """Subtraction and squeezing find no number that was newly hidden."""
    split, told = years_of(full), years_of(held)
    gone = {year for year, cell in split.items() if "count" in cell and told.get(year) != cell}
    if "count" in held["persons"] and told:
        hidden = held["persons"]["count"] - sum(cell.get("count", 0) for cell in told.values())
        assert hidden not in {split[year]["count"] for year in gone if len(gone) == 1}
        assert not gone or held["other_years"] == WITHHELD
    chain = [cell.get("count") for cell in (*held["steps"], held["persons"])]
    true = [cell.get("count") for cell in (*full["steps"], full["persons"])]
    for place, number in enumerate(true):
        if number is not None and chain[place] is None:
            above = [other for other in chain[:place] if other is not None]
            below = [other for other in chain[place + 1 :] if other is not None]
            assert not (above and below and above[-1] == below[0]), "squeezed between two equal numbers"
