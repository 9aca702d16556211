"""flows under masks: persons and stays by department, of every code that a residence may have."""

from typing import Any

from maillage.analysis.flows.residence import DEPARTMENTS
from maillage.analysis.flows.spec import FORMS
from maillage.analysis.tabular.summing import Named, Rows, Summing


def _describe(document: dict[str, Any]) -> dict[str, Any]:
    # Here and not above: the node's agent adds nothing up.
    from maillage.analysis.flows.combine import describe_group

    return describe_group(document)


_ROOM = Summing(FORMS, {"residence": Rows(lambda _question: DEPARTMENTS, Named.NEVER)}, _describe)
refuse = _ROOM.refuse
count_amounts = _ROOM.count_amounts
flatten = _ROOM.flatten
assemble = _ROOM.assemble
