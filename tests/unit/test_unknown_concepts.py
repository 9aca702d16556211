"""A cohort whose codes a warehouse does not know: told, and never a silent zero."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from maillage.cli.main import run
from maillage.cohort import parse_expression
from maillage.cohort.errors import ConceptsUnknownError
from maillage.cohort.known import check_known
from maillage.warehouse.engines.open import open_engine
from tests.support.circe import cohort, concept_set, concepts, observed
from tests.support.in_place import make_place, write_objections
from tests.support.omop import Rows, load_tables
from tests.support.postgres import READER, load_schema, shared_cluster

KNOWN, UNKNOWN = 201826, 4_000_000


def diabetes(*sets: int) -> dict[str, Any]:
    """A cohort of the first set, whose other sets are each the criterion of a rule's group."""
    criteria = [{"ConditionOccurrence": {"CodesetId": rank}} for rank in range(len(sets))]
    lists = [concept_set(rank, concept) for rank, concept in enumerate(sets)]
    return cohort(*criteria, ConceptSets=lists)


def tables(*known: int) -> dict[str, Rows]:
    rows = [{"person_id": 1, "condition_concept_id": KNOWN, "condition_start_date": "2020-03-01"}]
    vocabulary = {"concept": concepts(*known)} if known else {}
    return {**observed(1, 2), "condition_occurrence": rows, **vocabulary}


def ask(folder: Path, where: Sequence[str], *sets: int) -> int:
    (folder / "diabete.json").write_text(json.dumps(diabetes(*sets)))
    out = ["--out", str(folder / "rows.parquet")]
    return run(["cohort", "run", str(folder / "diabete.json"), *where, *out])


@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_without_a_vocabulary_a_cohort_is_an_error(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = load_tables(tmp_path, tables())
    where = ["--warehouse", str(warehouse)]
    if kind == "postgres":
        cluster = shared_cluster().with_own_database()
        load_schema(cluster, "cdm", warehouse)
        objections = ["--objections", str(write_objections(tmp_path)), "--schema", "cdm"]
        where = ["--engine", "postgres", "--warehouse", cluster.dsn(READER), *objections]
    assert ask(tmp_path, where, KNOWN) == 5
    told = capsys.readouterr().err
    assert "concept est vide" in told
    assert ("--vocabulary-schema" if kind == "postgres" else "vocabulary apply") in told
    assert not (tmp_path / "rows.parquet").exists()


def test_a_cohort_that_names_no_code_needs_no_vocabulary(tmp_path: Path) -> None:
    warehouse = load_tables(tmp_path, tables())
    (tmp_path / "all.json").write_text(json.dumps(cohort({"ConditionOccurrence": {}})))
    out = ["--out", str(tmp_path / "rows.parquet")]
    assert run(["cohort", "run", str(tmp_path / "all.json"), "--warehouse", str(warehouse), *out]) == 0


def test_a_set_that_is_unknown_here_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--warehouse", str(load_tables(tmp_path, tables(KNOWN)))]
    assert ask(tmp_path, where, KNOWN) == 0
    assert "Attention" not in capsys.readouterr().err
    assert ask(tmp_path, where, KNOWN, UNKNOWN) == 0
    told = capsys.readouterr().err
    assert "diabete" in told
    assert str(UNKNOWN) in told
    assert str(KNOWN) not in told


def test_a_node_answers_only_a_cohort_of_which_it_knows_a_code(tmp_path: Path) -> None:
    place = make_place("duckdb", tmp_path, load_tables(tmp_path, tables(KNOWN)))
    engine = open_engine(place)
    try:
        both = check_known(parse_expression(json.dumps(diabetes(KNOWN, UNKNOWN)).encode()), engine=engine)
        assert [one.concepts for one in both] == [(UNKNOWN,)]
        with pytest.raises(ConceptsUnknownError, match=str(UNKNOWN)):
            check_known(parse_expression(json.dumps(diabetes(UNKNOWN)).encode()), engine=engine)
    finally:
        engine.close()
