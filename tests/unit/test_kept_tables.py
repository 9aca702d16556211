"""What a session keeps between questions: found again by what it holds, bounded, and never stale."""

from pathlib import Path

import pytest

from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.engines.kept import MOST_ROWS_OF_A_TABLE, KeptTable, KeptTables
from tests.support.circe import cohort, concept_set, observed, persons_found
from tests.support.omop import load_tables


def test_what_is_kept_is_found_by_what_it_holds() -> None:
    kept = KeptTables()
    assert kept.keep("diabète", KeptTable("first", 12))
    assert kept.find("diabète") == KeptTable("first", 12)
    assert kept.find("asthme") is None


def test_a_large_table_is_not_kept() -> None:
    kept = KeptTables()
    assert not kept.keep("everything", KeptTable("first", MOST_ROWS_OF_A_TABLE + 1))
    assert kept.find("everything") is None


def test_a_second_table_of_the_same_is_not_kept_beside_the_first() -> None:
    kept = KeptTables()
    assert kept.keep("diabète", KeptTable("first", 12))
    assert not kept.keep("diabète", KeptTable("second", 12))
    assert kept.find("diabète") == KeptTable("first", 12)


def test_the_longest_unused_leave_first_and_only_when_asked() -> None:
    kept = KeptTables(most_rows=25)
    for name in ("one", "two", "three"):
        kept.keep(name, KeptTable(name, 10))
    assert kept.find("one")
    assert kept.take_surplus() == ["two"]
    assert kept.find("two") is None
    assert kept.find("one")
    assert kept.take_surplus() == []


CODES = {"concept": [{"concept_id": number, "invalid_reason": None} for number in (1, 2)]}
CONDITIONS = [
    {
        "person_id": person,
        "condition_occurrence_id": person,
        "condition_concept_id": concept,
        "condition_start_date": "2020-03-01",
        "condition_end_date": None,
    }
    for person, concept in ((1, 1), (2, 1), (3, 2))
]


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    tables = {**observed(1, 2, 3), **CODES, "condition_occurrence": CONDITIONS}
    return open_warehouse(load_tables(tmp_path, tables), keep=True)


def test_another_set_under_the_same_number_is_another_question(engine: DuckDBEngine) -> None:
    def found(concept: int) -> list[int]:
        criterion = {"ConditionOccurrence": {"CodesetId": 0}}
        return persons_found(engine, cohort(criterion, ConceptSets=[concept_set(0, concept)]))

    assert [found(1), found(2), found(1)] == [[1, 2], [3], [1, 2]]


def test_two_equal_sets_of_one_definition_leave_one_table_behind(engine: DuckDBEngine) -> None:
    criteria = [{"ConditionOccurrence": {"CodesetId": number}} for number in (0, 1)]
    sets = [concept_set(number, 1) for number in (0, 1)]
    assert persons_found(engine, cohort(*criteria, ConceptSets=sets)) == [1, 2]
    left = engine._connection.execute("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'memory'")
    assert left.fetchall() == [(1,)]


def test_what_found_nobody_finds_nobody_again(engine: DuckDBEngine) -> None:
    criterion = {"ConditionOccurrence": {"CodesetId": 0}}
    nobody = cohort(criterion, ConceptSets=[concept_set(0, 99)])
    assert [persons_found(engine, nobody) for _time in range(2)] == [[], []]


def test_surplus_that_was_dropped_is_made_anew(engine: DuckDBEngine) -> None:
    definition = cohort({"ConditionOccurrence": {"CodesetId": 0}}, ConceptSets=[concept_set(0, 1)])
    engine.kept = KeptTables(most_rows=1)
    assert persons_found(engine, definition) == [1, 2]
    dropped = engine.kept.take_surplus()
    assert dropped
    for name in dropped:
        engine.drop_temp(name)
    assert persons_found(engine, definition) == [1, 2]
