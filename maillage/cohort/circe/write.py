"""From nodes back to Circe JSON, so that ATLAS opens what was made here."""

from typing import Any

from maillage.cohort.circe.values import write_attributes, write_concept, write_period
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    CohortExpression,
    ConceptSet,
    Correlated,
    Criterion,
    CustomEraExit,
    DateAdjustment,
    DateOffsetExit,
    Demographic,
    Endpoint,
    Group,
    InclusionRule,
    Occurrence,
    PrimaryCriteria,
    Window,
)

_DEMOGRAPHICS = {attribute.name: attribute for attribute in DEMOGRAPHICS}


def to_circe(expression: CohortExpression) -> dict[str, Any]:
    """The JSON form: `parse_expression` gives the same expression back."""
    written: dict[str, Any] = {
        "ConceptSets": [_write_concept_set(concept_set) for concept_set in expression.concept_sets],
        "PrimaryCriteria": _write_primary(expression.primary),
        "QualifiedLimit": {"Type": expression.qualified_limit.value},
        "ExpressionLimit": {"Type": expression.expression_limit.value},
        "InclusionRules": [_write_rule(rule) for rule in expression.rules],
        "CensoringCriteria": [_write_criterion(criterion) for criterion in expression.censoring],
        "CollapseSettings": {"CollapseType": "ERA", "EraPad": expression.era_pad},
        "CensorWindow": write_period(expression.censor_window),
    }
    return written | _write_optional(expression)


def _write_optional(expression: CohortExpression) -> dict[str, Any]:
    optional = {
        "Title": expression.title,
        "cdmVersionRange": expression.cdm_version_range,
        "AdditionalCriteria": None if expression.additional is None else _write_group(expression.additional),
        "EndStrategy": None if expression.exit is None else _write_exit(expression.exit),
    }
    return {key: value for key, value in optional.items() if value is not None}


def _write_concept_set(concept_set: ConceptSet) -> dict[str, Any]:
    items = [
        {
            "concept": write_concept(item.concept),
            "isExcluded": item.exclude,
            "includeDescendants": item.descendants,
            "includeMapped": item.mapped,
        }
        for item in concept_set.items
    ]
    return {"id": concept_set.id, "name": concept_set.name, "expression": {"items": items}}


def _write_primary(primary: PrimaryCriteria) -> dict[str, Any]:
    return {
        "CriteriaList": [_write_criterion(criterion) for criterion in primary.criteria],
        "ObservationWindow": {"PriorDays": primary.prior_days, "PostDays": primary.post_days},
        "PrimaryCriteriaLimit": {"Type": primary.limit.value},
    }


def _write_rule(rule: InclusionRule) -> dict[str, Any]:
    written: dict[str, Any] = {"name": rule.name, "expression": _write_group(rule.group)}
    return written if rule.description is None else written | {"description": rule.description}


def _write_exit(exit_rule: DateOffsetExit | CustomEraExit) -> dict[str, Any]:
    match exit_rule:
        case DateOffsetExit():
            return {"DateOffset": {"DateField": exit_rule.field.value, "Offset": exit_rule.offset}}
        case CustomEraExit():
            era = {
                "DrugCodesetId": exit_rule.codeset_id,
                "GapDays": exit_rule.gap_days,
                "Offset": exit_rule.offset,
            }
            if exit_rule.days_supply_override is not None:
                era["DaysSupplyOverride"] = exit_rule.days_supply_override
            return {"CustomEra": era}


def _write_criterion(criterion: Criterion) -> dict[str, Any]:
    body = write_attributes(criterion.attributes, DOMAINS[criterion.domain].by_name)
    if criterion.correlated is not None:
        body["CorrelatedCriteria"] = _write_group(criterion.correlated)
    if criterion.date_adjustment is not None:
        body["DateAdjustment"] = _write_adjustment(criterion.date_adjustment)
    return {criterion.domain: body}


def _write_adjustment(adjustment: DateAdjustment) -> dict[str, Any]:
    return {
        "StartWith": adjustment.start_with.value,
        "StartOffset": adjustment.start_offset,
        "EndWith": adjustment.end_with.value,
        "EndOffset": adjustment.end_offset,
    }


def _write_group(group: Group) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Type": group.type.value,
        "CriteriaList": [_write_correlated(correlated) for correlated in group.criteria],
        "DemographicCriteriaList": [_write_demographic(demographic) for demographic in group.demographics],
        "Groups": [_write_group(member) for member in group.groups],
    }
    return written if group.count is None else written | {"Count": group.count}


def _write_demographic(demographic: Demographic) -> dict[str, Any]:
    return write_attributes(demographic.attributes, _DEMOGRAPHICS)


def _write_correlated(correlated: Correlated) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Criteria": _write_criterion(correlated.criterion),
        "StartWindow": _write_window(correlated.start_window),
        "Occurrence": _write_occurrence(correlated.occurrence),
        "RestrictVisit": correlated.restrict_visit,
        "IgnoreObservationPeriod": correlated.ignore_observation_period,
    }
    if correlated.end_window is not None:
        written["EndWindow"] = _write_window(correlated.end_window)
    return written


def _write_occurrence(occurrence: Occurrence) -> dict[str, Any]:
    written: dict[str, Any] = {
        "Type": int(occurrence.type),
        "Count": occurrence.count,
        "IsDistinct": occurrence.distinct,
    }
    if occurrence.count_column is not None:
        written["CountColumn"] = occurrence.count_column.value
    return written


def _write_window(window: Window) -> dict[str, Any]:
    written: dict[str, Any] = {"Start": _write_endpoint(window.start), "End": _write_endpoint(window.end)}
    flags = {"UseIndexEnd": window.use_index_end, "UseEventEnd": window.use_event_end}
    return written | {key: flag for key, flag in flags.items() if flag is not None}


def _write_endpoint(endpoint: Endpoint) -> dict[str, Any]:
    written: dict[str, Any] = {"Coeff": endpoint.direction}
    return written if endpoint.days is None else {"Days": endpoint.days} | written
