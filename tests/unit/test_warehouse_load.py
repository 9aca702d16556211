"""Loading: what is read, what is refused and how it is told."""

import gzip
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from sqlglot import exp, parse_one

from maillage.base.clock import utc_now
from maillage.base.errors import MaillageError
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.build.tables import write_parts, write_warehouse
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.errors import SourceError, WarehouseWriteError
from maillage.warehouse.info import read_info
from tests.support.omop import fill_row, load_tables, people, write_csv, write_folder, write_parquet

BIG = -9066461348708750663


def ask(warehouse: Path, sql: str) -> list[tuple[object, ...]]:
    query = parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    with open_warehouse(warehouse) as engine:
        return engine.fetch(query)


@pytest.mark.parametrize(
    ("name", "delimiter"), [("PERSON.CSV", ","), ("person.csv", "\t"), ("Person.csv", ";")]
)
def test_names_in_any_case_and_three_delimiters(tmp_path: Path, name: str, delimiter: str) -> None:
    rows = [{key.upper(): value for key, value in fill_row("person", row).items()} for row in people(BIG, 2)]
    write_csv(tmp_path / name, rows, delimiter=delimiter)
    load_omop(tmp_path, target=tmp_path / "w.duckdb")
    assert ask(tmp_path / "w.duckdb", "SELECT person_id FROM person ORDER BY 1") == [(BIG,), (2,)]


def test_compressed_csv_with_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    write_folder(tmp_path, {"person": people(1)})
    plain = tmp_path / "person.csv"
    text = "\ufeff" + plain.read_text(encoding="utf-8").replace("\n", "\r\n")
    (tmp_path / "person.csv.gz").write_bytes(gzip.compress(text.encode()))
    plain.unlink()
    assert load_omop(tmp_path, target=tmp_path / "w.duckdb").persons == 1


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "export [2026] *", {"person": people(1)})
    assert load_omop(folder, target=tmp_path / "w.duckdb").persons == 1


PERIODS = (
    "SELECT person_id, observation_period_start_date, observation_period_end_date FROM observation_period"
)


def test_who_has_events_is_observed_where_no_table_says_when(tmp_path: Path) -> None:
    """Who is never observed is in no cohort, whatever they have."""
    events = [
        {"condition_occurrence_id": number, "person_id": 1, "condition_start_date": day}
        for number, day in enumerate(("2020-01-05", "2021-03-01"), start=1)
    ]
    write_folder(tmp_path, {"person": people(1, 2), "condition_occurrence": events})
    load_omop(tmp_path, target=tmp_path / "w.duckdb")
    assert ask(tmp_path / "w.duckdb", PERIODS) == [(1, date(2020, 1, 5), date(2021, 3, 1))]


def test_a_date_that_cannot_be_opens_and_closes_no_period(tmp_path: Path) -> None:
    """Person 1 has each error once, 2 nothing but errors, 3 is in hospital still: 9999 is no day."""
    days = [
        (1, "0001-01-01", "0001-01-01"),
        (1, "1949-12-31", "1949-12-31"),
        (1, "2020-01-05", "2020-01-06"),
        (1, "9999-12-31", "9999-12-31"),
        (2, "1900-01-01", "1900-01-01"),
        (3, "2021-03-01", "9999-12-31"),
    ]
    stays = [
        {"visit_occurrence_id": number, "person_id": person, "visit_start_date": start, "visit_end_date": end}
        for number, (person, start, end) in enumerate(days, start=1)
    ]
    write_folder(tmp_path, {"person": people(1, 2, 3), "visit_occurrence": stays})
    load_omop(tmp_path, target=tmp_path / "w.duckdb")
    assert ask(tmp_path / "w.duckdb", PERIODS) == [
        (1, date(2020, 1, 5), date(2020, 1, 6)),
        (3, date(2021, 3, 1), utc_now().date()),
    ]


