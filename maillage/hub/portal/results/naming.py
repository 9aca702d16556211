"""The concepts of a result by their names: tables have them as ids, which nobody reads."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from maillage.hub.boot import Hub

_OF_CONCEPTS = ("condition_", "drug_", "procedure_")
"""How the tables are named whose rows are concepts; a number in another is a year, or a department."""


def list_concepts(combined: Mapping[str, Any]) -> Iterator[str]:
    """The ids of concepts that its rows are of, those of each part of a joint answer too."""
    for table in combined["tables"]:
        if table["id"].startswith(_OF_CONCEPTS):
            yield from (row["key"] for row in table["rows"] if row["key"].isdecimal())
    for part in combined["parts"]:
        yield from list_concepts(part["document"])


def name_concepts(ids: Iterable[str], *, hub: Hub) -> dict[str, str]:
    """By id, the code that people know and the name: `E11 Diabète de type 2`; none that is not known here.

    A standard concept has the code and the name of the classification that it stands for. Of two that would
    be called alike each keeps its id: a chart would take them for one.
    """
    wanted = set(ids)
    terms = hub.shelf.look(hub=hub) if wanted else None
    if terms is None:
        return {}
    # Here and not above: the description of a term brings the search of them all.
    from maillage.hub.terms.buckets import Buckets
    from maillage.hub.terms.suggest import describe_concept

    found = {one: describe_concept(int(one), terms=terms, buckets=Buckets({})) for one in wanted}
    named = {one: f"{term.code} {term.name}" for one, term in found.items() if term is not None}
    borne = Counter(named.values())
    return {one: name if borne[name] == 1 else f"{name} ({one})" for one, name in named.items()}


def name_unit(parameters: Mapping[str, Any], *, hub: Hub) -> dict[str, str]:
    """By its concept's id, the unit of the measure that a question names, as it is written: `mmol/L`."""
    measure = parameters.get("measure")
    unit = measure.get("unit") if isinstance(measure, Mapping) else None
    terms = hub.shelf.look(hub=hub) if unit is not None else None
    found = terms.index.find(int(unit)) if terms is not None and unit is not None else None
    return {} if found is None else {str(unit): found.code or found.name}
