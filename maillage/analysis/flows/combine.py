"""The hub's half of flows: the table of origins, and what it says of hospitals that are shown alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.flows.indicators import (
    Indicators,
    Matrix,
    find_catchment,
    find_territories,
    measure,
)
from maillage.analysis.flows.residence import UNKNOWN
from maillage.analysis.flows.spec import FORMS
from maillage.analysis.tabular.adding import (
    Hospital,
    add_tables,
    count_of,
    exact,
    find_table,
    read_parts,
    rows_of,
)
from maillage.disclosure.values import cell_to_json


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Persons and stays by department; `figures` has the group's catchment and each hospital's indicators.

    `figures.hospitals` are those shown alone: their catchment, and what they cover, lose and attract between
    them; the territory of each is where it treats more residents than any other of them. Of one that shows no
    stays these are None. `residence` are its own rows, a hidden one hidden.
    """
    document = add_tables(contributions, forms=FORMS, floor=floor, minimum_sites=minimum_sites)
    alone = [part for part in read_parts(contributions, forms=FORMS, floor=floor) if part.shown_alone]
    matrix = {part.site: read_stays(part) for part in alone if exact(part.content.persons)}
    territories = find_territories(matrix)
    return describe_group(
        document,
        hospitals=[
            _describe(part, matrix, territory=sorted(territories[part.site]))
            for part in alone
            if part.site in matrix
        ],
    )


def describe_group(
    document: Mapping[str, Any], *, hospitals: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The document with its figures."""
    figures = {"catchment": _group_catchment(document), "hospitals": list(hospitals)}
    return {**document, "figures": figures}


def read_stays(part: Hospital) -> dict[str, float]:
    """One hospital's stays by department, of those that it shows; an unknown residence is no department."""
    rows = rows_of(part.content, "residence")
    return {key: row.amounts["stays"] for key, row in rows.items() if row.amounts and key != UNKNOWN}


def _group_catchment(document: Mapping[str, Any]) -> dict[str, Any] | None:
    persons = {
        row["key"]: float(number)
        for row in find_table(document, "residence")
        if row["key"] != UNKNOWN and (number := count_of(row["persons"])) is not None
    }
    whole = count_of(document["persons"])
    return _word_catchment(persons, whole=whole) if whole else None


def _describe(part: Hospital, matrix: Matrix, *, territory: Sequence[str]) -> dict[str, Any]:
    rows = rows_of(part.content, "residence")
    persons = {
        key: float(number)
        for key, row in rows.items()
        if key != UNKNOWN and (number := exact(row.persons)) is not None
    }
    found = measure(matrix, site=part.site, territory=territory)
    return {
        "id": part.site,
        "catchment": _word_catchment(persons, whole=exact(part.content.persons) or 0),
        "territory": list(territory),
        "persons": cell_to_json(part.content.persons),
        "residence": [{"key": key, "persons": cell_to_json(row.persons)} for key, row in rows.items()],
        # Who shows no stays has not none of them.
        **(describe(found) if matrix[part.site] else dict.fromkeys(describe(found))),
    }


def describe(found: Indicators) -> dict[str, float | None]:
    """Indicators as a document."""
    return {
        "covered": found.covered,
        "leaks": found.leaks,
        "attracted": found.attracted,
        "self_sufficiency": found.self_sufficiency,
        "leakage": found.leakage,
        "attraction": found.attraction,
    }


def _word_catchment(persons: Mapping[str, float], *, whole: int) -> dict[str, Any]:
    found = find_catchment(persons, whole=whole)
    return {"departments": list(found.departments), "share": found.share}
