"""Criteria and the groups around them, as Python source."""

from collections.abc import Iterator, Mapping, Sequence

from maillage.cohort.dsl import clinical, periods
from maillage.cohort.dsl.events import Events, Person
from maillage.cohort.dsl.python.layout import Call, Source, call, chain
from maillage.cohort.dsl.python.names import Names, Speller
from maillage.cohort.dsl.python.relations import write_relation
from maillage.cohort.dsl.python.values import (
    write_bounds,
    write_date_range,
    write_dates,
    write_enum,
    write_number,
    write_period,
    write_text_filter,
)
from maillage.cohort.expression import (
    AdjustFrom,
    Correlated,
    Criterion,
    DateAdjustment,
    Demographic,
    Group,
    GroupType,
)
from maillage.cohort.expression.domains import Attribute, Derived
from maillage.cohort.expression.values import (
    Attributes,
    CodesetRef,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    Value,
)

_CLASSES: Mapping[str, type[Events]] = {
    kind.domain: kind
    for kind in (
        *(clinical.Conditions, clinical.Deaths, clinical.Devices, clinical.Drugs, clinical.Measurements),
        *(clinical.Observations, clinical.Procedures, clinical.Specimens),
        *(periods.ConditionEras, periods.DoseEras, periods.DrugEras, periods.ObservationPeriods),
        *(periods.PayerPlanPeriods, periods.VisitDetails, periods.Visits),
    )
}

_METHODS: Mapping[str, str] = {
    "Abnormal": "abnormal",
    "Age": "age",
    "AgeAtEnd": "age_at_end",
    "AgeAtStart": "age",
    "AnatomicSite": "anatomic_site",
    "ConditionStatus": "status",
    "DaysSupply": "days_supply",
    "DiseaseStatus": "disease_status",
    "DoseValue": "dose",
    "Ethnicity": "ethnicity",
    "First": "first",
    "GapDays": "gap_days",
    "Gender": "gender",
    "LotNumber": "lot_number",
    "Modifier": "modifier",
    "OccurrenceCount": "occurrences",
    "Operator": "operator",
    "PlaceOfService": "place_of_service",
    "ProviderSpecialty": "specialty",
    "Qualifier": "qualifier",
    "Quantity": "quantity",
    "Race": "race",
    "RangeHigh": "range_high",
    "RangeHighRatio": "times_range_high",
    "RangeLow": "range_low",
    "RangeLowRatio": "times_range_low",
    "Refills": "refills",
    "RouteConcept": "route",
    "SourceId": "source_id",
    "StopReason": "stop_reason",
    "UniqueDeviceId": "unique_id",
    "Unit": "unit",
    "UserDefinedPeriod": "cut_to",
    "ValueAsConcept": "value_is",
    "ValueAsNumber": "value",
    "ValueAsString": "text",
}
_OF_DERIVED: Mapping[str, str] = {
    Derived.START_DATE: "starting",
    Derived.END_DATE: "ending",
    Derived.LENGTH: "lasting",
}
_TAKE_ONE_COMPARISON = frozenset(
    {"value", "dose", "range_low", "range_high", "times_range_low", "times_range_high"}
)


def write_criterion(criterion: Criterion, names: Names) -> Source:
    """`condition(codes).first().age(18)`."""
    kind = _CLASSES[criterion.domain]
    attributes = dict(criterion.attributes)
    codes = attributes.pop("CodesetId", None)
    head = (
        call(kind.word, names.lists[codes.codeset_id]) if isinstance(codes, CodesetRef) else call(kind.word)
    )
    calls = list(_write_attributes(kind, tuple(attributes.items()), names))
    if criterion.correlated is not None:
        calls.append(call("having", *write_members(criterion.correlated, names)))
    if criterion.date_adjustment is not None:
        calls.append(_write_adjustment(criterion.date_adjustment))
    return chain(head, calls)


def write_group(group: Group, names: Names) -> Source:
    """`any_of(…)`, or the general form for what the words refuse."""
    members = list(_write_all(group, names))
    count = group.count
    match group.type:
        case GroupType.ALL | GroupType.ANY if members and count is None:
            return call(f"{group.type.lower()}_of", *members)
        case GroupType.AT_LEAST if count is not None and 1 <= count <= len(members):
            return call("at_least", str(count), *members)
        case GroupType.AT_MOST if members and count is not None and count >= 0:
            return call("at_most", str(count), *members)
        case _:
            return call(
                "together",
                write_enum(group.type),
                *members,
                count=None if count is None else str(count),
            )


