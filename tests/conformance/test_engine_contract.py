"""What every engine owes besides answers: objections left out, tables kept, errors without values, a stop."""

import threading
import time
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp, parse_one, select

from maillage.warehouse.engines.base import Engine
from maillage.warehouse.errors import EngineError, QueryInterruptedError, QueryRefusedError
from tests.conformance.conftest import SECRET

PERSON = select("person_id").from_("person")


def query(sql: str) -> exp.Query:
    tree = parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Query)
    return tree


def test_who_objected_is_in_no_table(engine: Engine) -> None:
    assert sorted(engine.fetch(PERSON.copy())) == [(1,), (2,), (3,)]
    for table in ("condition_occurrence", "note"):
        found = engine.fetch(select("person_id").from_(table))
        assert found
        assert (4,) not in found
    assert engine.fetch(select("note_id").from_("note_nlp")) == [(1,)]


def test_an_absent_table_is_empty_and_every_column_is_there(engine: Engine) -> None:
    assert engine.fetch(query("SELECT death_date, cause_concept_id FROM death")) == []
    assert engine.fetch(query("SELECT max(visit_occurrence_id) FROM condition_occurrence")) == [(None,)]


def test_it_tells_the_vocabulary_and_is_not_outdated(engine: Engine) -> None:
    assert engine.vocabulary_version == "v5.0 22-JUN-22"
    assert not engine.is_outdated()


def test_a_temporary_table_can_be_asked_joined_and_forgotten(engine: Engine) -> None:
    engine.create_temp("mine", query("SELECT person_id, 1 AS one FROM person WHERE person_id > 1"))
    joined = query(
        "SELECT count(*) FROM mine AS m JOIN condition_occurrence AS c ON c.person_id = m.person_id"
    )
    assert engine.fetch(joined) == [(2,)]
    engine.drop_temp("mine")
    engine.drop_temp("mine")
    with pytest.raises(QueryRefusedError):
        engine.fetch(joined)


def test_its_sessions_see_the_same_tables_and_persons(engine: Engine) -> None:
    sessions = engine.spread()
    assert sessions[0] is engine
    sessions[-1].create_temp("made_by_the_last", PERSON.copy())
    for session in sessions:
        assert sorted(session.fetch(PERSON.copy())) == [(1,), (2,), (3,)]
        assert sorted(session.fetch(query("SELECT person_id FROM made_by_the_last"))) == [(1,), (2,), (3,)]
    engine.drop_temp("made_by_the_last")
    with pytest.raises(QueryRefusedError):
        sessions[-1].fetch(query("SELECT person_id FROM made_by_the_last"))


def test_a_temporary_table_cannot_stand_before_a_table_of_the_model(engine: Engine) -> None:
    with pytest.raises(EngineError, match="person"):
        engine.create_temp("person", query("SELECT 1 AS person_id"))
    assert len(engine.fetch(PERSON.copy())) == 3


def test_parquet_holds_the_same_rows_and_types(engine: Engine, tmp_path: Path) -> None:
    engine.write_parquet(
        query(
            "SELECT 'a' AS label, person_id, condition_start_date AS day, CAST(NULL AS DATE) AS nothing"
            " FROM condition_occurrence"
        ),
        tmp_path / "rows.parquet",
    )
    with duckdb.connect() as reader:
        rows = reader.from_parquet(str(tmp_path / "rows.parquet"))
        assert list(map(str, rows.types)) == ["VARCHAR", "BIGINT", "DATE", "DATE"]
        assert sorted(row[1] for row in rows.fetchall()) == [1, 2, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT CAST(person_source_value AS BIGINT) + 1 AS x FROM person",
        "SELECT CAST(person_source_value AS DATE) AS x FROM person",
    ],
)
def test_an_error_never_quotes_a_value(engine: Engine, sql: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EngineError) as caught:
        engine.fetch(query(sql))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    printed = capfd.readouterr()
    for told in (str(caught.value), printed.out, printed.err):
        assert SECRET not in told
        assert "Dupont" not in told
    assert len(engine.fetch(PERSON.copy())) == 3


def test_a_failed_table_leaves_the_session_usable(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine.create_temp("broken", query("SELECT CAST(person_source_value AS BIGINT) + 1 AS x FROM person"))
    engine.drop_temp("broken")
    engine.create_temp("broken", query("SELECT 1 AS x"))
    assert engine.fetch(query("SELECT x FROM broken")) == [(1,)]
    engine.drop_temp("broken")


def test_a_malformed_query_says_what_is_wrong(engine: Engine) -> None:
    with pytest.raises(EngineError, match="no_such_column"):
        engine.fetch(query("SELECT no_such_column FROM person"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM maillage_objection",
        "SELECT * FROM maillage_raw_person",
        "SELECT * FROM maillage_withheld.person",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM pg_class",
        "SELECT * FROM cdm.person",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "WITH x AS (SELECT * FROM pg_user) SELECT * FROM x",
        "SELECT (SELECT count(*) FROM other) FROM person",
    ],
)
def test_no_query_names_what_lies_beside_the_model(engine: Engine, sql: str) -> None:
    with pytest.raises(QueryRefusedError):
        engine.fetch(query(sql))


def test_a_running_query_is_stopped_from_another_thread(engine: Engine) -> None:
    # A task of Spark heeds no order while it multiplies rows: in the Spark that all tests share it must end
    # by itself. That a closed engine leaves no task behind: tests/integration/test_spark_stopping.py.
    values = ", ".join(map(str, range(40 if engine.dialect == "spark" else 200)))
    many = " CROSS JOIN ".join(f"(SELECT EXPLODE(ARRAY({values})) AS x) AS t{n}" for n in range(5))
    endless = parse_one(f"SELECT sum(t0.x + t1.x + t2.x + t3.x * t4.x) AS s FROM {many}", dialect="spark")
    assert isinstance(endless, exp.Query)
    done = threading.Event()

    def stop() -> None:
        # Again and again: an order that comes before the query has begun stops nothing.
        while not done.wait(1):
            engine.interrupt()

    stopper = threading.Thread(target=stop)
    stopper.start()
    started = time.monotonic()
    try:
        with pytest.raises(QueryInterruptedError):
            engine.fetch(endless)
    finally:
        done.set()
        stopper.join()
    assert time.monotonic() - started < 120
    assert len(engine.fetch(PERSON.copy())) == 3
