"""Attributes as conditions: what is compared, and with what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.dates import date_literal, days_between, year_of
from maillage.cohort.compile.sql import (
    Condition,
    any_of,
    col,
    equal,
    in_numbers,
    inner_join,
    is_null,
    left_join,
    negate,
    num,
    table,
    text,
)
from maillage.cohort.expression.domains import Attribute, Derived, Place
from maillage.cohort.expression.values import (
    Attributes,
    CodesetRef,
    Comparison,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    TextFilter,
    Value,
)
from maillage.cohort.refusals import not_available

ABNORMAL_CONCEPTS = (4155142, 4155143)
"""SNOMED "abnormally high" and "abnormally low"."""

_SIDE_TABLES: Mapping[Place, tuple[str, str]] = {
    Place.PERSON: ("person", "pe"),
    Place.VISIT: ("visit_occurrence", "vo"),
    Place.PROVIDER: ("provider", "pr"),
    Place.CARE_SITE: ("care_site", "cs"),
}
_LINK_COLUMNS: Mapping[Place, str] = {
    Place.PERSON: "person_id",
    Place.VISIT: "visit_occurrence_id",
    Place.PROVIDER: "provider_id",
    Place.CARE_SITE: "care_site_id",
}
_DERIVED_NEEDS: Mapping[str, tuple[str, ...]] = {
    Derived.START_DATE: ("start_date",),
    Derived.END_DATE: ("end_date",),
    Derived.AGE_AT_START: ("start_date",),
    Derived.AGE_AT_END: ("end_date",),
    Derived.LENGTH: ("start_date", "end_date"),
    Derived.LOW_RATIO: ("value_as_number", "range_low"),
    Derived.HIGH_RATIO: ("value_as_number", "range_high"),
    Derived.ABNORMAL: ("value_as_number", "range_low", "range_high", "value_as_concept_id"),
}
_AGES = (Derived.AGE_AT_START, Derived.AGE_AT_END)


@dataclass(frozen=True)
class Filters:
    """Conditions on an event `alias`, the columns of the event that they read, and the tables to join."""

    conditions: tuple[Condition, ...]
    needs: frozenset[str]
    sides: tuple[Place, ...]
    alias: str

    def joins(self) -> list[exp.Join]:
        """The joins that the conditions need; a provider may be unknown, the other tables must answer."""
        return [_join(place, self.alias) for place in self.sides]


def filters(
    builder: Builder, attributes: Attributes, known: Mapping[str, Attribute], *, alias: str
) -> Filters:
    """The attributes as conditions on the event `alias`."""
    pairs = [(known[name], value) for name, value in attributes]
    sides = {_side(attribute) for attribute, _value in pairs} & _SIDE_TABLES.keys()
    return Filters(
        tuple(_condition(builder, attribute, value, alias) for attribute, value in pairs),
        frozenset(need for attribute, _value in pairs for need in _needs(attribute)),
        tuple(sorted(sides, key=lambda place: place.value)),
        alias,
    )


def check_supported(attribute: Attribute) -> None:
    """Raise UnsupportedFeatureError when the attribute reads what CDM 5.4 does not hold."""
    if attribute.refusal is not None:
        raise not_available(attribute)


def _side(attribute: Attribute) -> Place:
    derived_from_person = attribute.place is Place.DERIVED and attribute.column in _AGES
    return Place.PERSON if derived_from_person else attribute.place


def _needs(attribute: Attribute) -> Iterable[str]:
    side = _side(attribute)
    if side in _LINK_COLUMNS:
        yield _LINK_COLUMNS[side]
    if attribute.place is Place.DERIVED:
        yield from _DERIVED_NEEDS[attribute.column]
    if attribute.place is Place.EVENT:
        yield attribute.column


def _join(place: Place, alias: str) -> exp.Join:
    name, side = _SIDE_TABLES[place]
    link = _LINK_COLUMNS[place]
    on: list[Condition] = [equal(col(side, link), col(alias, link))]
    if place is Place.VISIT:
        on.append(equal(col(side, "person_id"), col(alias, "person_id")))
    return left_join(table(name, side), on) if place is Place.PROVIDER else inner_join(table(name, side), on)


def _condition(builder: Builder, attribute: Attribute, value: Value, alias: str) -> Condition:
    if attribute.column == Derived.ABNORMAL:
        return _abnormal(alias)
    return compare(builder, _target(attribute, alias), value)


def _target(attribute: Attribute, alias: str) -> exp.Expr:
    if attribute.place is Place.DERIVED:
        return _DERIVED[attribute.column](alias)
    side = _SIDE_TABLES.get(attribute.place)
    return col(side[1] if side else alias, attribute.column)


def _age(alias: str, date: str) -> exp.Expr:
    return exp.Sub(this=year_of(col(alias, date)), expression=col("pe", "year_of_birth"))


def _ratio(alias: str, bound: str) -> exp.Expr:
    divisor = exp.Nullif(this=col(alias, bound), expression=num(0))
    return exp.Div(this=col(alias, "value_as_number"), expression=divisor)


_DERIVED: Mapping[str, Callable[[str], exp.Expr]] = {
    Derived.START_DATE: lambda alias: col(alias, "start_date"),
    Derived.END_DATE: lambda alias: col(alias, "end_date"),
    Derived.AGE_AT_START: lambda alias: _age(alias, "start_date"),
    Derived.AGE_AT_END: lambda alias: _age(alias, "end_date"),
    Derived.LENGTH: lambda alias: days_between(col(alias, "start_date"), col(alias, "end_date")),
    Derived.LOW_RATIO: lambda alias: _ratio(alias, "range_low"),
    Derived.HIGH_RATIO: lambda alias: _ratio(alias, "range_high"),
}


def _abnormal(alias: str) -> Condition:
    value = "value_as_number"
    return any_of(
        [
            exp.LT(this=col(alias, value), expression=col(alias, "range_low")),
            exp.GT(this=col(alias, value), expression=col(alias, "range_high")),
            in_numbers(col(alias, "value_as_concept_id"), ABNORMAL_CONCEPTS),
        ]
    )


_OPERATORS: Mapping[Comparison, type[exp.Binary]] = {
    Comparison.LT: exp.LT,
    Comparison.LTE: exp.LTE,
    Comparison.EQ: exp.EQ,
    Comparison.NOT_EQ: exp.NEQ,
    Comparison.GT: exp.GT,
    Comparison.GTE: exp.GTE,
}


def compare(builder: Builder, target: exp.Expr, value: Value) -> Condition:
    """The condition that the target satisfies the value."""
    match value:
        case NumberRange():
            return _compare_range(target, value.op, num(value.value), value.extent, num)
        case DateRange():
            return _compare_range(target, value.op, date_literal(value.value), value.extent, date_literal)
        case TextFilter():
            return _compare_text(target, value)
        case ConceptList():
            found = in_numbers(target, (concept.id for concept in value.concepts))
            return negate(found) if value.exclude else found
        case ConceptSetChoice():
            return _compare_choice(builder, target, value)
        case CodesetRef():
            return builder.in_codeset(target, value.codeset_id)
        case _:
            raise TypeError(f"no comparison with {type(value).__name__}")


def _compare_range(
    target: exp.Expr,
    op: Comparison,
    low: exp.Expr,
    extent: object,
    literal: Callable[..., exp.Expr],
) -> Condition:
    if not op.takes_two:
        return _OPERATORS[op](this=target, expression=low)
    between = exp.Between(this=target, low=low, high=literal(extent))
    return negate(between) if op is Comparison.NOT_BETWEEN else between


def _compare_text(target: exp.Expr, value: TextFilter) -> Condition:
    op = value.op.lower().lstrip("!")
    before = "%" if op in ("endswith", "contains") else ""
    after = "%" if op in ("startswith", "contains") else ""
    found = exp.Like(this=target, expression=text(f"{before}{value.text}{after}"))
    return negate(found) if value.op.negated else found


def _compare_choice(builder: Builder, target: exp.Expr, value: ConceptSetChoice) -> Condition:
    if value.codeset_id is None:
        known: Condition = is_null(target)
        return known if value.exclude else negate(known)
    found = builder.in_codeset(target, value.codeset_id)
    return negate(found) if value.exclude else found
