"""distribution under masks: persons in each bin that the question names, and the moments of their values."""

from typing import Any, cast

from maillage.analysis.base import SumQuestion
from maillage.analysis.distribution.bins import name_bins
from maillage.analysis.distribution.spec import FORMS, DistributionParameters
from maillage.analysis.tabular.summing import Rows, Summing


def _bins(question: SumQuestion) -> list[str]:
    return name_bins(cast("DistributionParameters", question.parameters).edges)


def _describe(document: dict[str, Any]) -> dict[str, Any]:
    # Here and not above: the node's agent adds nothing up.
    from maillage.analysis.distribution.combine import describe_group

    return describe_group(document)


_ROOM = Summing(FORMS, {"bin": Rows(_bins), "moments": Rows(lambda _question: ["all"])}, _describe)
refuse = _ROOM.refuse
count_amounts = _ROOM.count_amounts
flatten = _ROOM.flatten
assemble = _ROOM.assemble
