"""Each thing that a mapping can say of rows and columns, on small files."""

from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.batches.tables import stage_tables
from maillage.warehouse.batches.tables.report import BlockReport
from maillage.warehouse.errors import MappingError, SourceError
from tests.support.omop import write_parquet

CLOCK = ', datetime_formats: ["%d/%m/%Y %H:%M"]'
FRACTION = ', datetime_formats: ["%d/%m/%Y %H:%M:%S.%f"]'
ZONE = ', datetime_formats: ["%Y-%m-%dT%H:%M%z"]'
PERSON = "{ref: person, by: [p]}"


def load(
    folder: Path, text: str, mapping: str, *, source: str = "", tolerate: float = 0.0
) -> tuple[BlockReport, ...]:
    """Stage `a.csv` through a mapping whose `tables` are given."""
    if text:
        (folder / "a.csv").write_text(text, encoding="utf-8")
    whole = f"version: 1\nsources:\n  a: {{file: a.csv{source}}}\n  b: {{file: b.*}}\ntables:\n{mapping}"
    (folder / "m.yaml").write_text(whole, encoding="utf-8")
    (folder / "staged").mkdir()
    return stage_tables(folder / "m.yaml", folder=folder, into=folder / "staged", tolerate=tolerate)


def read(folder: Path, columns: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(folder / "staged" / f"{table}*.parquet"))
        return rows.project(columns).order("ALL").fetchall()


def persons(column: str, value: str) -> str:
    """The block of persons, with one more column."""
    year = "" if column == "year_of_birth" else "      year_of_birth: {constant: 1950}\n"
    return f"  - table: person\n    source: a\n    key: [p]\n    columns:\n{year}      {column}: {value}\n"


def observations(column: str, value: str, *, more: str = "", extra: str = "") -> str:
    return (
        f"  - table: observation\n    source: a\n    key: [p]\n{more}    columns:\n{extra}"
        f"      person_id: {PERSON}\n      observation_date: {{constant: 2020-01-01}}\n"
        f"      {column}: {value}\n"
    )


@pytest.mark.parametrize(
    ("column", "value", "source", "cell", "found"),
    [
        ("gender_concept_id", "{column: v, map: {M: 8507}, otherwise: 0}", "", "M", 8507),
        ("gender_concept_id", "{column: v, map: {M: 8507}, otherwise: 0}", "", "x", 0),
        ("gender_concept_id", "{column: v, map: {M: 8507}, default: 8521}", "", "", 8521),
        ("gender_concept_id", "{column: v, map: {01: 8507, 1: 3}}", "", "01", 8507),
        ("gender_concept_id", "{constant: 8532}", "", "", 8532),
        ("year_of_birth", "{column: v, part: year}", ', date_formats: ["%d/%m/%Y"]', "3/12/1950", 1950),
        ("month_of_birth", "{column: v, part: month, formats: [\"%d.%m.%Y\"]}", "", "03.12.1950", 12),
        ("day_of_birth", "{column: v, part: day}", "", "19501203", 3),
        ("location_id", "{column: v}", "", "12.0", 12),
        ("location_id", "{column: v}", "", " 7 ", 7),
        ("location_id", "{column: v}", ", nulls: [NR]", "NR", None),
        ("person_source_value", "{concat: [p, v], separator: '-'}", "", "x", "1-x"),
        ("person_source_value", "{concat: [p, v], separator: '-'}", "", "", "1"),
        ("person_source_value", "{column: V}", "", "'; DROP TABLE x --", "'; DROP TABLE x --"),
        ("birth_datetime::VARCHAR", "{column: v}", CLOCK, "03/12/1950 07:08", "1950-12-03 07:08:00"),
        ("birth_datetime::VARCHAR", "{column: v}", "", "1950-12-03T07:08:09", "1950-12-03 07:08:09"),
        ("birth_datetime::VARCHAR", "{column: v}", "", "1950-12-03T00:30:00+01:00", "1950-12-03 00:30:00"),
        ("birth_datetime::VARCHAR", "{column: v}", "", "1950-12-03 00:30:00.1230000", "1950-12-03 00:30:00"),
        ("birth_datetime::VARCHAR", "{column: v}", "", "1950-12-03T23:30Z", "1950-12-03 23:30:00"),
        ("birth_datetime::VARCHAR", "{column: v}", "", "1950-12-03", "1950-12-03 00:00:00"),
        ("birth_datetime::VARCHAR", "{column: v}", FRACTION, "03/12/1950 07:08:09.5", "1950-12-03 07:08:09"),
        ("birth_datetime::VARCHAR", "{column: v}", ZONE, "1950-12-03T00:30+0100", "1950-12-03 00:30:00"),
        ("day_of_birth", "{column: v, part: day}", ZONE, "1950-12-03T00:30+01:00", 3),
        ("person_source_value", "{column: v}", "", "\N{NO-BREAK SPACE}x\t", "x"),
    ],
)  # fmt: skip
def test_a_cell_becomes_a_value(
    tmp_path: Path, column: str, value: str, source: str, cell: str, found: object
) -> None:
    (tmp_path / "b.csv").write_text("x\n1\n")
    load(tmp_path, f'P;V\n1;"{cell}"\n', persons(column.partition(":")[0], value), source=source)
    assert read(tmp_path, column, "person") == [(found,)]