def test_absent_tables_are_empty_and_the_report_tells_what_was_not_read(tmp_path: Path) -> None:
    write_folder(tmp_path, {"person": [dict(row, shoe_size=42) for row in people(1)]})
    (tmp_path / "notes.txt").write_text("…", encoding="utf-8")
    report = load_omop(tmp_path, target=tmp_path / "w.duckdb", source_name="CHU")
    person = next(table for table in report.tables if table.name == "person")
    assert person.unknown_columns == ("shoe_size",)
    assert "birth_datetime" in person.absent_columns
    assert person.origins == ("person.csv",)
    assert report.ignored_files == ("notes.txt",)
    assert (report.persons, report.withheld, report.rows) == (1, 0, 1)
    assert read_info(tmp_path / "w.duckdb").source_name == "CHU"
    assert ask(tmp_path / "w.duckdb", "SELECT count(*) FROM drug_exposure_by_concept") == [(0,)]


def test_nulls_in_required_columns_are_counted_not_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"person": [dict(people(1)[0], race_concept_id="")]})
    report = load_omop(tmp_path, target=tmp_path / "w.duckdb")
    assert next(table for table in report.tables if table.name == "person").null_required == (
        ("race_concept_id", 1),
    )


def test_a_missing_required_column_names_file_column_and_remedy(tmp_path: Path) -> None:
    write_csv(tmp_path / "person.csv", [{"person_id": 1, "gender_concept_id": 0, "race_concept_id": 0}])
    with pytest.raises(SourceError) as caught:
        load_omop(tmp_path, target=tmp_path / "w.duckdb")
    assert "person.csv" in caught.value.what
    assert "year_of_birth, ethnicity_concept_id" in caught.value.what
    assert caught.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["person.csv"]


@pytest.mark.parametrize(
    ("column", "value", "line"),
    [
        ("person_id", "12.5", 3),
        ("person_id", "99999999999999999999", 3),
        ("year_of_birth", "mille neuf cent", 3),
        ("birth_datetime", "31/12/1950", 3),
    ],
)
def test_a_value_of_the_wrong_type_names_line_and_column_only(
    tmp_path: Path, column: str, value: str, line: int
) -> None:
    rows = [dict(row, birth_datetime="1950-01-01") for row in people(1, 2, 3)]
    rows[1] = {**rows[1], column: value}
    write_folder(tmp_path, {"person": rows})
    with pytest.raises(SourceError) as caught:
        load_omop(tmp_path, target=tmp_path / "w.duckdb")
    assert f"person.csv, ligne {line}, colonne {column}" in caught.value.what
    assert value not in str(caught.value)
    assert caught.value.__cause__ is None
    assert not (tmp_path / "w.duckdb").exists()


def test_lines_are_counted_through_texts_that_span_several(tmp_path: Path) -> None:
    rows = [dict(row, person_source_value="one\ntwo\nthree") for row in people(1, 2)]
    write_folder(tmp_path, {"person": [*rows, *people(3)]})
    broken = [*rows, dict(people(3)[0], person_source_value="", year_of_birth="?")]
    write_folder(tmp_path, {"person": broken})
    with pytest.raises(SourceError, match="ligne 8, colonne year_of_birth"):
        load_omop(tmp_path, target=tmp_path / "w.duckdb")


def test_a_parquet_value_of_the_wrong_type_is_refused_too(tmp_path: Path) -> None:
    write_parquet(
        tmp_path / "person.parquet",
        "SELECT range AS person_id, 0 AS gender_concept_id, CASE WHEN range = 7 THEN 1950.5 ELSE 1950 END "
        "AS year_of_birth, 0 AS race_concept_id, 0 AS ethnicity_concept_id FROM range(10)",
    )
    with pytest.raises(SourceError, match=r"person\.parquet, ligne 8, colonne year_of_birth"):
        load_omop(tmp_path, target=tmp_path / "w.duckdb")


