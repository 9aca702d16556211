"""A mapping file by itself: what YAML becomes here, and where a mistake is said to be."""

from pathlib import Path

import pytest

from maillage.warehouse.batches.tables.document import read_document
from maillage.warehouse.batches.tables.read import read_mapping
from maillage.warehouse.errors import MappingError

GOOD = """\
version: 1
sources:
  a: {file: a.csv}
  b: {file: b.csv}
tables:
  - table: person
    source: a
    key: [ipp]
    columns:
      year_of_birth: {column: ddn, part: year}
  - table: condition_occurrence
    source: a
    join: {source: b, columns: {iep: iep}}
    key: [iep]
    code: {code: {column: dp}, vocabulary: CIM10}
    columns:
      person_id: {ref: person, by: [ipp]}
      condition_start_date: {column: entree}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_plain_numbers_and_three_words_are_other_than_text(tmp_path: Path) -> None:
    text = "[no, on, Yes, 012, 0x1F, 1_000, 12:30, 2024-01-01, .5, 1e3, true, null, -3, 1.50, '7', ~]"
    texts = ["no", "on", "Yes", "012", "0x1F", "1_000", "12:30", "2024-01-01", ".5", "1e3"]
    assert read_document(write(tmp_path, text)).value == [*texts, True, None, -3, 1.5, "7", None]


def test_a_key_is_the_text_that_was_written(tmp_path: Path) -> None:
    assert list(read_document(write(tmp_path, "{1: a, 01: b, no: c, null: d}")).value) == [
        "1",
        "01",
        "no",
        "null",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: &x 2\nc: *x\n", 3),
        ("a: 1\na: 2\n", 2),
        ("a: !!python/object/apply:os.system ['true']\n", 1),
        ("a: 1\nb: !own 2\n", 2),
        ("a: [1\nb: 2\n", 2),
        ("a: 1\n? [b, c]\n: 2\n", 2),
        ("\n" + "[" * 40 + "]" * 40, 2),
        ("", 1),
        ("a: \x01\n", 1),
    ],
)
def test_what_is_refused_is_refused_at_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(MappingError, match=f"m.yaml, ligne {line} :"):
        read_document(write(tmp_path, text))


def test_a_deep_or_long_document_ends_early(tmp_path: Path) -> None:
    for text in ("[" * 100_000, "a: 1\n" * 200_000, "{a: " * 50_000):
        with pytest.raises(MappingError):
            read_document(write(tmp_path, text))


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("version: 1", "version: 2", 1, "version"),
        ("  a: {file: a.csv}", "  a: {fil: a.csv}", 3, "file"),
        ("  a: {file: a.csv}", "  a: {file: a.csv, delimiter: x}", 3, "delimiter"),
        ("  a: {file: a.csv}", '  a: {file: a.csv, date_formats: ["%d/%m/%y"]}', 3, "date_formats"),
        ("  a: {file: a.csv}", '  a: {file: a.csv, date_formats: ["%c"]}', 3, "date_formats"),
        ("  a: {file: a.csv}", "  a: {file: a.csv, encoding: ebcdic}", 3, "encoding"),
        ("table: person", "table: persons", 6, "person"),
        ("    source: a\n    key: [ipp]", "    source: z\n    key: [ipp]", 7, "« z »"),
        ("key: [ipp]", "key: []", 8, "key"),
        ("    key: [ipp]\n", "", 6, "key"),
        ("year_of_birth: {column: ddn, part: year}", "year_of_birth: {}", 10, "column"),
        ("year_of_birth: {column: ddn, part: year}", "year_of_birth: {column: ddn, sql: x}", 10, "sql"),
        ("year_of_birth:", "year_of_brith:", 10, "year_of_birth"),
        ("year_of_birth:", "month_of_birth:", 9, "year_of_birth"),
        ("join: {source: b,", "join: {source: a,", 13, "elle-même"),
        ("ref: person", "ref: persons", 17, "persons"),
        ("by: [ipp]", "by: [ipp, x]", 17, "1 colonnes"),
        (
            "      condition_start_date:",
            "      condition_concept_id: {constant: 1}\n      condition_start_date:",
            18,
            "vient déjà",
        ),
        ("code: {code:", "unit: {column: u}\n    code: {code:", 15, "unit"),
        ("part: year", "otherwise: 1", 10, "otherwise"),
        ("  a: {file: a.csv}", "  a: {fil: a.csv}", 3, "Vouliez-vous dire : file"),
        ("  a: {file: a.csv}", "  a: {file: a.csv, encoding: cp1252}", 3, "'windows-1252'"),
        ("{column: ddn, part: year}", "{colum: ddn}", 10, "Vouliez-vous dire : column"),
        ("part: year", "part: an", 10, "« part » peut être : 'year', 'month', 'day'"),
        ("part: year", "prt: year", 10, "Vouliez-vous dire : part"),
        ("key: [iep]", "key: iep", 14, "une liste"),
        ("key: [iep]", "key: [iep, {const: 5}]", 14, "Vouliez-vous dire : constant"),
        ("key: [iep]", "where: [{column: x, equal: 1}]\n    key: [iep]", 14, "equals"),
        ("key: [iep]", "where: [{column: x}]\n    key: [iep]", 14, "Un seul test"),
        ("CIM10}", "CIM-10}", 15, "Vouliez-vous dire : CIM10"),
        ("CIM10}", "CIM10, split: ab}", 15, "qu’aucun code ne contient"),
        ("{column: dp}, vocabulary: CIM10}", "{constant: dp}, vocabulary: CIM10, split: ';'}", 15, "split"),
        ("tables:", "table:", 5, "Vouliez-vous dire : tables"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    with pytest.raises(MappingError) as caught:
        read_mapping(write(tmp_path, GOOD.replace(old, new, 1)))
    assert f"m.yaml, ligne {line} :" in str(caught.value)
    assert told in str(caught.value)


def test_what_the_others_spoil_is_right(tmp_path: Path) -> None:
    assert [block.table for block in read_mapping(write(tmp_path, GOOD)).mapping.tables] == [
        "person",
        "condition_occurrence",
    ]
