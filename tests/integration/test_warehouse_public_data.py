"""The public data sets: every row of every table is in the warehouse, unchanged, and in its thin copy."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.layout import THIN_COPIES
from maillage.warehouse.schema import TABLES

SETS = ("gibleed", "mimic_demo", "combined", "fuzz")


@pytest.fixture(scope="module", params=SETS)
def loaded(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """The source's folder, and a connection that sees the warehouse and may read the source."""
    folder = shared_data / "omop" / request.param
    target = tmp_path_factory.mktemp("public") / "w.duckdb"
    load_omop(folder, target=target)
    with duckdb.connect(str(target), read_only=True) as connection:
        yield folder, connection


def test_no_row_is_lost_added_or_changed(loaded: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    folder, connection = loaded
    for path in folder.glob("*.parquet"):
        if path.stem == "concept_ancestor":
            continue
        names = connection.from_parquet(str(path)).columns
        assert set(names) <= set(TABLES[path.stem].column_names)
        source = fingerprint(connection.from_parquet(str(path)), names, connection.table(path.stem))
        assert fingerprint(connection.table(path.stem), names, connection.table(path.stem)) == source, (
            path.stem
        )


def fingerprint(
    rows: duckdb.DuckDBPyRelation, names: list[str], like: duckdb.DuckDBPyRelation
) -> list[tuple[object, ...]]:
    """Count and order-free hash of rows, cast to the types of another relation."""
    types = dict(zip(like.columns, like.types, strict=True))
    values = ", ".join(f'CAST("{name}" AS {types[name]}) AS "{name}"' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return rows.project(values).aggregate(f"count(*), sum(hash({columns})::HUGEINT)").fetchall()


def test_thin_copies_hold_the_same_rows(loaded: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    _, connection = loaded
    for table, copy in THIN_COPIES.items():
        fat = connection.table(table).aggregate(f"count(*), sum(hash({', '.join(copy.columns)})::HUGEINT)")
        thin = connection.table(copy.table).aggregate(
            f"count(*), sum(hash({', '.join(copy.columns.values())})::HUGEINT)"
        )
        assert thin.fetchall() == fat.fetchall(), table


def test_signed_64_bit_ids_are_exact(loaded: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    folder, connection = loaded
    source = connection.from_parquet(str(folder / "person.parquet"))
    measures = "min(person_id), max(person_id), count(DISTINCT person_id)"
    assert connection.table("person").aggregate(measures).fetchall() == source.aggregate(measures).fetchall()
    if folder.name == "mimic_demo":
        assert connection.table("person").filter("abs(person_id) > 9007199254740992").limit(1).fetchall()


def test_every_concept_is_its_own_descendant_once(loaded: tuple[Path, duckdb.DuckDBPyConnection]) -> None:
    _, connection = loaded
    own = connection.table("concept_ancestor").filter("ancestor_concept_id = descendant_concept_id")
    concepts = connection.table("concept").project("concept_id")
    assert not concepts.except_(own.project("ancestor_concept_id")).fetchall()
    assert own.aggregate("count(*) - count(DISTINCT ancestor_concept_id)").fetchall() == [(0,)]