@pytest.mark.parametrize(
    ("column", "value", "source", "cell"),
    [
        ("gender_concept_id", "{column: v, map: {M: 8507}}", "", "SECRET"),
        ("year_of_birth", "{column: v, part: year}", ', date_formats: ["%d/%m/%Y"]', "01/02/20"),
        ("year_of_birth", "{column: v, part: year}", ', date_formats: ["%d/%m/%Y"]', "1950-01-02"),
        ("year_of_birth", "{column: v, part: year}", "", "31/12/1950"),
        ("year_of_birth", "{column: v}", "", ""),
        ("birth_datetime", "{column: v}", "", "2020-13-01"),
        ("birth_datetime", "{column: v}", "", "today"),
        ("location_id", "{column: v}", "", "1,5"),
        ("location_id", "{column: v}", "", "99999999999999999999"),
    ],
)
def test_a_cell_that_cannot_be_is_rejected_at_its_line(
    tmp_path: Path, column: str, value: str, source: str, cell: str
) -> None:
    text = f'P;V;T\n1;{cell};"a\n\nb"\n2;{cell};\n'
    with pytest.raises(SourceError) as caught:
        load(tmp_path, text, persons(column, value), source=source)
    assert "2 lignes rejetées sur 2" in str(caught.value)
    assert "a.csv:2, a.csv:5" in str(caught.value)
    assert "colonne V" in str(caught.value) or "colonne v" in str(caught.value)
    assert "SECRET" not in str(caught.value)
    assert list((tmp_path / "staged").iterdir()) == []


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("8,5", 8.5),
        ("8", 8.0),
        ("-0,25", -0.25),
        ("1 234,5", 1234.5),
        ("12\N{NO-BREAK SPACE}345", 12345.0),
        ("1\N{NARROW NO-BREAK SPACE}234 567", 1234567.0),
        ("12 34", None),
        ("1 2", None),
        ("1.234", None),
        ("<5", None),
        ("inf", None),
    ],
)
def test_where_the_mark_is_a_comma_a_point_is_no_number(
    tmp_path: Path, cell: str, found: float | None
) -> None:
    value = "{column: v, decimal: ',', unreadable: empty}"
    mapping = persons("location_id", "{constant: 1}") + observations("value_as_number", value)
    report = load(tmp_path, f"P;V\n1;{cell}\n", mapping)
    assert read(tmp_path, "value_as_number", "observation") == [(found,)]
    assert report[1].emptied == (("value_as_number", int(found is None)),)


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("{column: v, equals: 1}", ["1"]),
        ("{column: v, not_equals: 1}", ["2", "3", None]),
        ("{column: v, among: [1, 3]}", ["1", "3"]),
        ("{column: v, not_among: [1, 3]}", ["2", None]),
        ("{column: v, empty: true}", [None]),
        ("{column: v, empty: false}", ["1", "2", "3"]),
        ("{column: v, equals: \"1' OR '1'='1\"}", []),
    ],
)
def test_a_condition_leaves_rows_out_and_counts_them(
    tmp_path: Path, condition: str, kept: list[str | None]
) -> None:
    block = persons("person_source_value", "{column: v}")
    block = block.replace("    key:", f"    where: [{condition}]\n    key:")
    report = load(tmp_path, "P;V\na;1\nb;2\nc;3\nd;\n", block)[0]
    assert (report.rows, report.mapped, report.left_out) == (4, len(kept), 4 - len(kept))
    assert [one for (one,) in read(tmp_path, "person_source_value", "person")] == kept


