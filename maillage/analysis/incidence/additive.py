"""incidence under masks: cases and days at risk of each year and group, and those observed in each year."""

from collections.abc import Sequence
from typing import Any, cast

from maillage.analysis.base import SumQuestion
from maillage.analysis.incidence.spec import FORMS, IncidenceParameters
from maillage.analysis.tabular.keys import SEXES, band_ages, cross
from maillage.analysis.tabular.summing import Rows, Summing


def _years(question: SumQuestion) -> list[str]:
    asked = cast("IncidenceParameters", question.parameters)
    return [str(year) for year in range(asked.first_year, asked.last_year + 1)]


def _cells(question: SumQuestion) -> Sequence[str]:
    asked = cast("IncidenceParameters", question.parameters)
    groups = sorted(SEXES.values()) if asked.by == "sex" else band_ages(asked.ages)
    return cross(_years(question), groups)


def _describe(document: dict[str, Any]) -> dict[str, Any]:
    # Here and not above: the node's agent must not carry scipy.
    from maillage.analysis.incidence.combine import describe_rates

    return describe_rates(document)


_ROOM = Summing(FORMS, {"cases": Rows(_cells), "prevalent": Rows(_years)}, _describe)
refuse = _ROOM.refuse
count_amounts = _ROOM.count_amounts
flatten = _ROOM.flatten
assemble = _ROOM.assemble
