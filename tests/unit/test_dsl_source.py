"""From an expression back to Python: the source builds that very expression."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from maillage.cohort import CohortExpression, UnsupportedFeatureError, parse_expression, to_circe
from maillage.cohort.dsl import condition, drug, entry, procedure, to_python
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    Correlated,
    CountColumn,
    Criterion,
    Demographic,
    Endpoint,
    Group,
    GroupType,
    InclusionRule,
    Occurrence,
    OccurrenceType,
    PrimaryCriteria,
    Window,
)
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
    Value,
)
from tests.support.circe import FULL, cohort, concept_set

ANYTHING = Window(Endpoint(None, -1), Endpoint(None, 1))
ONCE = Occurrence(OccurrenceType.AT_LEAST, 1)
DEATHS = Criterion("Death")

VALUES: Mapping[Shape, Sequence[Value]] = {
    Shape.FLAG: [True],
    Shape.CODESET: [CodesetRef(3)],
    Shape.CONCEPTS: [
        ConceptList((Concept(8532, "Femme", "F", "Gender", "Gender", "Gender", "S", "V"), Concept(2**62)))
    ],
    Shape.CONCEPT_SET: [
        ConceptSetChoice(3),
        ConceptSetChoice(3, exclude=True),
        ConceptSetChoice(None),
        ConceptSetChoice(None, exclude=True),
    ],
    Shape.NUMBER: [NumberRange(op, 8, 3.5 if op.takes_two else None) for op in Comparison]
    + [NumberRange(Comparison.BETWEEN, -1, 3)],
    Shape.DATE: [
        DateRange(op, date(2020, 1, 31), date(2021, 1, 1) if op.takes_two else None) for op in Comparison
    ],
    Shape.TEXT: [TextFilter(op, 'l’"été"\\\n\ud800') for op in TextMatch],
    Shape.PERIOD: [Period(date(2020, 1, 1)), Period(None, date(2020, 1, 1))],
}
ASKABLE = [
    pytest.param(domain.name, attribute, id=f"{domain.name}.{attribute.name}")
    for domain in DOMAINS.values()
    for attribute in domain.attributes
    if attribute.refusal is None
]


def rebuilt(expression: CohortExpression) -> CohortExpression:
    namespace: dict[str, Any] = {}
    exec(to_python(expression).encode("utf-8"), namespace)  # noqa: S102 - what we have just written
    return namespace["cohort"].build()


def asking(*criteria: Criterion) -> CohortExpression:
    return replace(SETS, primary=PrimaryCriteria(criteria))


SETS = parse_expression(cohort({"Death": {}}, ConceptSets=[concept_set(3, 1, 2)]))


def variants(attribute: Attribute) -> list[Value]:
    values = list(VALUES[attribute.shape])
    negated = [replace(value, exclude=True) for value in values if isinstance(value, ConceptList)]
    return values + (negated if attribute.exclude_flag else [])


@pytest.mark.parametrize(("domain", "attribute"), ASKABLE)
def test_every_attribute_of_every_domain(domain: str, attribute: Attribute) -> None:
    asked = (Criterion(domain, ((attribute.name, value),)) for value in variants(attribute))
    expression = asking(*asked)
    assert rebuilt(expression) == expression


@pytest.mark.parametrize("attribute", DEMOGRAPHICS, ids=lambda attribute: attribute.name)
def test_every_attribute_of_a_person(attribute: Attribute) -> None:
    persons = tuple(Demographic(((attribute.name, value),)) for value in variants(attribute))
    rule = InclusionRule("Personne", Group(GroupType.ANY, demographics=(*persons, Demographic())))
    expression = replace(SETS, rules=(rule,))
    assert rebuilt(expression) == expression


@pytest.mark.parametrize("sides", [(-1, 1), (1, 1), (-1, -1), (1, -1)])
@pytest.mark.parametrize("days", [(0, 0), (None, None), (1, 1), (30, 7), (7, 30), (None, 1), (1, None)])
def test_every_window(days: tuple[int | None, int | None], sides: tuple[int, int]) -> None:
    start, end = (Endpoint(day, side) for day, side in zip(days, sides, strict=True))
    flags = (None, False, True)
    windows = [Window(start, end, index, event) for index in flags for event in flags]
    members = [Correlated(DEATHS, ONCE, window) for window in windows]
    members += [Correlated(DEATHS, ONCE, ANYTHING, window, True, True) for window in windows]
    expression = replace(SETS, additional=Group(GroupType.ALL, criteria=tuple(members)))
    assert rebuilt(expression) == expression


@pytest.mark.parametrize("kind", OccurrenceType)
@pytest.mark.parametrize("column", [None, CountColumn.START_DATE, CountColumn.DOMAIN_CONCEPT])
def test_every_count(kind: OccurrenceType, column: CountColumn | None) -> None:
    members = tuple(
        Correlated(DEATHS, Occurrence(kind, count, distinct, column), replace(ANYTHING, use_index_end=False))
        for count in (0, 1, 4)
        for distinct in (False, True)
    )
    expression = replace(SETS, additional=Group(GroupType.ANY, criteria=members))
    assert rebuilt(expression) == expression


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (kind, count)
        for kind in GroupType
        for count in (None, 0, 1, 3)
        if count is not None or not kind.counts
    ],
)
def test_every_group(kind: GroupType, count: int | None) -> None:
    empty = Group(kind, count)
    whole = Group(kind, count, (Correlated(DEATHS, ONCE, ANYTHING),), (Demographic(),), (empty,))
    for group in (empty, whole, Group(GroupType.ALL, groups=(whole,))):
        expression = replace(
            SETS,
            additional=group,
            rules=(InclusionRule("", group, "pourquoi"),),
            primary=PrimaryCriteria((Criterion("Death", correlated=whole),)),
        )
        assert rebuilt(expression) == expression


def test_every_kind_of_node_at_once() -> None:
    expression = parse_expression(FULL)
    assert rebuilt(expression) == expression


def test_lists_that_are_equal_unused_or_out_of_order() -> None:
    sets = [concept_set(9, 1), concept_set(-2), concept_set(4, 1)]
    sets[2]["name"] = sets[0]["name"]
    sets.append(concept_set(5, 1, 2, 3))
    sets[3]["expression"]["items"][0]["isExcluded"] = True
    sets.append(concept_set(6, 1) | {"name": ""})
    sets[4]["expression"]["items"][0]["isExcluded"] = True
    expression = parse_expression(cohort({"Death": {"CodesetId": 4}}, ConceptSets=sets))
    assert rebuilt(expression) == expression


def test_what_was_written_in_python_reads_the_same_again() -> None:
    study = (
        condition("E11")
        .first()
        .age(18, 80)
        .with_at_least(2, drug("A10BA02"), within_days=(0, 180), name="Metformine")
        .without(procedure("JVJF004"), before=True, name="Sans dialyse")
    )
    assert to_python(study.build()) == (
        "from maillage.cohort.dsl import codes, condition, drug, has_at_least, has_no, procedure\n"
        "\n"
        'codes_diabete_de_type_2 = codes("E11", name="Diabète de type 2")\n'
        "\n"
        'codes_metformine = codes("A10BA02", name="Metformine")\n'
        "\n"
        "codes_seance_d_hemodialyse_pour_insuffisance = codes(\n"
        '    "JVJF004",\n'
        '    name="Séance d’hémodialyse pour insuffisance rénale chronique",\n'
        ")\n"
        "\n"
        "cohort = (\n"
        "    condition(codes_diabete_de_type_2)\n"
        "    .first()\n"
        "    .age(18, 80)\n"
        '    .rule("Metformine", has_at_least(2, drug(codes_metformine), within_days=(0, 180)))\n'
        "    .rule(\n"
        '        "Sans dialyse",\n'
        "        has_no(procedure(codes_seance_d_hemodialyse_pour_insuffisance), before=True),\n"
        "    )\n"
        "    .until_end_of_observation()\n"
        ")\n"
    )


def test_a_text_of_an_expression_never_becomes_code() -> None:
    name = '"); raise SystemExit("\\'
    expression = replace(entry(condition("E11")).titled(name).build(), rules=(InclusionRule(name, SOME),))
    assert rebuilt(expression) == expression


SOME = Group(GroupType.ALL, demographics=(Demographic(),))


def test_a_definition_that_cannot_be_answered_has_no_source() -> None:
    refused = parse_expression(cohort({"VisitOccurrence": {"PlaceOfServiceLocation": 1}}))
    with pytest.raises(UnsupportedFeatureError):
        to_python(refused)
    assert parse_expression(to_circe(refused)) == refused