def test_a_join_takes_columns_of_its_one_partner(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(
        "I,D,W\ni1,2020-01-01,x\ni1,2020-01-01,y\ni2,2020-02-02,x\ni2,2020-03-03,x\n"
    )
    mapping = persons("location_id", "{constant: 1}") + observations(
        "observation_datetime", "{column: b.d}", more="    join: {source: b, columns: {i: i}}\n"
    )
    report = load(tmp_path, "P;I\n1;i1\n2;i2\n3;i3\n", mapping, tolerate=1.0)[1]
    assert read(tmp_path, "observation_datetime::DATE::VARCHAR", "observation") == [("2020-01-01",)]
    reasons = {one.reason: one.places for one in report.rejected}
    assert reasons == {"partners": (("a.csv", 3),), "no_partner": (("a.csv", 4),)}


def test_a_partner_may_be_wanting_where_the_mapping_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("I,D\ni1,2020-01-01\n")
    mapping = persons("location_id", "{constant: 1}") + observations(
        "observation_datetime",
        "{column: b.d}",
        more="    join: {source: b, columns: {i: i}, required: false}\n",
    )
    load(tmp_path, "P;I\n1;i1\n3;i3\n", mapping)
    found = read(tmp_path, "observation_datetime::DATE::VARCHAR", "observation")
    assert sorted(found, key=str) == [("2020-01-01",), (None,)]


def test_the_same_row_again_is_counted_and_another_of_its_key_rejected(tmp_path: Path) -> None:
    block = persons("person_source_value", "{column: v}")
    report = load(tmp_path, "P;V\n1;x\n1;x\n1;y\n2;z\n", block, tolerate=0.5)[0]
    assert (report.rows, report.mapped, report.repeated, report.rejected_rows) == (4, 2, 1, 1)
    assert report.rejected[0].places == (("a.csv", 4),)
    assert read(tmp_path, "person_source_value", "person") == [("x",), ("z",)]


def test_two_entries_of_one_table_do_not_share_a_key(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("P,V\n2,x\n3,x\n4,y\n")
    block = persons("person_source_value", "{column: v}")
    text = "P;V\n1;x\n2;x\n4;x\n"
    report = load(tmp_path, text, block + block.replace("source: a", "source: b"), tolerate=0.5)
    assert [(one.mapped, one.repeated) for one in report] == [(3, 0), (1, 1)]
    assert report[1].repeated_places == (("b.csv", 2),)
    assert [(one.reason, one.places) for one in report[1].rejected] == [("key_taken", (("b.csv", 4),))]
    assert len(read(tmp_path, "person_id", "person")) == 4


def test_every_line_of_a_broken_file_is_accounted_for(tmp_path: Path) -> None:
    text = 'P;V\n1;"a\nb"\nshort\n2;x;long\n3;ok\n;nokey\n'
    report = load(tmp_path, text, persons("person_source_value", "{column: v}"), tolerate=1.0)[0]
    assert (report.rows, report.mapped, report.rejected_rows) == (5, 2, 3)
    places = {one.reason: one.places for one in report.rejected}
    assert places == {"line": (("a.csv", 4), ("a.csv", 5)), "empty": (("a.csv", 7),)}


def test_parquet_keeps_its_own_types(tmp_path: Path) -> None:
    query = "SELECT '1' AS p, DATE '1950-12-03' AS d, 1.5::DOUBLE AS v, TIMESTAMP '2020-01-01 10:00' AS t"
    write_parquet(tmp_path / "b.parquet", query)
    mapping = persons("birth_datetime", "{column: d}").replace("source: a", "source: b")
    more = "      observation_datetime: {column: t}\n"
    mapping += observations("value_as_number", "{column: v}", extra=more).replace("source: a", "source: b")
    load(tmp_path, "x\n1\n", mapping, source=", decimal: ','")
    assert read(tmp_path, "birth_datetime::VARCHAR", "person") == [("1950-12-03 00:00:00",)]
    found = read(tmp_path, "value_as_number, observation_datetime::VARCHAR", "observation")
    assert found == [(1.5, "2020-01-01 10:00:00")]


def test_several_files_of_one_pattern_are_one_source(tmp_path: Path) -> None:
    (tmp_path / "b.1.csv").write_text("p,v\n1,x\n")
    (tmp_path / "b.2.csv").write_text("V;P\ny;2\nz;\n", encoding="utf-8")
    block = persons("person_source_value", "{column: v}").replace("source: a", "source: b")
    report = load(tmp_path, "x\n1\n", block, tolerate=0.5)
    assert read(tmp_path, "person_source_value", "person") == [("x",), ("y",)]
    assert report[0].rejected[0].places == (("b.2.csv", 3),)


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-15", "utf-16"])
def test_another_encoding_is_read_as_it_is_said(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes("P;NÉ\n1;Œuf à l’été €\n".replace("’", "'").encode(encoding))
    source = f", encoding: {encoding}"
    load(tmp_path, "", persons("person_source_value", "{column: né}"), source=source)
    assert read(tmp_path, "person_source_value", "person") == [("Œuf à l'été €",)]


def test_a_byte_that_the_encoding_lacks_costs_its_line_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"P;V\n1;\xe9\n2;\x81\n3;x\n")
    block = persons("person_source_value", "{column: v}")
    report = load(tmp_path, "", block, source=", encoding: windows-1252", tolerate=0.5)[0]
    assert report.rejected[0].places == (("a.csv", 3),)
    assert read(tmp_path, "person_source_value", "person") == [("x",), ("é",)]


def test_a_column_that_is_not_in_the_file_is_named_with_the_line_of_the_mapping(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"m\.yaml, ligne 11 : a\.csv n’a pas de colonne « vv »"):
        load(tmp_path, "P;V\n1;x\n", persons("person_source_value", "{column: vv}"))


def test_a_constant_of_another_type_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"m\.yaml, ligne 11 : gender_concept_id"):
        load(tmp_path, "P;V\n1;x\n", persons("gender_concept_id", "{column: v, map: {M: homme}}"))


DIAGNOSES = """\
  - table: condition_occurrence
    source: a
    key: [s]
    code: {code: {column: d}, vocabulary: CIM10, split: ";,"}
    columns:
      person_id: {ref: person, by: [p]}
      condition_start_date: {constant: 2020-01-01}
"""
CODES = "source_code, condition_occurrence_id"


def conditions(folder: Path, text: str, mapping: str = DIAGNOSES, *, tolerate: float = 0.0) -> BlockReport:
    folder.mkdir()
    return load(folder, text, persons("location_id", "{constant: 1}") + mapping, tolerate=tolerate)[1]


def test_each_code_of_a_cell_is_a_row_that_its_neighbours_do_not_change(tmp_path: Path) -> None:
    report = conditions(tmp_path / "many", 'P;S;D\n1;s1;E11.9, I10\n1;s2;I10\n1;s3;" ;;J18\xa0; "\n')
    assert (report.rows, report.added, report.mapped, report.rejected_rows) == (3, 1, 4, 0)
    conditions(tmp_path / "single", "P;S;D\n1;s1;I10\n1;s1;E11.9\n1;s2;I10\n1;s3;J18\n")
    found = read(tmp_path / "many", CODES, "condition_occurrence")
    assert found == read(tmp_path / "single", CODES, "condition_occurrence")
    assert [code for code, _id in found] == ["E11.9", "I10", "I10", "J18"]
    assert len({number for _code, number in found}) == 4


def test_the_codes_of_several_columns_are_rows_like_those_of_one_cell(tmp_path: Path) -> None:
    wide = DIAGNOSES.replace("{column: d}", "{concat: [d1, d2, d3]}")
    report = conditions(tmp_path / "wide", "P;S;D1;D2;D3\n1;s1;E11.9;;I10\n1;s2;I10;;\n", wide)
    assert (report.rows, report.added, report.mapped) == (2, 1, 3)
    conditions(tmp_path / "cell", "P;S;D\n1;s1;I10,E11.9\n1;s2;I10\n", DIAGNOSES.replace("[s]", "[s, d]"))
    assert read(tmp_path / "wide", CODES, "condition_occurrence") == read(
        tmp_path / "cell", CODES, "condition_occurrence"
    )


def test_a_code_written_twice_in_a_cell_and_a_cell_without_any_are_counted(tmp_path: Path) -> None:
    text = 'P;S;D\n1;s1;I10,E11,I10\n1;s2;" ; "\n1;s3;J18\n'
    report = conditions(tmp_path / "a", text, tolerate=0.5)
    assert (report.rows, report.added, report.mapped, report.repeated) == (3, 2, 3, 1)
    assert (report.left_out, report.rejected) == (1, ())


def test_a_condition_and_a_map_see_each_code(tmp_path: Path) -> None:
    mapped = DIAGNOSES.replace("{column: d}", "{column: d, map: {x: I10, y: J18}, otherwise: Z00}")
    mapped = mapped.replace("    key:", "    where: [{column: d, not_equals: y}]\n    key:")
    report = conditions(tmp_path / "a", 'P;S;D\n1;s1;"x;y;z"\n', mapped)
    assert (report.mapped, report.left_out) == (2, 1)
    assert [code for code, _id in read(tmp_path / "a", CODES, "condition_occurrence")] == ["I10", "Z00"]


def test_only_cells_of_the_source_itself_are_parted(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.csv").write_text("S,D\ns1,I10\n")
    joined = DIAGNOSES.replace("    key:", "    join: {source: b, columns: {s: s}}\n    key:")
    with pytest.raises(MappingError, match=r"ligne 16 : split ne partage"):
        load(
            tmp_path / "a",
            "P;S\n1;s1\n",
            persons("location_id", "{constant: 1}") + joined.replace("column: d", "column: b.d"),
        )


@pytest.mark.parametrize(
    ("unit", "found"),
    [
        ("{column: v}", ["G/L", "UI/L"]),
        ("{column: v, map: {UI/L: '[iU]/L'}}", ["G/L", "[iU]/L"]),
        ("{column: v, map: {UI/L: '[iU]/L'}, otherwise: '%'}", ["%", "[iU]/L"]),
    ],
)
def test_a_map_of_units_wins_and_leaves_the_others_as_they_are_written(
    tmp_path: Path, unit: str, found: list[str]
) -> None:
    mapping = persons("location_id", "{constant: 1}") + observations(
        "value_as_string", "{column: v}", more=f"    unit: {unit}\n"
    )
    load(tmp_path, "P;V\n1;UI/L\n2;G/L\n", mapping)
    assert [one for (one,) in read(tmp_path, "unit_code", "observation")] == found


def test_a_constant_of_the_key_tells_two_entries_of_the_same_cells_apart(tmp_path: Path) -> None:
    twice = "".join(DIAGNOSES.replace("[s]", f"[s, d, {{constant: {rank}}}]") for rank in ("DP", "DAS"))
    (tmp_path / "a").mkdir()
    report = load(tmp_path / "a", "P;S;D\n1;s1;I10\n", persons("location_id", "{constant: 1}") + twice)
    assert [one.mapped for one in report] == [1, 1, 1]
    assert len({number for _code, number in read(tmp_path / "a", CODES, "condition_occurrence")}) == 2


def test_a_row_of_an_unknown_person_is_named_by_file_and_line(tmp_path: Path) -> None:
    stay = "  - table: death\n    source: b\n    columns:\n      death_date: {constant: 2020-01-01}\n"
    stay += "      person_id: {ref: person, by: [p]}\n"
    (tmp_path / "b.csv").write_text("P\n1\n9\n", encoding="utf-8")
    report = load(tmp_path, "P\n1\n", persons("location_id", "{constant: 1}") + stay)[1]
    (found,) = report.orphans
    assert (found.column, found.table, found.rows, found.places) == (
        "person_id",
        "person",
        1,
        (("b.csv", 3),),
    )
