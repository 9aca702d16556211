"""Every way to change one thing in an expression, found from the fields of its nodes.

A new kind of node, a new field or a new member of an enumeration is changed too, without a word here.
"""

import datetime
import types
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from maillage.cohort.expression import DEMOGRAPHICS, DOMAINS, CohortExpression, Criterion, Demographic
from maillage.cohort.expression.domains import Attribute, Shape
from maillage.cohort.expression.values import (
    CodesetRef,
    Comparison,
    Concept,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    TextMatch,
)

Path = tuple[str | int, ...]
_DAY = datetime.date(2020, 1, 1)
_BY_SHAPE: dict[Shape, Any] = {
    Shape.FLAG: True,
    Shape.CODESET: CodesetRef(0),
    Shape.CONCEPTS: ConceptList((Concept(1, "one"),)),
    Shape.CONCEPT_SET: ConceptSetChoice(0),
    Shape.NUMBER: NumberRange(Comparison.GT, 3),
    Shape.DATE: DateRange(Comparison.LT, _DAY),
    Shape.TEXT: TextFilter(TextMatch.EQ, "text"),
    Shape.PERIOD: Period(_DAY),
}


@dataclass(frozen=True)
class Place:
    """Where something may be changed: the path from the root, and the node and field that hold it."""

    path: Path
    owner: type
    field: str
    hint: Any


def places(node: Any, path: Path = ()) -> Iterator[Place]:
    """Every field of every node below, and every member of its tuples."""
    hints = _hints(type(node))
    for field in fields(node):
        place = Place((*path, field.name), type(node), field.name, hints[field.name])
        yield place
        yield from _below(getattr(node, field.name), place)


def _below(value: Any, place: Place) -> Iterator[Place]:
    if is_dataclass(value):
        yield from places(value, place.path)
    elif isinstance(value, tuple):
        for index, member in enumerate(value):
            yield from _below(member, replace(place, path=(*place.path, index)))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def mutants(root: CohortExpression, place: Place) -> Iterator[CohortExpression]:
    """The expression with this field changed, in every way that still makes valid nodes."""
    owner = _at(root, place.path[:-1])
    if place.field == "op" and isinstance(owner, NumberRange | DateRange):
        yield from (_replaced(root, place.path[:-1], changed) for changed in _other_operators(owner))
        return
    for changed in _alternatives(place, owner, _at(root, place.path)):
        try:
            yield _replaced(root, place.path, changed)
        except ValueError:
            continue


def _other_operators(owner: NumberRange | DateRange) -> Iterator[Any]:
    """The second bound comes and goes with the operator."""
    for op in Comparison:
        extent = (owner.extent or owner.value) if op.takes_two else None
        if op is not owner.op:
            yield replace(owner, op=op, extent=extent)


def _at(root: Any, path: Path) -> Any:
    for step in path:
        root = root[step] if isinstance(step, int) else getattr(root, step)
    return root


def _replaced(node: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    step, *rest = path
    if isinstance(step, int):
        return (*node[:step], _replaced(node[step], tuple(rest), new), *node[step + 1 :])
    return replace(node, **{step: _replaced(getattr(node, step), tuple(rest), new)})


def _alternatives(place: Place, owner: Any, value: Any) -> Iterator[Any]:
    if place.field == "attributes":
        yield from _other_attributes(owner)
    elif place.field == "domain" and isinstance(owner, Criterion):
        yield from (name for name in DOMAINS if name != value)
    else:
        if value is not None and type(None) in get_args(place.hint):
            yield None
        yield from _others(place.hint, value)


def _others(hint: Any, value: Any) -> Iterator[Any]:
    match value:
        case None:
            yield from samples(hint)
        case bool():
            yield not value
        case Enum():
            yield from (member for member in type(value) if member is not value)
        case int() | float():
            yield from (value + 1, value - 1, value + 0.5 if float in get_args(hint) else -value)
        case str():
            yield value + "x"
        case datetime.date():
            yield value + datetime.timedelta(days=1)
        case tuple():
            yield from (value[:index] + value[index + 1 :] for index in range(len(value)))
            yield from ((*value, sample) for sample in samples(get_args(hint)[0]))
        case _:
            yield from (sample for sample in samples(hint) if sample != value)


def _other_attributes(owner: Criterion | Demographic) -> Iterator[Any]:
    known = DEMOGRAPHICS if isinstance(owner, Demographic) else DOMAINS[owner.domain].attributes
    given = dict(owner.attributes)
    for name in given:
        yield tuple(pair for pair in owner.attributes if pair[0] != name)
    for attribute in known:
        if attribute.name not in given:
            yield tuple(sorted((*owner.attributes, _sample_attribute(attribute))))


def _sample_attribute(attribute: Attribute) -> tuple[str, Any]:
    return attribute.name, _BY_SHAPE[attribute.shape]


def samples(hint: Any) -> Iterator[Any]:
    """Small values of a type."""
    if get_origin(hint) in (Union, types.UnionType):
        for option in get_args(hint):
            yield from samples(option)
    elif get_origin(hint) is tuple:
        yield ()
    elif is_dataclass(hint):
        yield _sample_node(hint)
    elif isinstance(hint, type) and issubclass(hint, Enum):
        yield from hint
    else:
        yield from {bool: (False, True), int: (0, 3), float: (0.5,), str: ("s",), datetime.date: (_DAY,)}.get(
            hint, ()
        )


def _sample_node(kind: Any) -> Any:
    if kind is Criterion:
        return Criterion("Death")
    given = {
        field.name: next(samples(_hints(kind)[field.name]))
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }
    if "direction" in given:
        given["direction"] = 1
    return kind(**given)
