"""Small cohort expressions for tests that care how they travel, not what they count."""

from typing import Any

COHORT: dict[str, Any] = {
    "ConceptSets": [
        {
            "id": 0,
            "name": "Diabète de type 2",
            "expression": {"items": [{"concept": {"CONCEPT_ID": 201826}, "includeDescendants": True}]},
        }
    ],
    "PrimaryCriteria": {
        "CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
        "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
        "PrimaryCriteriaLimit": {"Type": "First"},
    },
    "QualifiedLimit": {"Type": "First"},
    "ExpressionLimit": {"Type": "First"},
    "InclusionRules": [
        {
            "name": "Adultes",
            "expression": {
                "Type": "ALL",
                "CriteriaList": [],
                "DemographicCriteriaList": [{"Age": {"Value": 18, "Op": "gte"}}],
                "Groups": [],
            },
        }
    ],
    "CensoringCriteria": [],
    "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
    "CensorWindow": {},
}
"""Two steps: an entry event, then one inclusion rule."""
