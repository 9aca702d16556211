"""`maillage warehouse load-pmsi`: added, updated, undone; each broken file named by line and reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from maillage.cli.main import run
from maillage.warehouse.batches.pmsi import FAULTS
from tests.support.omop import people, write_folder
from tests.support.pmsi_lines import Act, Stay, Unit, shift, write_rsa, write_rum

ONE = Stay(
    admission="SECRET100", units=(Unit(associated=("E119", "I10"), documentary=("Z00",), acts=(Act(),)),)
)
NEXT = replace(shift(ONE, 20), number="101", admission="SECRET101")


def write(path: Path, lines: Sequence[str], *, encoding: str = "utf-8") -> Path:
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def load(target: Path, *files: Path, options: Sequence[str] = ()) -> int:
    names = [str(file) for file in files]
    return run(["warehouse", "load-pmsi", *names, "--to", str(target), "--batch", "pmsi", *options])


def count(target: Path, table: str) -> int:
    with duckdb.connect(str(target), read_only=True) as connection:
        return connection.table(table).aggregate("count(*)").fetchall()[0][0]


def test_a_batch_is_added_updated_and_undone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "w.duckdb"
    base = write_folder(tmp_path / "base", {"person": people(1)})
    assert run(["warehouse", "load", str(base), "--to", str(target), "--batch", "base"]) == 0
    january = write(tmp_path / "m1.txt", write_rum(ONE))
    assert load(target, january) == 0
    told = capsys.readouterr().out
    assert "« pmsi » ajouté" in told
    assert "RUM : 1 ; séjours : 1 ; patients : 1." in told
    assert "Aucune ligne refusée" in told
    assert "colonnes inconnues" not in told
    cumulated = write(tmp_path / "m1-m2.txt", [*write_rum(ONE), *write_rum(NEXT)])
    assert load(target, cumulated) == 0
    assert (count(target, "visit_occurrence"), count(target, "person")) == (2, 3)
    assert "mis à jour" in capsys.readouterr().out
    assert load(target, cumulated) == 0
    assert "rien n’a changé" in capsys.readouterr().out
    assert run(["warehouse", "undo", str(target), "pmsi"]) == 0
    assert (count(target, "visit_occurrence"), count(target, "procedure_occurrence")) == (1, 1)
    assert run(["warehouse", "undo", str(target), "pmsi"]) == 0
    assert (count(target, "visit_occurrence"), count(target, "person")) == (0, 1)


def test_the_order_of_the_files_says_which_line_stands(tmp_path: Path) -> None:
    target = tmp_path / "w.duckdb"
    old = write(tmp_path / "b.txt", write_rum(ONE))
    new = write(tmp_path / "a.txt", write_rum(replace(ONE, sex="1")))
    for files, sex in (((old, new), "1"), ((new, old), "2")):
        assert load(target, *files) == 0
        with duckdb.connect(str(target), read_only=True) as connection:
            assert connection.table("person").project("gender_source_value").fetchall() == [(sex,)]


def test_lines_that_are_tolerated_are_told_by_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [*write_rum(ONE), *write_rum(NEXT), write_rum(NEXT)[0][:-3]]
    source = write(tmp_path / "pmsi.txt", lines)
    assert load(tmp_path / "w.duckdb", source) == 2
    capsys.readouterr()
    assert load(tmp_path / "w.duckdb", source, options=["--tolerate", "40"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"{FAULTS['overflow']} 1 pmsi.txt : 3" in told
    assert "SECRET" not in told


Change = Callable[[str], str]


def put(start: int, text: str) -> Change:
    """Write a text over a line from a position on, counted from 1."""
    return lambda line: line[: start - 1] + text + line[start - 1 + len(text) :]


def cut(length: int) -> Change:
    return lambda line: line[:length]


def add(text: str) -> Change:
    return lambda line: line + text


RUM_PLACES = {
    "version": (10, ["019", "024", "   ", "0 2", "XYZ"]),
    "finess": (1, ["         ", "63078098X", "ABCDEFGHI"]),
    "number": (13, [" " * 20]),
    "sex": (71, ["0", " ", "F"]),
    "date": (63, ["31022023", "00000000", "        ", "2023-05-"]),
    "order": (63, ["01012024", "01011700"]),
    "mode": (86, [" ", "?"]),
    "counter": (119, ["AB", "  ", "-1"]),
    "overflow": (123, ["002", "999"]),
    "principal": (126, ["        "]),
    "diagnosis": (126, ["7200    ", "SS720   ", "S7=00   "]),
    "encoding": (33, ["\x01", "\x7f", "Ā"]),
}
RUM_CHANGES: dict[str, list[Change]] = {
    "short": [cut(13), cut(100), cut(176)],
    "overflow": [cut(-1), cut(-29), cut(180), put(121, "09"), put(119, "99")],
    "length": [add("X"), add("E119    "), put(119, "00"), put(121, "00")],
    "number": [put(53, " " * 10)],
    "date": [put(78, "32012023"), put(88, "9999AAAA"), put(202, "31022023")],
    "order": [put(78, "01062023"), put(88, "01012023")],
    "mode": [put(96, "-")],
    "counter": [put(123, "1 0"), put(117, "X1")],
    "diagnosis": [put(134, "?"), put(178, "        "), put(186, "1234")],
    "act": [put(210, "NEK 020"), put(202, "2023-05-"), put(220, "A"), put(210, "       ")],
}
RSA_CHANGES: dict[str, list[Change]] = {
    "version": [put(10, "225"), put(10, "230")],
    "short": [cut(60), cut(261)],
    "overflow": [cut(-1), put(224, "0009"), put(228, "00009"), put(51, "09")],
    "length": [add("X"), put(136, "0"), put(114, "0")],
    "counter": [put(51, "XX"), put(51, "00"), put(71, "    "), put(114, " "), put(53, "A")],
    "finess": [put(1, " ")],
    "number": [put(13, " " * 10)],
    "sex": [put(59, "9")],
    "date": [put(62, "13"), put(62, "00"), put(64, "0023"), put(62, "  ")],
    "order": [put(53, "150"), put(53, "   ")],
    "mode": [put(60, " "), put(68, "*")],
    "principal": [put(212, " " * 6)],
    "diagnosis": [put(212, "1"), put(333, "=")],
    "act": [put(348, "NEK4020")],
    "sum": [put(304, "01"), put(306, "000")],
    "encoding": [put(150, "\x02")],
}


def corruptions() -> Iterator[tuple[str, str, Change]]:
    """Kind of file, reason wanted, change of one line."""
    for fault, (start, texts) in RUM_PLACES.items():
        yield from (("rum", fault, put(start, text)) for text in texts)
    for kind, changes in (("rum", RUM_CHANGES), ("rsa", RSA_CHANGES)):
        for fault, found in changes.items():
            yield from ((kind, fault, change) for change in found)


CORRUPTIONS = list(corruptions())


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pmsi")
    assert load(folder / "w.duckdb", write(folder / "good.txt", write_rum(ONE))) == 0
    return folder / "w.duckdb"


def test_there_are_many_corruptions_of_every_kind() -> None:
    assert len(CORRUPTIONS) >= 60
    assert {fault for _kind, fault, _change in CORRUPTIONS} == FAULTS.keys()


@pytest.mark.parametrize(
    ("kind", "fault", "change"),
    CORRUPTIONS,
    ids=[f"{kind}-{fault}-{number}" for number, (kind, fault, _change) in enumerate(CORRUPTIONS)],
)
def test_a_broken_line_is_named_by_file_number_and_reason_and_nothing_changes(
    warehouse: Path, capsys: pytest.CaptureFixture[str], kind: str, fault: str, change: Change
) -> None:
    before = warehouse.read_bytes()
    good = [*write_rum(ONE), *write_rum(NEXT)]
    if kind == "rsa":
        good = [write_rsa(ONE), write_rsa(NEXT, record=2)]
    source = write(warehouse.parent / "broken.txt", [good[0], change(good[1]), good[0]])
    assert load(warehouse, source) == 2
    captured = capsys.readouterr()
    assert f"broken.txt, ligne 2 : {FAULTS[fault]}" in " ".join(captured.err.split())
    assert FAULTS[fault] in " ".join(captured.out.split())
    assert "SECRET" not in captured.out + captured.err
    assert warehouse.read_bytes() == before
    assert sorted(path.name.partition("@")[0] for path in Path(f"{warehouse}.batches").iterdir()) == ["pmsi"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n \r\n",
        b"PK\x03\x04 an archive",
        b"\x1f\x8b\x08 another",
        b"\x00\x01\x02" * 100,
        "line\r\n".encode("utf-16"),
        b"x" * 40_000_000,
    ],
    ids=["empty", "blank", "zip", "gzip", "binary", "utf-16", "endless"],
)
def test_a_file_that_is_no_pmsi_is_named(
    warehouse: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    before = warehouse.read_bytes()
    source = warehouse.parent / "other.txt"
    source.write_bytes(content)
    assert load(warehouse, source) == 2
    assert "other.txt" in " ".join(capsys.readouterr().err.split())
    assert warehouse.read_bytes() == before


@pytest.mark.parametrize("options", [["--patients", "absent.csv"], ["--tolerate", "101"]])
def test_wrong_options_are_refused(warehouse: Path, options: list[str]) -> None:
    source = write(warehouse.parent / "right.txt", [*write_rum(ONE), *write_rum(NEXT)])
    assert load(warehouse, source, options=options) == 2
    assert load(warehouse, warehouse.parent) == 2


def test_a_death_in_hospital_closes_the_period(tmp_path: Path) -> None:
    target = tmp_path / "w.duckdb"
    stay = replace(ONE, exit_mode="9", units=(Unit(leave=date(2023, 6, 1)),))
    assert load(target, write(tmp_path / "a.txt", write_rum(stay, grouped=True))) == 0
    with duckdb.connect(str(target), read_only=True) as connection:
        period = "observation_period_start_date::VARCHAR, observation_period_end_date::VARCHAR"
        assert connection.table("observation_period").project(period).fetchall() == [
            ("2023-05-02", "2023-06-01")
        ]