def write_members(group: Group, names: Names) -> Sequence[Source]:
    """The members of a group of which all must hold, or the group: what `rule` and `having` take."""
    members = list(_write_all(group, names))
    alone = len(group.groups) == len(members) == 1
    plain = group.type is GroupType.ALL and group.count is None and members and not alone
    return members if plain else [write_group(group, names)]


def _write_all(group: Group, names: Names) -> Iterator[Source]:
    yield from (_write_correlated(correlated, names) for correlated in group.criteria)
    yield from (_write_demographic(demographic, names) for demographic in group.demographics)
    yield from (write_group(member, names) for member in group.groups)


def _write_correlated(correlated: Correlated, names: Names) -> Source:
    return write_relation(correlated, write_criterion(correlated.criterion, names))


def _write_demographic(demographic: Demographic, names: Names) -> Source:
    calls = list(_write_attributes(Person, demographic.attributes, names))
    return chain(call("person"), calls)


def _write_attributes(kind: type[Events | Person], attributes: Attributes, names: Names) -> Iterator[Call]:
    # `first` is said first: it is looked at before the rest.
    ordered = sorted(attributes, key=lambda attribute: attribute[0] != "First")
    others: dict[str, Source] = {}
    for name, value in ordered:
        method = _method(kind, name)
        spell = names.speller(kind.domain, name)
        if method is None or (isinstance(value, ConceptSetChoice) and value.codeset_id is None):
            others[name] = _write_value(value, names, spell)
        else:
            yield _write_call(method, value, names, spell)
    if others:
        yield call("where", **others)


def _method(kind: type[Events | Person], name: str) -> str | None:
    attribute = kind.known[name]
    method = _named_after_column(attribute) or _METHODS.get(name.removesuffix("CS"))
    return method if method is not None and hasattr(kind, method) else None


def _named_after_column(attribute: Attribute) -> str | None:
    if attribute.column in _OF_DERIVED:
        return _OF_DERIVED[attribute.column]
    if attribute.column.endswith("_type_concept_id"):
        return "record_type"
    if attribute.name.endswith("SourceConcept"):
        return "source"
    return "stay" if attribute.column == "visit_concept_id" else None


def _write_call(method: str, value: Value, names: Names, spell: Speller) -> Call:
    match value:
        case bool():
            return call(method)
        case NumberRange() if method not in _TAKE_ONE_COMPARISON:
            return write_bounds(method, value)
        case DateRange():
            return write_dates(method, value)
        case ConceptList():
            return call(method, *map(spell, value.concepts), exclude=_true(value.exclude))
        case ConceptSetChoice(int() as number):
            return call(method, names.lists[number], exclude=_true(value.exclude))
        case _:
            return call(method, _write_value(value, names, spell))


def _write_value(value: Value, names: Names, spell: Speller) -> Source:
    match value:
        case bool():
            return str(value)
        case NumberRange():
            return write_number(value)
        case DateRange():
            return write_date_range(value)
        case TextFilter():
            return write_text_filter(value)
        case Period():
            return write_period(value)
        case ConceptList():
            return call("none_of" if value.exclude else "one_of", *map(spell, value.concepts))
        case CodesetRef():
            return names.lists[value.codeset_id]
        case ConceptSetChoice(None):
            return call("Choice", "None", exclude=_true(value.exclude))
        case ConceptSetChoice(int() as number):
            return call("not_in", names.lists[number]) if value.exclude else names.lists[number]
        case _:
            raise TypeError(f"no source for {value!r}")


def _write_adjustment(adjustment: DateAdjustment) -> Call:
    start, end = adjustment.start_offset, adjustment.end_offset
    if adjustment.start_with is adjustment.end_with and start > end:
        sides = (write_enum(adjustment.start_with), str(start), write_enum(adjustment.end_with), str(end))
        return call("adjusted", call("DateAdjustment", *sides))
    return call(
        "shifted",
        start=str(start) if start else None,
        end=str(end) if end else None,
        start_from='"end"' if adjustment.start_with is AdjustFrom.END else None,
        end_from='"start"' if adjustment.end_with is AdjustFrom.START else None,
    )


def _true(flag: bool) -> str | None:
    return "True" if flag else None
