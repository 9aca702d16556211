"""How rows are laid down: in order, nothing written for nothing, lines named as an editor counts them."""

from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.build import thin
from maillage.warehouse.build.insert import are_ordered
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.build.stored import filled_columns, stored_columns
from maillage.warehouse.errors import SourceError
from maillage.warehouse.file import open_file
from maillage.warehouse.layout import THIN_COPIES
from tests.support.omop import fill_row, people, write_folder, write_parquet


@pytest.mark.parametrize(
    ("rows", "ordered"),
    [
        ("(1, 1), (1, 1), (1, 2), (2, 1)", True),
        ("(1, 1)", True),
        ("(1, 2), (1, 1)", False),
        ("(2, 1), (1, 2)", False),
        ("(1, 1), (NULL, 2)", False),
        ("(1, NULL)", False),
    ],
)
def test_rows_in_order_are_known_from_those_that_are_not(rows: str, ordered: bool) -> None:
    with duckdb.connect() as connection:
        relation = connection.sql(f"SELECT * FROM (VALUES {rows}) AS t(a, b)")
        assert are_ordered(relation, ("a", "b")) is ordered


def _observations(folder: Path, *, order: str) -> Path:
    folder.mkdir()
    write_parquet(
        folder / "person.parquet",
        "SELECT range AS person_id, 0 AS gender_concept_id, 1950 AS year_of_birth, 0 AS race_concept_id, "
        "0 AS ethnicity_concept_id FROM range(50)",
    )
    write_parquet(
        folder / "observation.parquet",
        "SELECT i AS observation_id, i * 7919 % 50 AS person_id, i * 31 % 13 AS observation_concept_id, "
        "DATE '2020-01-01' + CAST(i % 400 AS INTEGER) AS observation_date, 0 AS observation_type_concept_id, "
        "CAST(NULL AS BIGINT) AS provider_id, "
        "concat(md5('a' || i), md5('b' || i), md5('c' || i), md5('d' || i)) AS value_as_string, "
        f"CAST(NULL AS VARCHAR) AS unit_source_value FROM range(20000) AS numbers(i) ORDER BY {order}",
    )
    return folder


@pytest.mark.parametrize("order", ["i", "person_id, observation_date"])
@pytest.mark.parametrize("rows_a_sort", [10**9, 3000])
def test_both_layouts_are_in_order_whatever_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str, rows_a_sort: int
) -> None:
    monkeypatch.setattr(thin, "_ROWS_A_SORT", rows_a_sort)
    load_omop(_observations(tmp_path / "omop", order=order), target=tmp_path / "w.duckdb")
    with open_file(tmp_path / "w.duckdb") as connection:
        rows = connection.table("observation").project("person_id, observation_date").fetchall()
        thin_rows = connection.table("observation_by_concept").project("concept_id, person_id, start_date")
        assert len(rows) == 20_000
        assert rows == sorted(rows)
        assert thin_rows.fetchall() == sorted(thin_rows.fetchall())
        assert len(thin_rows.fetchall()) == 20_000


def test_columns_that_no_source_fills_read_as_null_and_are_not_stored(tmp_path: Path) -> None:
    load_omop(_observations(tmp_path / "omop", order="i"), target=tmp_path / "w.duckdb")
    with open_file(tmp_path / "w.duckdb") as connection:
        stored = stored_columns(connection, "main.observation")
        assert {"observation_id", "person_id", "value_as_string"} <= set(stored)
        assert {"provider_id", "unit_source_value", "qualifier_concept_id"}.isdisjoint(stored)
        observation = connection.table("observation")
        assert observation.filter("provider_id IS NULL AND unit_source_value IS NULL").shape[0] == 20_000
        assert [str(kind) for kind in observation.project("provider_id, unit_source_value").types] == [
            "BIGINT",
            "VARCHAR",
        ]
        copy = connection.table("observation_by_concept")
        assert copy.columns == [*THIN_COPIES["observation"].columns.values()]
        assert copy.filter("value_as_concept_id IS NULL").shape[0] == 20_000


def test_the_columns_that_are_filled_are_told_by_the_file(tmp_path: Path) -> None:
    query = "SELECT CAST(NULL AS BIGINT) AS empty, 7 AS Full, NULLIF(range, 3) AS some FROM range(9)"
    other = "SELECT 1 AS empty, CAST(NULL AS BIGINT) AS some FROM range(9)"
    paths = [write_parquet(tmp_path / f"{rank}.parquet", one) for rank, one in enumerate((query, other))]
    with duckdb.connect() as connection:
        assert filled_columns(connection, paths[:1]) == {"full", "some"}
        assert filled_columns(connection, paths) == {"empty", "full", "some"}


def test_blank_lines_and_texts_over_lines_do_not_shift_the_line_that_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "omop", {"person": people(1)})
    columns = [*fill_row("person", people(1)[0]), "person_source_value"]
    sound = '{},0,1950,0,0,"a\n\nb"'
    text = "\n".join([",".join(columns), sound.format(1), "", sound.format(2), "", "", "3,0,19x0,0,0,z", ""])
    (folder / "person.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"person\.csv, ligne 11, colonne"):
        load_omop(folder, target=tmp_path / "w.duckdb")
    (folder / "person.csv").write_text(text.replace("3,0,19x0", "3,0"), encoding="utf-8")
    with pytest.raises(SourceError, match=r"person\.csv, ligne 11 "):
        load_omop(folder, target=tmp_path / "w.duckdb")


def test_a_column_name_that_is_no_text_is_a_broken_file(tmp_path: Path) -> None:
    folder = tmp_path / "omop"
    folder.mkdir()
    path = write_parquet(folder / "person.parquet", "SELECT 1 AS person_id, 2 AS zzzzzz FROM range(3)")
    path.write_bytes(path.read_bytes().replace(b"zzzzzz", b"zz\xffzzz"))
    with pytest.raises(SourceError, match=r"person\.parquet"):
        load_omop(folder, target=tmp_path / "w.duckdb")
