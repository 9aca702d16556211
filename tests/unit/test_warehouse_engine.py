"""One session over a small warehouse: answers, limits, and what an error may say."""

import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp, parse_one, select

from maillage.base.errors import Kind
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.errors import EngineError, QueryInterruptedError, QueryRefusedError
from tests.support.omop import load_tables, people

SECRET = "M. Dupont, né à Ambert"


def query(sql: str) -> exp.Query:
    tree = parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Query)
    return tree


ENDLESS = query(
    "SELECT count(*) FROM GENERATE_SERIES(1, 1000000) AS a(x), GENERATE_SERIES(1, 1000000) AS b(x) "
    "WHERE hash(a.x + b.x) = 3"
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    persons = [dict(row, person_source_value=SECRET) for row in people(1, 2, 3)]
    conditions = [
        {"condition_occurrence_id": 10 + one, "person_id": one, "condition_concept_id": 7}
        for one in (3, 1, 2)
    ]
    return load_tables(
        tmp_path_factory.mktemp("engine"), {"person": persons, "condition_occurrence": conditions}
    )


@pytest.fixture
def engine(warehouse: Path) -> Iterator[DuckDBEngine]:
    with open_warehouse(warehouse, memory_limit="200MB", threads=1) as opened:
        yield opened


def test_it_is_an_engine(engine: DuckDBEngine) -> None:
    checked: Engine = engine
    assert checked.dialect == "duckdb"
    assert checked.thin_copies["measurement"].columns["value_as_number"] == "value_as_number"


def test_a_query_sees_tables_and_thin_copies(engine: DuckDBEngine) -> None:
    assert engine.fetch(query("SELECT count(*) FROM person")) == [(3,)]
    thin = query(
        "SELECT person_id, event_id, end_date FROM condition_occurrence_by_concept WHERE concept_id = 7"
    )
    assert engine.fetch(thin) == [(1, 11, None), (2, 12, None), (3, 13, None)]


def test_every_table_of_the_model_can_be_asked(engine: DuckDBEngine) -> None:
    assert engine.fetch(query("SELECT count(*) FROM note_nlp CROSS JOIN dose_era")) == [(0,)]


def test_a_temporary_table_lives_in_the_session_only(engine: DuckDBEngine, warehouse: Path) -> None:
    engine.create_temp("kept", query("SELECT person_id FROM person WHERE person_id > 1"))
    assert engine.fetch(query("SELECT count(*) FROM kept")) == [(2,)]
    with open_warehouse(warehouse) as other, pytest.raises(QueryRefusedError):
        other.fetch(query("SELECT count(*) FROM kept"))
    engine.drop_temp("kept")
    engine.drop_temp("kept")
    with pytest.raises(QueryRefusedError):
        engine.fetch(query("SELECT count(*) FROM kept"))


def test_a_temporary_table_cannot_stand_before_a_table_of_the_model(engine: DuckDBEngine) -> None:
    with pytest.raises(EngineError):
        engine.create_temp("person", query("SELECT 1 AS person_id"))


def test_parquet_is_written_whole(engine: DuckDBEngine, tmp_path: Path) -> None:
    target = tmp_path / "l'île.parquet"
    engine.write_parquet(query("SELECT person_id FROM person ORDER BY 1"), target)
    assert duckdb.from_parquet(str(target)).fetchall() == [(1,), (2,), (3,)]
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_parquet_that_cannot_be_written_says_where(engine: DuckDBEngine, tmp_path: Path) -> None:
    target = tmp_path / "absent" / "answer.parquet"
    with pytest.raises(EngineError, match="absent"):
        engine.write_parquet(query("SELECT 1 AS one"), target)


def test_a_failed_answer_leaves_the_former_file(engine: DuckDBEngine, tmp_path: Path) -> None:
    target = tmp_path / "answer.parquet"
    engine.write_parquet(query("SELECT 1 AS one"), target)
    with pytest.raises(EngineError):
        engine.write_parquet(query("SELECT CAST(person_source_value AS BIGINT) AS two FROM person"), target)
    assert duckdb.from_parquet(str(target)).fetchall() == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CAST(person_source_value AS BIGINT) FROM person",
        "SELECT CAST(person_source_value AS DATE) FROM person",
        "SELECT ERROR(person_source_value) FROM person",
        "SELECT (SELECT person_source_value FROM person) + 1",
    ],
)
def test_an_error_never_quotes_a_value(engine: DuckDBEngine, sql: str) -> None:
    with pytest.raises(EngineError) as caught:
        engine.fetch(query(sql))
    error: BaseException | None = caught.value
    assert error is not None
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert "Dupont" not in str(error)


def test_a_malformed_query_says_what_is_wrong(engine: DuckDBEngine) -> None:
    with pytest.raises(EngineError, match="no_such_column"):
        engine.fetch(query("SELECT no_such_column FROM person"))


def test_a_running_query_is_stopped_from_another_thread(engine: DuckDBEngine) -> None:
    timer = threading.Timer(0.2, engine.interrupt)
    timer.start()
    with pytest.raises(QueryInterruptedError) as caught:
        engine.fetch(ENDLESS)
    timer.join()
    assert caught.value.kind is Kind.LIMIT
    assert engine.fetch(query("SELECT count(*) FROM person")) == [(3,)]


def test_too_much_memory_stops_the_query_and_says_what_to_do(engine: DuckDBEngine) -> None:
    big = query("SELECT a.x, hash(a.x) AS h FROM GENERATE_SERIES(1, 50000000) AS a(x)")
    with pytest.raises(QueryInterruptedError) as caught:
        engine.create_temp("big", big)
    assert caught.value.remedy
    assert engine.fetch(query("SELECT count(*) FROM person")) == [(3,)]


def test_the_session_reaches_no_other_file_and_keeps_its_settings(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n", encoding="utf-8")
    for sql in (
        f"SELECT * FROM read_csv('{tmp_path / 'other.csv'}')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "SET threads = 2",
        "SET enable_external_access = true",
        "CREATE TABLE warehouse.main.mine (a INTEGER)",
        "DELETE FROM person",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            engine._connection.execute(sql)


def test_a_variable_of_the_program_is_no_table(engine: DuckDBEngine) -> None:
    rows = {"a": [1]}
    assert rows
    with pytest.raises(QueryRefusedError):
        engine.fetch(select("*").from_("rows"))
    with pytest.raises(duckdb.Error):
        engine._connection.execute("SELECT * FROM rows")


def test_a_wrong_setting_is_named(warehouse: Path) -> None:
    with pytest.raises(EngineError, match="memory_limit"):
        open_warehouse(warehouse, memory_limit="beaucoup")


def test_closing_removes_the_scratch_folder(warehouse: Path) -> None:
    engine = open_warehouse(warehouse)
    assert engine._scratch.is_dir()
    engine.close()
    assert not engine._scratch.exists()
