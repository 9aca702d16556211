"""What an expression finds, with everything left out that has no effect on it.

Two expressions of one meaning find the same persons for the same days. The rules by which they may be
written differently are the functions of this page.
"""

from dataclasses import fields
from typing import Any

from maillage.cohort.expression import (
    CohortExpression,
    ConceptSet,
    Correlated,
    CountColumn,
    Criterion,
    CustomEraExit,
    Demographic,
    Endpoint,
    Group,
    InclusionRule,
    Limit,
    Occurrence,
    OccurrenceType,
    Window,
)
from maillage.cohort.expression.values import CodesetRef, Concept, ConceptList, ConceptSetChoice, Period

Meaning = Any
_Sets = dict[int | None, frozenset[Any]]


def meaning(expression: CohortExpression) -> Meaning:
    """A value that equals that of another expression only when both find the same."""
    sets: _Sets = {one.id: _codes(one) for one in expression.concept_sets}
    qualified = expression.additional is not None and expression.qualified_limit is not Limit.ALL
    one_event = expression.primary.limit is not Limit.ALL or qualified
    one_period = one_event or expression.expression_limit is not Limit.ALL
    parts = {field.name: _of(getattr(expression, field.name), sets) for field in fields(expression)}
    # Lists enter where they are used. Names and the model's version change nothing.
    for name in ("concept_sets", "title", "cdm_version_range"):
        del parts[name]
    # A limit acts where a person has several events, the pad where a person has several periods.
    if expression.additional is None or expression.primary.limit is not Limit.ALL:
        del parts["qualified_limit"]
    if one_event:
        del parts["expression_limit"]
    if one_period:
        del parts["era_pad"]
    return parts


def _codes(one: ConceptSet) -> frozenset[Any]:
    """A concept acts by its id; the order of lines does not matter."""
    return frozenset((item.concept.id, item.exclude, item.descendants, item.mapped) for item in one.items)


def _of(node: Any, sets: _Sets) -> Meaning:
    match node:
        case Concept():
            return node.id
        case CodesetRef() | ConceptSetChoice() | CustomEraExit():
            known = sets.get(node.codeset_id, node.codeset_id)
            return (known, *_fields(node, sets, without=("codeset_id",)))
        case ConceptList():
            return frozenset(one.id for one in node.concepts), node.exclude
        case Criterion() | Demographic():
            return (_attributes(node, sets), *_fields(node, sets, without=("attributes",)))
        case InclusionRule():
            return _of(node.group, sets)
        case Group():
            return _group(node, sets)
        case Correlated():
            return _correlated(node, sets)
        case tuple():
            return tuple(_of(member, sets) for member in node)
        case _ if hasattr(node, "__dataclass_fields__"):
            return _fields(node, sets)
        case _:
            return node


def _fields(node: Any, sets: _Sets, *, without: tuple[str, ...] = ()) -> Meaning:
    kept = (field.name for field in fields(node) if field.name not in without)
    return (type(node).__name__, *((name, _of(getattr(node, name), sets)) for name in kept))


def _attributes(node: Criterion | Demographic, sets: _Sets) -> Meaning:
    """A flag acts by being there; a period without bounds does nothing."""
    return tuple(
        (name, isinstance(value, bool) or _of(value, sets))
        for name, value in node.attributes
        if not isinstance(value, Period) or value
    )


def _group(group: Group, sets: _Sets) -> Meaning:
    """Nothing to hold always holds; of one member, all is any; the order of members does not matter."""
    members = [_of(member, sets) for member in (*group.criteria, *group.demographics, *group.groups)]
    if not members:
        return "always"
    if not group.type.counts:
        return members[0] if len(members) == 1 else (group.type, *sorted(members, key=repr))
    return (group.type, group.count, *sorted(members, key=repr))


def _correlated(node: Correlated, sets: _Sets) -> Meaning:
    inside = not node.ignore_observation_period
    return (
        _of(node.criterion, sets),
        _occurrence(node.occurrence),
        _window(node.start_window, event_end=False, inside=inside),
        node.end_window and _window(node.end_window, event_end=True, inside=inside),
        node.restrict_visit,
        inside,
    )


def _occurrence(node: Occurrence) -> Meaning:
    """At most none is none; what distinct events are counted by matters to these alone."""
    none = node.count == 0 and node.type is not OccurrenceType.AT_LEAST
    counted = (node.count_column or CountColumn.DOMAIN_CONCEPT) if node.distinct else None
    return "none" if none else (node.type, node.count), counted


def _window(window: Window, *, event_end: bool, inside: bool) -> Meaning:
    """A flag that is not given takes its place's default; no date is looked at by a window without bounds."""
    bounded = window.start.days is not None or window.end.days is not None
    return (
        _endpoint(window.start, inside=inside),
        _endpoint(window.end, inside=inside),
        bounded and bool(window.use_index_end),
        (event_end if window.use_event_end is None else window.use_event_end) and (bounded or inside),
    )


def _endpoint(endpoint: Endpoint, *, inside: bool) -> Meaning:
    """Days count from the index date, whichever way they are written; unbounded looks at the period only."""
    if endpoint.days is not None:
        return endpoint.days * endpoint.direction
    return ("observation", endpoint.direction) if inside else None
