"""Many cohorts at once: what is shared changes no row, and stays within bounds."""

import gc
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.cohort import CohortError, parse_expression, shared_scans
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile import CodesetTable, compile_cohort
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.shared_scans import scans_of, share_scans
from maillage.warehouse.engines.base import Engine
from tests.support.circe import cohort, concept_set, concepts, observed
from tests.support.omop import open_tables

CODED = {"ConditionOccurrence": {"CodesetId": 0}}
SETS = {"one": (1,), "two": (2,), "both": (1, 2), "none": (3,)}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Three persons with the concept 1, one of them with the concept 2 too."""
    rows = [
        {
            "person_id": person,
            "condition_occurrence_id": 10 * person + concept,
            "condition_start_date": f"2020-0{concept}-01",
            "condition_concept_id": concept,
            "condition_source_concept_id": 4,
        }
        for person, concept in ((1, 1), (2, 1), (3, 1), (3, 2))
    ]
    tables = {**observed(1, 2, 3), "condition_occurrence": rows, "concept": concepts(1, 2, 3, 4)}
    return open_tables(tmp_path, tables)


def definitions() -> dict[str, dict[str, Any]]:
    found = {name: cohort(CODED, ConceptSets=[concept_set(0, *ids)]) for name, ids in SETS.items()}
    source = {"ConditionOccurrence": {"CodesetId": 0, "ConditionSourceConcept": 1}}
    found["by two codes"] = cohort(source, ConceptSets=[concept_set(0, 2), concept_set(1, 4)])
    return found


def persons_by_cohort(engine: Engine, folder: Path) -> Mapping[str, list[int]]:
    expressions = {name: parse_expression(body) for name, body in definitions().items()}
    run_cohorts(expressions, engine=engine, to=folder / "rows.parquet")
    persons = "list(DISTINCT subject_id ORDER BY subject_id)"
    query = f"SELECT cohort, {persons} FROM '{folder}/rows.parquet' GROUP BY 1"
    with duckdb.connect() as connection:
        return dict(connection.execute(query).fetchall())


EXPECTED = {"one": [1, 2, 3], "two": [3], "both": [1, 2, 3], "by two codes": [3]}


@pytest.mark.parametrize(("of_a_set", "in_all"), [(100_000, 10_000_000), (1, 10), (100, 1), (0, 0)])
def test_sharing_more_or_less_finds_the_same(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_a_set: int, in_all: int
) -> None:
    monkeypatch.setattr(shared_scans, "MOST_ROWS_OF_A_SET", of_a_set)
    monkeypatch.setattr(shared_scans, "MOST_ROWS", in_all)
    assert persons_by_cohort(engine, tmp_path) == EXPECTED


def test_large_sets_are_not_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_scans, "MOST_ROWS_OF_A_SET", 3)
    sets = {
        rank: parse_expression(cohort(CODED, ConceptSets=[concept_set(0, *ids)]))
        for rank, ids in enumerate(SETS.values())
    }
    engine.create_temp(
        "sets",
        resolve_codesets({rank: one.concept_sets[0].items for rank, one in sets.items()}, distinct=True),
    )
    plans = [
        compile_cohort(one, thin_copies=engine.thin_copies, codesets=CodesetTable("sets", {0: rank}))
        for rank, one in sets.items()
    ]
    shared = share_scans(scans_of(plans), codesets="sets", prefix="a_", engine=engine)
    assert sorted(scan.codeset_id for scan in shared.answered) == [0, 1, 3]
    assert [engine.create_temp(name, query) for name, query in shared.statements] == [4]
    assert [scan.codeset_id for scan in shared.empty] == [3]


def test_a_long_concept_set_finds_what_a_short_one_does(engine: Engine) -> None:
    padding = range(1_000_001, 1_000_101)
    sets = {number: concept_set(number, *SETS[name]) for number, name in enumerate(SETS)}
    short = cohort(CODED, ConceptSets=[*sets.values()])
    long = cohort(CODED, ConceptSets=[*sets.values(), concept_set(9, *padding)])
    found = [
        sorted(
            engine.fetch(resolve_codesets({one.id: one.items for one in parse_expression(body).concept_sets}))
        )
        for body in (short, long)
    ]
    assert found[0] == [(0, 1), (1, 2), (2, 1), (2, 2), (3, 3)]
    assert found[1] == found[0]


@pytest.mark.parametrize("wrong", [False, True])
def test_the_garbage_collector_works_again_after_a_batch(engine: Engine, tmp_path: Path, wrong: bool) -> None:
    absent = cohort({"ConditionOccurrence": {"CodesetId": 5}}, ConceptSets=[concept_set(0, 1)])
    body = absent if wrong else cohort(CODED, ConceptSets=[concept_set(0, 1)])
    with pytest.raises(CohortError) if wrong else nullcontext():
        run_cohorts({"one": parse_expression(body)}, engine=engine, to=tmp_path / "rows.parquet")
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
