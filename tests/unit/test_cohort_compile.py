"""What the compiler writes, and what it refuses to write."""

from datetime import date

import pytest
import sqlglot
from sqlglot import exp

from maillage.cohort import CohortError, ExpressionError, UnsupportedFeatureError, parse_expression
from maillage.cohort.compile import compile_cohort, dates
from maillage.cohort.compile.sql import col
from maillage.cohort.expression import DOMAINS
from maillage.cohort.expression.domains import Place
from maillage.cohort.script import cohort_sql
from maillage.warehouse.layout import THIN_COPIES
from maillage.warehouse.schema import TABLES
from tests.support.circe import cohort, concept_set, correlated, group, rule

HOSTILE = "x'); DROP TABLE person; -- \\' \" ; /* %"


def tables_of(expression: dict, **options: object) -> set[str]:
    plan = compile_cohort(parse_expression(expression), **options)  # type: ignore[arg-type]
    return {found.name for step in plan.steps for found in step.query.find_all(exp.Table)}


DAY = {
    "duckdb": {
        "date_literal": "CAST('2020-02-29' AS DATE)",
        "add_days": "e.d + 3",
        "subtract_days": "e.d - 3",
        "add_days_of": "e.d + CAST(e.n AS INT)",
        "days_between": "DATE_DIFF('DAY', e.d, e.f)",
        "year_of": "YEAR(e.d)",
        "first_known": "COALESCE(e.d, e.f)",
        "earliest": "LEAST(e.d, e.f)",
    },
    "postgres": {
        "date_literal": "CAST('2020-02-29' AS DATE)",
        "add_days": "e.d + 3",
        "subtract_days": "e.d - 3",
        "add_days_of": "e.d + CAST(e.n AS INT)",
        "days_between": "CAST(EXTRACT(EPOCH FROM CAST(e.f AS TIMESTAMP) - CAST(e.d AS TIMESTAMP)) / 86400"
        " AS BIGINT)",
        "year_of": "EXTRACT(YEAR FROM e.d)",
        "first_known": "COALESCE(e.d, e.f)",
        "earliest": "LEAST(e.d, e.f)",
    },
    "spark": {
        "date_literal": "CAST('2020-02-29' AS DATE)",
        "add_days": "e.d + 3",
        "subtract_days": "e.d - 3",
        "add_days_of": "e.d + CAST(e.n AS INT)",
        "days_between": "DATEDIFF(DAY, e.d, e.f)",
        "year_of": "YEAR(e.d)",
        "first_known": "COALESCE(e.d, e.f)",
        "earliest": "LEAST(e.d, e.f)",
    },
}


@pytest.mark.parametrize("dialect", DAY)
def test_each_date_computation_in_each_dialect(dialect: str) -> None:
    d, f, n = col("e", "d"), col("e", "f"), col("e", "n")
    written = {
        "date_literal": dates.date_literal(date(2020, 2, 29)),
        "add_days": dates.add_days(d.copy(), 3),
        "subtract_days": dates.add_days(d.copy(), -3),
        "add_days_of": dates.add_days_of(d.copy(), n),
        "days_between": dates.days_between(d.copy(), f.copy()),
        "year_of": dates.year_of(d.copy()),
        "first_known": dates.first_known(d.copy(), f.copy()),
        "earliest": dates.earliest(d.copy(), f.copy()),
    }
    texts = {name: tree.sql(dialect) for name, tree in written.items()}
    assert {name: text.lower() for name, text in texts.items()} == {
        name: text.lower() for name, text in DAY[dialect].items()
    }