def test_whole_numbers_written_as_doubles_are_kept(tmp_path: Path) -> None:
    write_parquet(
        tmp_path / "person.parquet",
        "SELECT 1 AS person_id, 0 AS gender_concept_id, 1950::DOUBLE AS year_of_birth, 0 AS race_concept_id, "
        "0 AS ethnicity_concept_id, 'nan'::DOUBLE AS month_of_birth, NULL::INTEGER AS birth_datetime",
    )
    load_omop(tmp_path, target=tmp_path / "w.duckdb")
    found = ask(tmp_path / "w.duckdb", "SELECT year_of_birth, month_of_birth, birth_datetime FROM person")
    assert found == [(1950, None, None)]


def test_one_person_on_two_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="person"):
        load_tables(tmp_path, {"person": people(1, 1)})


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"person": people(1)})
    (tmp_path / "Person.csv.gz").write_bytes(b"")
    with pytest.raises(SourceError, match=r"Person\.csv\.gz"):
        load_omop(tmp_path, target=tmp_path / "w.duckdb")


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("person_id,PERSON_ID\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="person_id"):
        load_omop(tmp_path, target=tmp_path / "w.duckdb")


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_a_folder_without_persons_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=name):
        load_omop(tmp_path / name, target=tmp_path / "w.duckdb")


def test_a_target_in_no_folder_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"person": people(1)})
    with pytest.raises(WarehouseWriteError, match="absent"):
        load_omop(tmp_path, target=tmp_path / "absent" / "w.duckdb")


def test_athena_files_keep_bare_quotation_marks_and_compact_dates(tmp_path: Path) -> None:
    write_folder(tmp_path, {"person": people(1)})
    names = list(fill_row("concept", {}))
    values = ["7", 'a "bare" name', "d", "v", "c", "7", "19700101", "20991231"]
    (tmp_path / "CONCEPT.csv").write_text(
        "\t".join(names) + "\n" + "\t".join(values) + "\n", encoding="utf-8"
    )
    load_omop(tmp_path, target=tmp_path / "w.duckdb")
    found = ask(tmp_path / "w.duckdb", "SELECT concept_name, CAST(valid_end_date AS TEXT) FROM concept")
    assert found == [('a "bare" name', "2099-12-31")]


def test_every_concept_is_its_own_descendant(tmp_path: Path) -> None:
    tables = {
        "person": people(1),
        "concept": [{"concept_id": one} for one in (5, 6, 7)],
        "concept_ancestor": [
            {"ancestor_concept_id": 5, "descendant_concept_id": 6, "min_levels_of_separation": 1},
            {"ancestor_concept_id": 5, "descendant_concept_id": 5},
        ],
    }
    report = load_omop(write_folder(tmp_path, tables), target=tmp_path / "w.duckdb")
    assert report.self_ancestors == 2
    pairs = ask(
        tmp_path / "w.duckdb",
        "SELECT ancestor_concept_id, descendant_concept_id FROM concept_ancestor ORDER BY ALL",
    )
    assert pairs == [(5, 5), (5, 6), (6, 6), (7, 7)]


def test_tables_are_in_person_order_and_thin_copies_in_concept_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    n = 5000
    measurements = {
        "measurement_id": np.arange(n),
        "person_id": rng.integers(0, 50, n),
        "measurement_concept_id": rng.integers(0, 9, n),
        "measurement_date": np.datetime64("2020-01-01", "D") + rng.integers(0, 900, n),
        "measurement_type_concept_id": np.zeros(n, dtype=np.int64),
        "value_as_number": np.where(np.arange(n) % 3 == 0, np.nan, np.arange(n) / 7),
    }
    target = tmp_path / "w.duckdb"
    write_warehouse(
        {"person": person_arrays(50), "measurement": measurements},
        target=target,
        source_name="essai",
        objections=np.array([], dtype=np.int64),
    )
    fat = ask(target, "SELECT person_id, measurement_date FROM measurement")
    assert fat == sorted(fat)
    thin = ask(target, "SELECT concept_id, person_id, start_date FROM measurement_by_concept")
    assert len(thin) == n
    assert thin == sorted(thin)
    same = (
        "SELECT measurement_concept_id, person_id, measurement_id, measurement_date, value_as_number, "
        "value_as_concept_id, unit_concept_id, visit_occurrence_id FROM measurement EXCEPT ALL "
        "SELECT concept_id, person_id, event_id, start_date, value_as_number, value_as_concept_id, "
        "unit_concept_id, visit_occurrence_id FROM measurement_by_concept"
    )
    assert ask(target, same) == []


