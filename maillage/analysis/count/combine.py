"""The hub's half of count: sums of released cells, and who is in them (S4, S8)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from maillage.analysis.base import Contribution
from maillage.analysis.count.spec import CountContent
from maillage.analysis.errors import ContentError
from maillage.analysis.tabular.checking import is_under
from maillage.analysis.tabular.mixing import (
    Part,
    choose_contributors,
    choose_of_a_row,
    describe_left_out,
    total,
)
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.disclosure.values import (
    Cell,
    Count,
    Suppressed,
    Suppression,
    add_up,
    cell_to_json,
)

_Part = Part[CountContent]


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """The group's document: total persons, steps, years, who contributes and who is left out and why.

    `floor` is the network's, in persons; `minimum_sites` is how many hospitals a total must mix when some
    of them are not shown alone. Raises ContentError when a content is not what the spec declares.
    """
    parts = [
        _Part(site, read_content(contribution.content, floor=floor), contribution.shown_alone)
        for site, contribution in sorted(contributions.items())
    ]
    counted = choose_contributors(parts, minimum_sites=minimum_sites)
    return {
        "persons": cell_to_json(total([part.content.persons for part in counted], empty=parts)),
        "contributing": [part.site for part in counted],
        "left_out": [describe_left_out(part) for part in parts if part not in counted],
        "repeated": [part.site for part in counted if _is_repeated(part.content)],
        "steps": [cell_to_json(cell) for cell in _combine_steps(counted)],
        "years": _combine_years(counted),
    }


def read_content(document: Mapping[str, Any], *, floor: int) -> CountContent:
    """One hospital's content, validated; every cell is at the network's floor or is suppressed."""
    try:
        content = CountContent.model_validate(document)
    except ValidationError as error:
        raise ContentError(
            _("La réponse d’un hôpital n’a pas la forme attendue."), why=describe_validation(error)
        ) from error
    if any(is_under(cell, floor=floor) for cell in _cells(content)):
        raise ContentError(_("La réponse d’un hôpital contient une case sous le seuil du réseau."))
    if any(difference < 0 or 0 < difference < floor for difference in _differences(content)):
        raise ContentError(_("La réponse d’un hôpital laisse trouver par différence moins que le seuil."))
    return content


def _differences(content: CountContent) -> Iterable[int]:
    """What subtraction gives of the exact cells: between two steps, and of the total without its years."""
    steps = [cell.value for cell in (*content.steps, content.persons) if isinstance(cell, Count)]
    yield from (earlier - later for earlier, later in pairwise(steps))
    if len({year.year for year in content.years}) < len(content.years):
        raise ContentError(_("La réponse d’un hôpital n’a pas la forme attendue."))
    years = [year.persons.value for year in content.years if isinstance(year.persons, Count)]
    if years:
        yield (content.persons.value if isinstance(content.persons, Count) else 0) - sum(years)
    if isinstance(content.persons, Count) and _says_another_rest(
        content, rest=content.persons.value - sum(years)
    ):
        raise ContentError(_("La réponse d’un hôpital se contredit : ses années ne font pas son total."))


def _says_another_rest(content: CountContent, *, rest: int) -> bool:
    """Whether what is told of the years that are not shown contradicts the total and those that are."""
    match content.other_years:
        case Count(number):
            return number != rest
        case None:
            return rest != 0
        case _:
            return False


def _cells(content: CountContent) -> Iterable[Cell]:
    yield content.persons
    yield from content.steps
    yield from (year.persons for year in content.years)
    if content.other_years is not None:
        yield content.other_years


def _is_repeated(content: CountContent) -> bool:
    """Whether some of the numbers are a former answer's, whose persons may differ by fewer than the floor."""
    return content.repeated or bool(content.repeated_steps)


def _combine_steps(parts: Sequence[_Part]) -> list[Cell]:
    lengths = {len(part.content.steps) for part in parts}
    if len(lengths) > 1:
        raise ContentError(_("Les hôpitaux n’ont pas compté les mêmes critères d’inclusion."))
    return [
        total([part.content.steps[index] for part in parts], empty=parts)
        for index in range(lengths.pop() if lengths else 0)
    ]


def _combine_years(parts: Sequence[_Part]) -> list[dict[str, Any]]:
    """By year, the sum of what was released and by whom; a hospital that hides the year is not in it."""
    by_site = {part.site: {year.year: year.persons for year in part.content.years} for part in parts}
    rows: list[dict[str, Any]] = []
    for year in sorted({year for cells in by_site.values() for year in cells}):
        shows = [site for site, cells in by_site.items() if _shows(cells, year)]
        released = [part.site for part in choose_of_a_row(parts, released=shows)]
        rows.append(
            {
                "year": year,
                "persons": cell_to_json(_sum_of(by_site, sites=released, year=year)),
                "contributing": released,
                "complete": len(released) == len(parts),
            }
        )
    return rows


def _shows(cells: Mapping[int, Cell], year: int) -> bool:
    return year in cells and not isinstance(cells[year], Suppressed)


def _sum_of(by_site: Mapping[str, Mapping[int, Cell]], *, sites: Sequence[str], year: int) -> Cell:
    shown = [cell for site in sites if not isinstance(cell := by_site[site][year], Suppressed)]
    return add_up(shown) if shown else Suppressed(Suppression.PROTECTED)
