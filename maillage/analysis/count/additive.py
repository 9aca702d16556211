"""count under masks: which cells every hospital adds, in which order, and what their sum says.

The order follows from the question alone, never from data: a hospital that named the years in which it has
patients would tell them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from maillage.analysis.base import SumQuestion
from maillage.analysis.count.combine import read_content
from maillage.analysis.count.spec import CountContent
from maillage.analysis.tabular.keys import YEARS, list_years
from maillage.disclosure.summands import Summands
from maillage.disclosure.values import Suppressed, Suppression, cell_to_json

_HIDDEN = Suppressed(Suppression.PROTECTED)


def refuse(parameters: BaseModel) -> str:  # noqa: ARG001 - every count is summed
    """Nothing is refused."""
    return ""


def count_amounts(question: SumQuestion) -> int:  # noqa: ARG001 - a count has none
    """Cells alone."""
    return 0


def flatten(document: Mapping[str, Any], *, question: SumQuestion) -> Summands:
    """One hospital's cells: the whole, the steps, the years that end with the question's."""
    content = CountContent.model_validate(document)
    by_year = {each.year: each.persons for each in content.years}
    years = (by_year.get(one, _HIDDEN) for one in list_years(question.year))
    return Summands([content.persons, *content.steps, *years])


def assemble(
    summands: Summands, *, question: SumQuestion, sites: Sequence[str], floor: int
) -> dict[str, Any]:
    """The group's document, as `combine` would write it of the contents of these hospitals.

    Raises ContentError for a sum that hospitals above `floor` cannot give.
    """
    cells = summands.cells
    steps, years = cells[1:-YEARS], dict(zip(list_years(question.year), cells[-YEARS:], strict=True))
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
