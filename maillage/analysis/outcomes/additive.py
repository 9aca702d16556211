"""outcomes under masks: the events of the group and those that the risk model expects; no hospital's.

The funnel compares hospitals, so it needs the numbers of each: of a sum it has no point.
"""

from typing import Any

from maillage.analysis.outcomes.spec import FORMS
from maillage.analysis.tabular.summing import Rows, Summing


def _describe(document: dict[str, Any]) -> dict[str, Any]:
    # Here and not above: the node's agent must not carry scipy.
    from maillage.analysis.outcomes.combine import describe_figures

    return describe_figures(document, told=())


_ROOM = Summing(FORMS, {"outcome": Rows(lambda _question: ["all"])}, _describe)
refuse = _ROOM.refuse
count_amounts = _ROOM.count_amounts
flatten = _ROOM.flatten
assemble = _ROOM.assemble
