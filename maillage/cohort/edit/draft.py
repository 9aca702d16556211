"""A draft: the Circe document itself, which may lack its entry event."""

import json
from dataclasses import replace
from typing import Any, cast

from maillage.base.i18n import _
from maillage.cohort.circe import parse_expression
from maillage.cohort.expression import CohortExpression

Document = dict[str, Any]
"""A cohort expression as ATLAS writes it. A draft without an entry event has an empty list of these."""

_STANDS_IN: dict[str, Any] = {"Death": {}}


def new_document() -> Document:
    """An empty draft: it keeps each person's first entry event that satisfies every rule."""
    return {
        "cdmVersionRange": ">=5.0.0",
        "ConceptSets": [],
        "PrimaryCriteria": {
            "CriteriaList": [],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"},
        },
        "QualifiedLimit": {"Type": "First"},
        "ExpressionLimit": {"Type": "First"},
        "InclusionRules": [],
        "CensoringCriteria": [],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
        "CensorWindow": {},
    }


def has_entry(document: Document) -> bool:
    """Whether an entry event is said."""
    primary: Any = document.get("PrimaryCriteria")
    return not isinstance(primary, dict) or bool(cast("Document", primary).get("CriteriaList"))


def read_draft(document: Document) -> CohortExpression:
    """The expression, whose `primary.criteria` is empty where the draft has no entry event yet.

    Raises what `parse_expression` raises.
    """
    if has_entry(document):
        return parse_expression(document)
    primary = document["PrimaryCriteria"] | {"CriteriaList": [_STANDS_IN]}
    found = parse_expression(document | {"PrimaryCriteria": primary})
    return _without_entry(found)


def missing(document: Document) -> list[str]:
    """What is yet to be said before the draft can be counted, in the language in force; empty when all is."""
    if has_entry(document):
        return []
    return [_("Choisissez l’événement par lequel une personne entre dans la cohorte.")]


def copy_of(document: Document) -> Document:
    """A copy that shares nothing."""
    return json.loads(json.dumps(document))


def _without_entry(expression: CohortExpression) -> CohortExpression:
    return replace(expression, primary=replace(expression.primary, criteria=()))