def person_arrays(count: int, first: int = 0) -> dict[str, np.ndarray]:
    zeros = np.zeros(count, dtype=np.int64)
    return {
        "person_id": np.arange(first, first + count),
        "gender_concept_id": zeros,
        "year_of_birth": zeros + 1950,
        "race_concept_id": zeros,
        "ethnicity_concept_id": zeros,
    }


def test_arrays_of_every_kind_are_read(tmp_path: Path) -> None:
    person = person_arrays(2) | {
        "birth_datetime": np.array(["1950-01-01", "NaT"], dtype="datetime64[D]"),
        "person_source_value": np.array(["é", None], dtype=object),
        "gender_source_value": np.array(["F", "MM"]),
        "month_of_birth": np.ma.masked_array([1, 2], mask=[False, True]),
        "race_source_value": np.array(["a", "b"], dtype=np.dtypes.StringDType()),
    }
    target = tmp_path / "w.duckdb"
    write_warehouse({"person": person}, target=target, source_name="essai", objections=np.array([1]))
    columns = "CAST(birth_datetime AS TEXT), person_source_value, gender_source_value, month_of_birth"
    found = ask(target, f"SELECT {columns}, race_source_value FROM person")
    assert found == [("1950-01-01 00:00:00", "é", "F", 1, "a")]
    assert read_info(target).withheld == 1


def test_parts_are_written_one_after_the_other(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    target = tmp_path / "w.duckdb"
    report = write_parts(
        ({"person": person_arrays(10, first=10 * part)} for part in range(3)),
        target=target,
        source_name="essai",
        objections=np.array([3, 99]),
        expected_rows=30,
        progress=lambda *step: told.append(step),
    )
    assert (report.persons, report.withheld) == (29, 1)
    assert ask(target, "SELECT person_id FROM person") == [(one,) for one in range(30) if one != 3]
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert told[-1][1:] == (120, 120)


def test_an_array_for_no_table_of_the_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="persons"):
        write_warehouse(
            {"persons": person_arrays(1)}, target=tmp_path / "w", source_name="", objections=np.array([])
        )


def test_an_array_of_wrong_values_is_refused_without_quoting_them(tmp_path: Path) -> None:
    person = person_arrays(2) | {"year_of_birth": np.array([1950, 1950.75])}
    with pytest.raises(MaillageError, match="year_of_birth") as caught:
        write_warehouse({"person": person}, target=tmp_path / "w", source_name="", objections=np.array([]))
    assert "1950.75" not in str(caught.value)


def test_the_progress_of_a_load_ends_full(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write_folder(tmp_path, {"person": people(1), "measurement": [{"measurement_id": 1, "person_id": 1}]})
    load_omop(tmp_path, target=tmp_path / "w.duckdb", progress=lambda *step: told.append(step))
    assert {"person", "measurement"} <= {step[0] for step in told}
    assert told[-1][1] == told[-1][2] > 0


def test_instants_with_a_zone_are_kept_as_their_clock_in_utc(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        connection.execute(
            "COPY (SELECT 1 AS person_id, 0 AS gender_concept_id, 1950 AS year_of_birth, "
            "0 AS race_concept_id, 0 AS ethnicity_concept_id, "
            "TIMESTAMPTZ '1950-06-01 12:00:00+02' AS birth_datetime) "
            f"TO '{tmp_path / 'person.parquet'}' (FORMAT parquet)"
        )
    load_omop(tmp_path, target=tmp_path / "w.duckdb")
    found = ask(tmp_path / "w.duckdb", "SELECT CAST(birth_datetime AS TEXT) FROM person")
    assert found == [("1950-06-01 10:00:00",)]
