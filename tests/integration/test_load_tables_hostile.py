"""Mappings and files spoilt in many ways: a clear error, no value told, the former warehouse as it was."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.extract import FILES, load, suggest, write_extract

Spoil = Callable[[bytes, random.Random], bytes]


def replace(old: str, new: str) -> Spoil:
    def spoil(data: bytes, _generator: random.Random) -> bytes:
        assert old.encode("windows-1252") in data
        return data.replace(old.encode("windows-1252"), new.encode("utf-8"))

    return spoil


def cut(data: bytes, generator: random.Random) -> bytes:
    return data[: generator.randrange(1, len(data) // 2)]


def noise(data: bytes, generator: random.Random) -> bytes:
    place = generator.randrange(len(data))
    return data[:place] + generator.randbytes(40) + data[place:]


def drop_a_line(data: bytes, generator: random.Random) -> bytes:
    lines = data.split(b"\n")
    del lines[generator.randrange(1, len(lines) - 1)]
    return b"\n".join(lines)


def cut_within_braces(data: bytes, generator: random.Random) -> bytes:
    """Between two entries, what is left of a mapping is a mapping."""
    opened = generator.choice([match.span() for match in re.finditer(rb"\{[^{}]+\}", data)])
    return data[: generator.randrange(opened[0] + 1, opened[1])]


MAPPING: list[Spoil] = [
    *[cut_within_braces] * 12,
    *[noise] * 8,
    replace("version: 1", "version: one"),
    replace("version: 1", "version: 1\nversion: 1"),
    replace("version: 1", "version: 1\nextra: 1"),
    replace("version: 1", "version: &a [1]\nname: *a"),
    replace("version: 1", "version: !!python/object/new:os.system [true]"),
    replace("version: 1", "\tversion: 1"),
    replace("version: 1", "- version: 1"),
    replace("version: 1", "{" * 5000),
    replace("version: 1", "name: \"\\0\"\nversion: 1"),
    replace("file: \"patients.csv\"", "file: \"../patients.csv\""),
    replace("file: \"patients.csv\"", "file: \"/etc/passwd\""),
    replace("file: \"patients.csv\"", "file: \"absent.csv\""),
    replace("file: \"patients.csv\"", "file: [a, b]"),
    replace("encoding: windows-1252", "encoding: utf-7"),
    replace("encoding: windows-1252", "encoding: utf-16"),
    replace("delimiter: \";\"", "delimiter: \",\""),
    replace("delimiter: \";\"", "delimiter: \";;\""),
    replace("%d/%m/%Y", "%m/%d/%Y"),
    replace("%d/%m/%Y", "%d/%m/%y"),
    replace("%d/%m/%Y", "(.*)+$"),
    replace("table: person", "table: persons; DROP TABLE person"),
    replace("source: patients", "source: nowhere"),
    replace("key: [IPP]", "key: [IPP; DROP TABLE x]"),
    replace("key: [IPP]", "key: IPP"),
    replace("key: [IPP]", "key: [[IPP]]"),
    replace("person_source_value: {column: IPP}", "person_source_value: {column: \"IPP\\\" FROM x --\"}"),
    replace("person_source_value: {column: IPP}", "person_source_value: IPP"),
    replace("person_source_value: {column: IPP}", "person_id: {column: IPP}"),
    replace("otherwise: 0", "otherwise: [0]"),
    replace("otherwise: 0", "otherwise: zero"),
    replace("8507", "1e999"),
    replace("ref: person", "ref: nobody"),
    replace("vocabulary: CIM10", "vocabulary: 10"),
    replace("join: {source: sejours", "join: {source: labo"),
    replace("columns: {NUM_SEJOUR: NUM_SEJOUR}", "columns: {}"),
    replace("empty: false", "empty: false, equals: 1"),
    replace("constant: 9201", "constant: null"),
]  # fmt: skip

DATA: list[tuple[str, Spoil]] = [
    *[("patients.csv", noise)] * 4,
    *[("sejours.csv", cut)] * 4,
    ("sejours.csv", drop_a_line),
    ("sejours.csv", replace("NUM_SEJOUR", "SEJOUR")),
    ("sejours.csv", replace("NUM_SEJOUR;IPP", "IPP;IPP")),
    ("sejours.csv", replace("S2;P2", "S1;P2")),
    ("sejours.csv", replace("S2;P2", "S2;\"P2")),
    ("sejours.csv", replace("NUM_SEJOUR;IPP;DATE_ENTREE;DATE_SORTIE\n", "")),
    ("sejours.csv", replace("2024", "24")),
    ("sejours.csv", replace(";", "|")),
    ("sejours.csv", lambda _data, _generator: b""),
    ("sejours.csv", lambda _data, generator: generator.randbytes(5000)),
    ("sejours.csv", lambda data, _generator: b"PAR1" + data),
    ("patients.csv", replace("P3;", ";")),
    ("labo.csv", replace("04/01/2024", "31/02/2024")),
    ("labo.csv", replace("P1;4548-4", "P1;")),
]  # fmt: skip


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a good extract, its mapping and a warehouse."""
    folder = tmp_path_factory.mktemp("former")
    extract = write_extract(folder / "extract")
    assert load(suggest(extract, to=folder / "m.yaml"), extract, folder / "w.duckdb") == 0
    return folder


CASES = [("m.yaml", spoil) for spoil in MAPPING] + DATA


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: f"{number}-{CASES[number][0]}")
def test_what_is_spoilt_is_refused_and_nothing_changes(
    former: Path, tmp_path: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    name, spoil = CASES[number]
    extract, mapping = write_extract(tmp_path / "extract"), tmp_path / "m.yaml"
    mapping.write_bytes((former / "m.yaml").read_bytes())
    spoilt = mapping if name == "m.yaml" else extract / name
    spoilt.write_bytes(spoil(spoilt.read_bytes(), random.Random(number)))
    before = (former / "w.duckdb").read_bytes()
    shelf = sorted(path.name for path in (former / "w.duckdb.batches").iterdir())

    assert load(mapping, extract, former / "w.duckdb") == 2

    told = capsys.readouterr().err
    assert re.search(r"m\.yaml|\w+\.csv", told), "the file at fault is named"
    assert "Traceback" not in told
    assert [value for value in PERSONAL if value in told] == []
    assert (former / "w.duckdb").read_bytes() == before
    assert sorted(path.name for path in (former / "w.duckdb.batches").iterdir()) == shelf


PERSONAL = {line.split(";")[column] for line in FILES["patients.csv"].splitlines()[1:] for column in (1, 3)}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len(PERSONAL) > 10
