"""Small cohorts on small warehouses: what the reference leaves open or gets wrong, what runs leave behind."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from maillage.cohort import parse_expression
from maillage.cohort.attrition import attrition
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile.sql import select, table
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.errors import EngineError
from tests.support.circe import (
    cohort,
    concept_set,
    concepts,
    correlated,
    find,
    group,
    observed,
    persons_found,
    rule,
)
from tests.support.omop import Rows, open_tables

CONDITION = {"ConditionOccurrence": {}}


def condition(person: int, start: str, *, number: int = 0, **parts: object) -> Mapping[str, object]:
    return {
        "person_id": person,
        "condition_occurrence_id": number or person,
        "condition_start_date": start,
        "condition_end_date": None,
        **parts,
    }


def measurement(person: int, **parts: object) -> Mapping[str, object]:
    return {"person_id": person, "measurement_id": person, "measurement_date": "2020-06-01", **parts}


def opened(folder: Path, persons: int, **tables: Rows) -> Engine:
    return open_tables(folder, {**observed(*range(1, persons + 1)), **level(tables)})


def level(tables: Mapping[str, Rows]) -> dict[str, Rows]:
    """The same rows, each with every column of its table; unknown where it was not said."""
    columns = {name: dict.fromkeys(key for row in rows for key in row) for name, rows in tables.items()}
    return {name: [{**columns[name], **row} for row in rows] for name, rows in tables.items()}


def test_abnormal_is_out_of_its_range_or_said_abnormal(tmp_path: Path) -> None:
    inside = {"value_as_number": 5.0, "range_low": 4.0, "range_high": 6.0}
    rows = [
        measurement(1, **inside),
        measurement(2, **inside | {"value_as_number": 3.9}),
        measurement(3, **inside | {"value_as_number": 6.1}),
        measurement(4, value_as_concept_id=4155142),
        measurement(5, value_as_concept_id=4155143),
        measurement(6, value_as_number=9.0),
    ]
    engine = opened(tmp_path, 6, measurement=rows)
    assert persons_found(engine, cohort({"Measurement": {"Abnormal": True}})) == [2, 3, 4, 5]


def test_on_the_same_day_the_smallest_id_is_first(tmp_path: Path) -> None:
    rows = [
        condition(1, "2020-03-01", number=12, condition_end_date="2020-03-05"),
        condition(1, "2020-03-01", number=11, condition_end_date="2020-03-09"),
    ]
    engine = opened(tmp_path, 1, condition_occurrence=rows)
    until_end = {"DateOffset": {"DateField": "EndDate", "Offset": 0}}
    expected = [(1, date(2020, 3, 1), date(2020, 3, 9))]
    assert find(engine, cohort(CONDITION, limit="First", EndStrategy=until_end)) == expected
    assert find(engine, cohort(CONDITION, limit="Last", EndStrategy=until_end)) == expected
    later = cohort(CONDITION, ExpressionLimit={"Type": "First"}, EndStrategy=until_end)
    assert find(engine, later) == expected


def test_the_first_row_of_a_day_is_the_one_with_the_smallest_id(tmp_path: Path) -> None:
    rows = [
        condition(person, "2020-03-01", number=number, stop_reason=reason)
        for person, number, reason in ((1, 4, "x"), (1, 3, "y"), (2, 1, "x"), (2, 2, "y"))
    ]
    engine = opened(tmp_path, 2, condition_occurrence=rows)
    first = {"ConditionOccurrence": {"First": True, "StopReason": {"Text": "x", "Op": "eq"}}}
    assert persons_found(engine, cohort(first)) == [2]


def test_observation_is_required_to_the_day(tmp_path: Path) -> None:
    rows = [condition(1, "2020-01-31"), condition(2, "2020-01-30"), condition(3, "2020-12-01")]
    engine = opened(tmp_path, 3, condition_occurrence=rows)

    def found(prior: int, post: int) -> list[int]:
        expression = cohort(CONDITION)
        expression["PrimaryCriteria"]["ObservationWindow"] = {"PriorDays": prior, "PostDays": post}
        return persons_found(engine, expression)

    assert [found(30, 0), found(29, 0), found(0, 30), found(0, 31)] == [[1, 3], [1, 2, 3], [1, 2, 3], [1, 2]]


def test_of_periods_that_overlap_the_one_that_ends_first_is_kept(tmp_path: Path) -> None:
    periods = [
        {"observation_period_start_date": start, "observation_period_end_date": end, "person_id": 1}
        for start, end in (("2020-01-01", "2020-12-31"), ("2020-02-01", "2020-06-30"))
    ]
    engine = opened(
        tmp_path, 1, condition_occurrence=[condition(1, "2020-03-01")], observation_period=periods
    )
    expected = [(1, date(2020, 3, 1), date(2020, 6, 30))]
    until = {"EndStrategy": None}
    limits = [
        {"ExpressionLimit": {"Type": "First"}},
        {"ExpressionLimit": {"Type": "Last"}},
        {"limit": "First"},
    ]
    limits.append({"AdditionalCriteria": group(), "QualifiedLimit": {"Type": "First"}})
    assert [find(engine, cohort(CONDITION, **until, **limit)) for limit in limits] == [expected] * 4


def test_distinct_dates_are_those_that_the_author_gives(tmp_path: Path) -> None:
    insured = [
        {"payer_plan_period_start_date": f"2020-0{month}-01", "payer_plan_period_end_date": "2020-12-31"}
        | {"person_id": 1, "payer_plan_period_id": month}
        for month in (1, 2)
    ]
    engine = opened(tmp_path, 1, condition_occurrence=[condition(1, "2020-06-01")], payer_plan_period=insured)

    def found(period: Mapping[str, str], column: str) -> list[int]:
        twice = {"Type": 2, "Count": 2, "IsDistinct": True, "CountColumn": column}
        plan = {"PayerPlanPeriod": {"UserDefinedPeriod": period}}
        body = group(correlated(plan, Occurrence=twice))
        return persons_found(engine, cohort(CONDITION, InclusionRules=[rule(body)]))

    given = {"StartDate": "2020-06-01"}
    assert [found({}, "START_DATE"), found(given, "START_DATE")] == [[1], []]
    assert [found({}, "DURATION"), found(given, "DURATION")] == [[1], []]


def test_race_and_ethnicity_sets_look_at_race_and_ethnicity(tmp_path: Path) -> None:
    tables = observed(1, 2, 3)
    tables["person"] = [
        {"person_id": 1, "race_concept_id": 8527, "gender_concept_id": 8507},
        {"person_id": 2, "race_concept_id": 8516, "gender_concept_id": 8527},
        {"person_id": 3, "ethnicity_concept_id": 8527},
    ]
    rows = [condition(person, "2020-03-01") for person in (1, 2, 3)]
    vocabulary = {"condition_occurrence": rows, "concept": concepts(8527, 8516, 8507)}
    engine = open_tables(tmp_path, {**level(tables), **vocabulary})

    def having(attribute: str) -> dict[str, Any]:
        demographic = group(DemographicCriteriaList=[{attribute: {"CodesetId": 0}}])
        return cohort(CONDITION, ConceptSets=[concept_set(0, 8527)], InclusionRules=[rule(demographic)])

    found = {name: persons_found(engine, having(name)) for name in ("RaceCS", "EthnicityCS", "GenderCS")}
    assert found == {"RaceCS": [1], "EthnicityCS": [3], "GenderCS": [2]}


def test_the_end_of_a_drug_is_its_end(tmp_path: Path) -> None:
    rows = [
        {"drug_exposure_start_date": "2020-01-10", "drug_exposure_end_date": "2020-01-20", "person_id": 1},
        {"drug_exposure_start_date": "2020-01-10", "drug_exposure_end_date": "2020-02-20", "person_id": 2},
    ]
    engine = opened(tmp_path, 2, drug_exposure=rows)
    early = {"DrugExposure": {"OccurrenceEndDate": {"Value": "2020-02-01", "Op": "lt"}}}
    assert persons_found(engine, cohort(early)) == [1]


def test_ids_of_64_bits_are_kept_apart(tmp_path: Path) -> None:
    large = 2**62 + 1
    rows = [
        condition(-large, "2020-03-01", number=1, condition_concept_id=large),
        condition(-large - 1, "2020-03-01", number=2, condition_concept_id=large + 1),
    ]
    tables = {**observed(-large, -large - 1), "condition_occurrence": rows}
    engine = open_tables(tmp_path, {**tables, "concept": concepts(large, large + 1)})
    expression = cohort({"ConditionOccurrence": {"CodesetId": 0}}, ConceptSets=[concept_set(0, large)])
    assert persons_found(engine, expression) == [-large]


def test_concepts_that_do_not_exist_find_nobody(tmp_path: Path) -> None:
    rows = [condition(1, "2020-03-01", condition_concept_id=5)]
    engine = opened(tmp_path, 1, condition_occurrence=rows, concept=concepts(6))
    for sets in (concept_set(0, 5), concept_set(0)):
        expression = cohort({"ConditionOccurrence": {"CodesetId": 0}}, ConceptSets=[sets])
        assert find(engine, expression) == []


def test_equal_periods_of_a_day_do_not_join_the_day_before(tmp_path: Path) -> None:
    days = [date(2020, 3, 1) + timedelta(days=2 * rank) for rank in range(40)]
    rows = [
        condition(1, day.isoformat(), number=100 * rank + copy, condition_end_date=day.isoformat())
        for rank, day in enumerate(days)
        for copy in range(60)
    ]
    engine = opened(tmp_path, 1, condition_occurrence=rows)
    until_end = {"DateOffset": {"DateField": "EndDate", "Offset": 0}}
    assert find(engine, cohort(CONDITION, EndStrategy=until_end)) == [(1, day, day) for day in days]


def test_an_event_without_an_end_has_no_exit_by_its_end(tmp_path: Path) -> None:
    adjusted = {"DateAdjustment": {"StartWith": "START_DATE", "EndWith": "START_DATE", "EndOffset": 0}}
    rows = [condition(1, "2020-03-01", condition_end_date="2020-03-04")]
    engine = opened(tmp_path, 1, condition_occurrence=rows)
    before = {"DateOffset": {"DateField": "EndDate", "Offset": -1}}
    assert find(engine, cohort({"ConditionOccurrence": adjusted}, EndStrategy=before)) == []


def test_at_most_and_exactly_count_events_without_any_occurrence(tmp_path: Path) -> None:
    rows = [condition(person, "2020-03-01") for person in (1, 2, 3)]
    values = [
        measurement(2, measurement_id=1),
        measurement(3, measurement_id=2),
        measurement(3, measurement_id=3, measurement_date="2020-06-02"),
    ]
    engine = opened(tmp_path, 3, condition_occurrence=rows, measurement=values)

    def found(kind: int, count: int) -> list[int]:
        body = group(correlated({"Measurement": {}}, kind=kind, count=count))
        return persons_found(engine, cohort(CONDITION, InclusionRules=[rule(body)]))

    assert [found(0, 0), found(0, 1), found(0, 2)] == [[1], [2], [3]]
    assert [found(1, 0), found(1, 1), found(1, 2)] == [[1], [1, 2], [1, 2, 3]]
    assert [found(2, 0), found(2, 1), found(2, 2)] == [[1, 2, 3], [2, 3], [3]]


def test_attrition_counts_persons_whom_one_event_carries_through(tmp_path: Path) -> None:
    rows = [
        condition(1, "2020-03-01", number=1, condition_status_concept_id=1),
        condition(1, "2020-04-01", number=2, stop_reason="x"),
        condition(2, "2020-03-01", number=3, condition_status_concept_id=1, stop_reason="x"),
        condition(3, "2020-03-01", number=4),
    ]
    engine = opened(tmp_path, 3, condition_occurrence=rows)

    def itself(**attributes: object) -> dict[str, Any]:
        today = {"Start": {"Days": 0, "Coeff": -1}, "End": {"Days": 0, "Coeff": 1}}
        return group(correlated({"ConditionOccurrence": attributes}, StartWindow=today))

    rules = [
        rule(itself(ConditionStatus=[{"CONCEPT_ID": 1}])),
        rule(itself(StopReason={"Text": "x", "Op": "eq"})),
    ]
    with run_cohort(parse_expression(cohort(CONDITION, InclusionRules=rules)), engine=engine) as tables:
        assert engine.fetch(attrition(tables)) == [(0, 3), (1, 2), (2, 1)]
    with run_cohort(parse_expression(cohort(CONDITION)), engine=engine) as tables:
        assert engine.fetch(attrition(tables)) == [(0, 3)]


def test_more_than_64_rules_have_a_mask(tmp_path: Path) -> None:
    engine = opened(
        tmp_path, 2, condition_occurrence=[condition(1, "2020-03-01"), condition(2, "2020-03-01")]
    )
    rules = [rule(group()) for _rank in range(70)]
    rules.append(rule(group(correlated({"Death": {}}, kind=2))))
    with run_cohort(parse_expression(cohort(CONDITION, InclusionRules=rules)), engine=engine) as tables:
        held = engine.fetch(attrition(tables))
    assert held[-2:] == [(70, 2), (71, 0)]


def test_runs_live_together_and_leave_nothing(tmp_path: Path) -> None:
    engine = opened(tmp_path, 1, condition_occurrence=[condition(1, "2020-03-01")])
    expression = parse_expression(cohort(CONDITION, ConceptSets=[concept_set(0, 1)]))
    with run_cohort(expression, engine=engine) as one, run_cohort(expression, engine=engine) as other:
        assert {one.rows, one.events}.isdisjoint({other.rows, other.events})
    with pytest.raises(RuntimeError), run_cohort(expression, engine=engine) as left:
        raise RuntimeError
    for name in (one.rows, one.events, left.rows):
        with pytest.raises(EngineError):
            engine.fetch(all_of_table(name))


def asked(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def all_of_table(name: str) -> exp.Query:
    return select([exp.Star()], table(name, "t"))


def test_a_batch_writes_every_cohort_under_its_name(tmp_path: Path) -> None:
    rows = [condition(person, "2020-03-01", condition_concept_id=person) for person in (1, 2)]
    engine = opened(tmp_path, 2, condition_occurrence=rows, concept=concepts(1, 2))
    coded = {"ConditionOccurrence": {"CodesetId": 0}}
    # The same id names different sets in different expressions.
    expressions = {
        "un": parse_expression(cohort(coded, ConceptSets=[concept_set(0, 1)])),
        "d'eux": parse_expression(cohort(coded, ConceptSets=[concept_set(0, 2)])),
        "nul": parse_expression(cohort({"Death": {}})),
    }
    heard: list[str] = []
    run_cohorts(expressions, engine=engine, to=tmp_path / "rows.parquet", progress=heard.append)
    written = asked(f"SELECT cohort, subject_id FROM '{tmp_path}/rows.parquet' ORDER BY 2")
    assert written == [("un", 1), ("d'eux", 2)]
    assert sorted(heard) == ["d'eux", "nul", "un"]


def test_an_empty_batch_writes_an_empty_file(tmp_path: Path) -> None:
    run_cohorts({}, engine=opened(tmp_path, 1), to=tmp_path / "rows.parquet")
    columns = asked(f"DESCRIBE SELECT * FROM '{tmp_path}/rows.parquet'")
    assert [(name, kind) for name, kind, *_rest in columns] == [
        ("cohort", "VARCHAR"),
        ("subject_id", "BIGINT"),
        ("cohort_start_date", "DATE"),
        ("cohort_end_date", "DATE"),
    ]