def test_every_column_of_a_domain_is_in_the_model() -> None:
    for domain in DOMAINS.values():
        attributes = [found for found in domain.attributes if found.place in (Place.CODE, Place.EVENT)]
        named = {domain.id, domain.start, domain.concept, domain.end, domain.visit, *domain.counts.values()}
        named |= {found.column for found in attributes if found.refusal is None}
        assert named - {None} <= set(TABLES[domain.table].column_names), domain.name


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_sql_in_a_string_stays_a_literal(dialect: str) -> None:
    expression = cohort(
        {"Observation": {"ValueAsString": {"Text": HOSTILE, "Op": "contains"}}},
        InclusionRules=[rule(group(), name=HOSTILE)],
        ConceptSets=[concept_set(0, 1) | {"name": HOSTILE}],
        Title=HOSTILE,
    )
    statements = sqlglot.parse(cohort_sql(parse_expression(expression), dialect=dialect), read=dialect)
    made = exp.Cache if dialect == "spark" else exp.Create
    assert {type(statement) for statement in statements if statement} == {made, exp.Select}
    literals = [
        found.this for tree in statements if tree for found in tree.find_all(exp.Literal) if found.is_string
    ]
    # A backslash escapes in a pattern of these two: it is written twice to be one character.
    written = HOSTILE if dialect == "duckdb" else HOSTILE.replace("\\", "\\\\")
    assert f"%{written}%" in literals


def test_only_the_tables_that_are_needed_are_read() -> None:
    found = tables_of(cohort({"ConditionOccurrence": {}}), with_events=False)
    steps = {"condition_occurrence_events", "era_edges"}
    assert found - steps == {"condition_occurrence", "observation_period"}


def test_a_copy_answers_only_when_it_has_every_column() -> None:
    sets = [concept_set(0, 1)]
    plain = cohort({"ConditionOccurrence": {"CodesetId": 0}}, ConceptSets=sets)
    typed = cohort(
        {"ConditionOccurrence": {"CodesetId": 0, "ConditionType": [{"CONCEPT_ID": 1}]}}, ConceptSets=sets
    )
    copy = THIN_COPIES["condition_occurrence"].table
    assert copy in tables_of(plain, thin_copies=THIN_COPIES)
    assert copy not in tables_of(plain)
    assert copy not in tables_of(typed, thin_copies=THIN_COPIES)


def test_a_criterion_met_twice_is_found_once() -> None:
    death = correlated({"Death": {}})
    expression = cohort({"ConditionOccurrence": {}}, InclusionRules=[rule(group(death)), rule(group(death))])
    names = [step.name for step in compile_cohort(parse_expression(expression)).steps]
    assert [name for name in names if name.startswith(("death", "correlated"))] == [
        "death_events",
        "correlated",
    ]


def test_a_set_that_does_not_exist_is_named() -> None:
    with pytest.raises(ExpressionError, match="7"):
        compile_cohort(parse_expression(cohort({"ConditionOccurrence": {"CodesetId": 7}})))


def test_a_set_that_does_not_exist_is_named_even_where_nothing_is_asked() -> None:
    always = group(correlated({"Death": {"CodesetId": 7}}, count=0))
    with pytest.raises(ExpressionError, match="7"):
        compile_cohort(parse_expression(cohort({"Death": {}}, AdditionalCriteria=always)))


@pytest.mark.parametrize(
    ("criterion", "feature"),
    [
        ({"VisitOccurrence": {"PlaceOfServiceLocation": 0}}, "PlaceOfServiceLocation"),
        ({"DrugExposure": {"EffectiveDrugDose": {"Value": 1, "Op": "gt"}}}, "EffectiveDrugDose"),
        ({"DrugExposure": {"DoseUnit": [{"CONCEPT_ID": 1}]}}, "DoseUnit"),
        ({"Specimen": {"SpecimenSourceConcept": 0}}, "SpecimenSourceConcept"),
    ],
)
def test_what_is_not_there_is_refused_by_name(criterion: dict, feature: str) -> None:
    expression = parse_expression(cohort(criterion, ConceptSets=[concept_set(0, 1)]))
    with pytest.raises(UnsupportedFeatureError, match=feature) as caught:
        compile_cohort(expression)
    assert caught.value.why
    assert caught.value.remedy


def test_a_count_by_a_column_that_a_domain_lacks_is_refused() -> None:
    occurrence = {"Type": 2, "Count": 2, "IsDistinct": True, "CountColumn": "REFILLS"}
    body = group(correlated({"Death": {}}, Occurrence=occurrence))
    with pytest.raises(UnsupportedFeatureError, match="REFILLS"):
        compile_cohort(parse_expression(cohort({"Death": {}}, AdditionalCriteria=body)))


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(CohortError, match="oracle"):
        cohort_sql(parse_expression(cohort({"Death": {}})), dialect="oracle")
