"""count under masks: which cells every hospital adds, in which order, and what their sum says.

The order follows from the question alone, never from data: a hospital that named the years in which it has
patients would tell them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.count.combine import read_content
from maillage.analysis.count.spec import CountContent
from maillage.disclosure.values import Cell, Suppressed, Suppression, cell_to_json

YEARS = 30
"""Calendar years that are summed one by one, up to the question's own; other years are in the total alone."""

_HIDDEN = Suppressed(Suppression.PROTECTED)


def flatten(document: Mapping[str, Any], *, year: int) -> list[Cell]:
    """One hospital's cells: the whole, the steps, the years that end with `year`, the question's."""
    content = CountContent.model_validate(document)
    by_year = {each.year: each.persons for each in content.years}
    return [content.persons, *content.steps, *(by_year.get(one, _HIDDEN) for one in _years(year))]


def is_whole_shown(document: Mapping[str, Any]) -> bool:
    """Whether the hospital has a number to add at all."""
    return not isinstance(CountContent.model_validate(document).persons, Suppressed)


def assemble(cells: Sequence[Cell], *, year: int, sites: Sequence[str], floor: int) -> dict[str, Any]:
    """The group's document, as `combine` would write it of the contents of these hospitals.

    Raises ContentError for a sum that hospitals above `floor` cannot give.
    """
    steps, years = cells[1:-YEARS], dict(zip(_years(year), cells[-YEARS:], strict=True))
    shown = [one for one, cell in years.items() if not isinstance(cell, Suppressed)]
    named = range(min(shown), max(shown) + 1) if shown else range(0)
    content = {
        "persons": cell_to_json(cells[0]),
        "steps": [cell_to_json(cell) for cell in steps],
        "years": [{"year": one, "persons": cell_to_json(years[one])} for one in named],
        # Years before those that are summed, and those that somebody hides.
        "other_years": cell_to_json(_HIDDEN),
    }
    # Each hospital's cells, and their differences, are at the floor or nothing: so are the sums'.
    read_content(content, floor=floor)
    return {
        "persons": content["persons"],
        "contributing": list(sites),
        "left_out": [],
        "repeated": [],
        "steps": content["steps"],
        "years": [row | _say_who(sites, shown=row["year"] in shown) for row in content["years"]],
    }


def _say_who(sites: Sequence[str], *, shown: bool) -> dict[str, Any]:
    """A year is shown by all of them or not at all."""
    return {"contributing": list(sites) if shown else [], "complete": shown}


def _years(last: int) -> range:
    return range(last - YEARS + 1, last + 1)
