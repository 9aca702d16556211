"""S6 on a base that is read in place: who objected, and what else lies in the base, on each such engine."""

import dataclasses
import os
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from sqlglot import exp, parse_one

from maillage.analysis.count.local import run
from maillage.analysis.count.spec import CountParameters
from maillage.cohort import parse_expression
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.warehouse.engines import postgres_session, spark_session
from maillage.warehouse.engines.base import Engine, Persons
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.errors import EngineError, SourceError, WarehouseError
from maillage.warehouse.place import Place, PostgresPlace
from tests.redteam.test_s03_nothing_of_a_patient import PERSON, VISITS, observations, warehouse
from tests.support.in_place import make_place, write_objections
from tests.support.postgres import READER, shared_cluster
from tests.support.spark import QUIETLY

OBJECTED = tuple(PERSON + number for number in range(7))
ANY_FLOOR = DisclosureRules(floor=1, network_floor=1)
IN_PLACE = [
    pytest.param(kind, marks=[pytest.mark.xdist_group(f"conformance-{kind}"), QUIETLY])
    for kind in ("postgres", "spark")
]
HIDDEN = {
    "postgres": [
        "SELECT query_to_xml('SELECT * FROM pg_class', true, true, '') AS x",
        "SELECT table_to_xml('maillage_objection', true, true, '') AS x",
        "SELECT pg_read_file('/etc/passwd') AS x",
        "SELECT current_setting('search_path') AS x",
        "SELECT pg_catalog.pg_sleep(100) AS x",
        "SELECT lo_import('/etc/passwd') AS x",
    ],
    "spark": [
        "SELECT reflect('java.lang.System', 'getenv', 'HOME') AS x",
        "SELECT java_method('java.lang.System', 'exit', '1') AS x",
        "SELECT * FROM parquet.`/etc`",
        "SELECT input_file_name() AS x FROM person",
    ],
}


