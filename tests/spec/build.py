"""Short ways to write the parts of an expression that cases share."""

from typing import Any

from tests.support.circe import Json, cohort, concept_set

UNTIL_END: Json = {"DateOffset": {"DateField": "EndDate", "Offset": 0}}
"""Membership ends with the event."""

WITH_OBSERVATION = None
"""Membership ends with the observation period: no strategy is given."""


def concept(number: int) -> Json:
    """A concept by its id."""
    return {"CONCEPT_ID": number}


def member(number: int, **flags: bool) -> Json:
    """A line of a concept set; flags are includeDescendants, includeMapped, isExcluded."""
    return {"concept": concept(number), **flags}


def concept_lines(number: int, *members: Json) -> Json:
    """A concept set made of lines."""
    return {"id": number, "name": f"liste {number}", "expression": {"items": list(members)}}


def value(op: str, number: float | str, extent: float | str | None = None) -> Json:
    """A number or a date to compare with."""
    found: Json = {"Value": number, "Op": op}
    return found if extent is None else found | {"Extent": extent}


def text(op: str, words: str) -> Json:
    """A text to compare with."""
    return {"Text": words, "Op": op}


def in_set(number: int | None, *, exclude: bool = False) -> Json:
    """A concept of a concept set, or out of it."""
    return {"CodesetId": number, "IsExclusion": exclude}


def window(start: int | None, end: int | None, **flags: bool) -> Json:
    """Days from the index date, negative before it; None has no bound."""
    return {"Start": _side(start, -1), "End": _side(end, 1), **flags}


def _side(days: int | None, unbounded: int) -> Json:
    if days is None:
        return {"Coeff": unbounded}
    return {"Days": abs(days), "Coeff": -1 if days < 0 else 1}


def asked(domain: str, concepts: tuple[int, ...], /, **attributes: Any) -> Json:
    """Events of the domain with these attributes; concept sets 0, 1, … hold one concept each."""
    sets = [concept_set(number, one) for number, one in enumerate(concepts)]
    return cohort({domain: attributes}, ConceptSets=sets)