@pytest.fixture(scope="module", params=IN_PLACE)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Forty patients, of whom seven objected."""
    folder = tmp_path_factory.mktemp("in-place")
    return make_place(request.param, folder, warehouse(folder, 40), *OBJECTED)


@pytest.fixture(scope="module")
def engine(place: Place) -> Generator[Engine]:
    found = open_engine(place)
    yield found
    found.close()


def count(engine: Engine, expression: dict[str, object]) -> dict[str, object]:
    cohort = parse_expression(expression)
    found = run(cohort=cohort, parameters=CountParameters(), engine=engine, gate=ExactGate(ANY_FLOOR))
    return found.content.model_dump(mode="json")


def test_who_objected_is_in_no_cell(engine: Engine) -> None:
    found = count(engine, VISITS)
    assert found["persons"] == {"count": 33}


def test_with_the_list_not_read_who_objected_is_counted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (postgres_session, spark_session):
        monkeypatch.setattr(module, "read_person_ids", lambda path: np.array([], dtype=np.int64))
    found = open_engine(place)
    assert count(found, VISITS)["persons"] == {"count": 40}
    found.close()


@pytest.mark.parametrize(
    "text", ["' OR '1'='1", "\\' OR 1=1 --", "${env:HOME}", "'; DROP TABLE person; --", "\\"]
)
def test_a_text_of_a_cohort_stays_a_text(engine: Engine, text: str) -> None:
    assert count(engine, observations(text))["persons"] == {"suppressed": "below_floor"}
    assert count(engine, observations("D"))["persons"] == {"count": 33}


def test_no_function_reaches_around_the_model(engine: Engine) -> None:
    for sql in HIDDEN[engine.dialect]:
        tree = parse_one(sql, dialect=engine.dialect)
        assert isinstance(tree, exp.Query)
        with pytest.raises(EngineError):
            engine.fetch(tree)


@pytest.mark.parametrize(
    "hidden",
    [
        exp.column(exp.to_identifier("x FROM pg_class --", quoted=False)),
        exp.Literal.number("1 FROM pg_class --"),
        exp.var("1 FROM pg_class --"),
    ],
)
def test_text_hidden_in_the_tree_is_refused(engine: Engine, hidden: exp.Expr) -> None:
    with pytest.raises(EngineError):
        engine.fetch(exp.select(hidden).from_("person"))


def test_without_a_readable_list_nothing_opens(place: Place, tmp_path: Path) -> None:
    assert not hasattr(place, "path")
    broken = tmp_path / "broken.csv"
    broken.write_text("person_id\nDupont\n", encoding="utf-8")
    for objections in (tmp_path / "absent.csv", broken):
        with pytest.raises(SourceError) as caught:
            open_engine(dataclasses.replace(place, objections=objections))  # pyright: ignore[reportCallIssue]
        assert "Dupont" not in str(caught.value)


def test_an_objection_counts_from_the_next_question_on(place: Place, tmp_path: Path) -> None:
    objections = write_objections(tmp_path, *OBJECTED)
    moved = dataclasses.replace(place, objections=objections)  # pyright: ignore[reportCallIssue]
    first = open_engine(moved)
    assert not first.is_outdated()
    later = write_objections(tmp_path / "..", *OBJECTED, PERSON + 8)
    os.utime(later, (time.time() + 5, time.time() + 5))
    later.replace(objections)
    assert first.is_outdated()
    first.close()
    second = open_engine(moved)
    assert count(second, VISITS)["persons"] == {"count": 32}
    second.close()


def test_whom_a_register_names_is_hidden_besides_the_list(place: Place) -> None:
    asked: list[tuple[int, str | None]] = []

    def find(persons: Persons) -> list[int]:
        asked.extend(persons)
        return [PERSON, PERSON + 30, PERSON + 31, 4]

    found = open_engine(place, find_objected=find)
    assert found.fetch(exp.select(exp.Count(this=exp.Star())).from_("visit_occurrence")) == [(31,)]
    found.close()
    assert sorted(asked) == [(PERSON + number, f"NIP-SECRET-{PERSON + number}") for number in range(40)]


@pytest.fixture
def postgres(place: Place) -> PostgresPlace:
    if not isinstance(place, PostgresPlace):
        pytest.skip("about PostgreSQL alone")
    return place


def test_a_role_that_can_write_is_refused(postgres: PostgresPlace) -> None:
    with pytest.raises(EngineError, match="écrire"):
        open_engine(dataclasses.replace(postgres, dsn=shared_cluster().dsn()))
    shared_cluster().run(f"GRANT DELETE ON {postgres.cdm_schema}.person TO {READER}")
    with pytest.raises(EngineError, match="écrire"):
        open_engine(postgres)
    shared_cluster().run(f"REVOKE DELETE ON {postgres.cdm_schema}.person FROM {READER}")
    open_engine(postgres).close()


def test_a_password_is_read_from_a_file_and_told_nowhere(postgres: PostgresPlace, tmp_path: Path) -> None:
    for dsn in (
        "postgresql://lecteur:hunter2@127.0.0.1/base",
        "host=127.0.0.1 password=hunter2",
        "://hunter2",
    ):
        with pytest.raises(WarehouseError) as caught:
            open_engine(dataclasses.replace(postgres, dsn=dsn))
        assert "hunter2" not in str(caught.value)
    secret = tmp_path / "password"
    secret.write_text("hunter2\n", encoding="utf-8")
    open_engine(dataclasses.replace(postgres, password_file=secret)).close()
    with pytest.raises(WarehouseError) as caught:
        open_engine(dataclasses.replace(postgres, password_file=secret, dsn=f"{postgres.dsn} port=9"))
    assert "hunter2" not in str(caught.value)


def test_the_session_writes_nothing(postgres: PostgresPlace) -> None:
    with open_engine(postgres) as engine:  # pyright: ignore[reportGeneralTypeIssues]
        for statement in ("CREATE TABLE x (a INT)", f"DELETE FROM {postgres.cdm_schema}.person"):
            with pytest.raises(Exception, match=r"read-only|permission"):
                engine._connection.execute(statement)
