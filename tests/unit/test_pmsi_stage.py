"""PMSI lines to rows of the model: every version, the zones that repeat, what the report counts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.batches.pmsi import PmsiReport, stage_pmsi
from maillage.warehouse.errors import SourceError
from tests.support.pmsi_lines import (
    YEARS,
    Act,
    Stay,
    Unit,
    shift,
    write_ano,
    write_ano_hosp,
    write_rsa,
    write_rum,
)

TWO_UNITS = Stay(
    exit_mode="9",
    units=(
        Unit(
            associated=("E119", "I10"),
            documentary=("Z00",),
            acts=(Act(executions=3), Act(code="DEQP003", day=None)),
        ),
        Unit(
            record="2",
            unit="2202",
            entry=date(2023, 5, 9),
            leave=date(2023, 5, 20),
            principal="Z501",
            related="S7200",
            associated=("J961+0",),
            acts=(Act(day=date(2023, 5, 10), activity="4"),),
        ),
    ),
)
FACTS = {
    "visit_occurrence": [
        ("2023-05-02", "2023-05-20", 9201, "HC", "8", "9"),
    ],
    "visit_detail": [
        ("2023-05-02", "2023-05-09", "UM 2101", "8", "6", True),
        ("2023-05-09", "2023-05-20", "UM 2202", "6", "9", False),
    ],
    "condition_occurrence": [
        ("2023-05-02", "DAS", 32908, "E119"),
        ("2023-05-02", "DAS", 32908, "I10"),
        ("2023-05-02", "DP", 32902, "S7200"),
        ("2023-05-09", "DAS", 32908, "J961+0"),
        ("2023-05-09", "DP", 32902, "Z501"),
        ("2023-05-09", "DR", 32908, "S7200"),
    ],
    "procedure_occurrence": [
        ("2023-05-02", "DEQP003", 1, "activité 1, phase 0"),
        ("2023-05-03", "NEKA020", 3, "activité 1, phase 0"),
        ("2023-05-10", "NEKA020", 1, "activité 4, phase 0"),
    ],
    "death": [("2023-05-20",)],
}
COLUMNS = {
    "visit_occurrence": (
        "visit_start_date::VARCHAR, visit_end_date::VARCHAR, visit_concept_id, visit_source_value,"
        " admitted_from_source_value, discharged_to_source_value"
    ),
    "visit_detail": (
        "visit_detail_start_date::VARCHAR, visit_detail_end_date::VARCHAR, visit_detail_source_value,"
        " admitted_from_source_value, discharged_to_source_value, preceding_visit_detail_id IS NULL"
    ),
    "condition_occurrence": (
        "condition_start_date::VARCHAR, condition_status_source_value, condition_status_concept_id,"
        " source_code"
    ),
    "procedure_occurrence": "procedure_date::VARCHAR, source_code, quantity, modifier_source_value",
    "death": "death_date::VARCHAR",
    "person": "gender_concept_id, year_of_birth, month_of_birth, day_of_birth, person_source_value",
}


def stage(
    folder: Path, lines: Sequence[str], *, links: Sequence[str] = (), tolerance: float = 0.01
) -> PmsiReport:
    """Write the files, stage them in `folder/staged`."""
    source, staged = folder / "pmsi.txt", folder / "staged"
    source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    staged.mkdir(exist_ok=True)
    patients = folder / "links.txt" if links else None
    if patients:
        patients.write_text("".join(f"{line}\n" for line in links), encoding="utf-8")
    return stage_pmsi([source], folder=staged, patients=patients, tolerance=tolerance)


def read(folder: Path, table: str, columns: str = "") -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(folder / "staged" / f"{table}.parquet"))
        return sorted(rows.project(columns or COLUMNS[table]).fetchall())


@pytest.mark.parametrize(
    ("kind", "year"), [(kind, year) for year, versions in YEARS.items() for kind in versions]
)
def test_a_stay_of_two_units_in_every_version(tmp_path: Path, kind: str, year: int) -> None:
    if kind == "rsa":
        report = stage(tmp_path, [write_rsa(TWO_UNITS, year=year)], links=[write_ano(TWO_UNITS, year=year)])
    else:
        report = stage(tmp_path, write_rum(TWO_UNITS, year=year, grouped=kind == "rss"))
    assert (report.units, report.stays, report.persons, report.bad_lines) == (2, 1, 1, 0)
    assert {table: read(tmp_path, table) for table in FACTS} == FACTS
    assert report.notes["undated"] == 1
    assert report.left_out.get("documentary", 0) == (0 if kind == "rsa" else 1)


@pytest.mark.parametrize(("year", "birth"), [(2021, (1942, None, None)), (2023, (1941, 9, 30))])
def test_an_anonymous_stay_takes_birth_from_its_chain_or_from_the_age(
    tmp_path: Path, year: int, birth: tuple[object, ...]
) -> None:
    stay = replace(TWO_UNITS, birth=date(1941, 9, 30), sex="1")
    stage(tmp_path, [write_rsa(stay, year=year)], links=[write_ano(stay, year=year)])
    assert read(tmp_path, "person") == [(8507, *birth, "c" * 32)]


def test_an_anonymous_stay_without_a_chain_ends_in_the_middle_of_its_month(tmp_path: Path) -> None:
    report = stage(tmp_path, [write_rsa(TWO_UNITS)])
    assert read(tmp_path, "visit_occurrence", "visit_start_date::VARCHAR, visit_end_date::VARCHAR") == [
        ("2023-04-27", "2023-05-15")
    ]
    assert report.notes["unlinked"] == 1


def test_a_chain_that_the_return_codes_doubt_is_not_used(tmp_path: Path) -> None:
    doubtful = write_ano(TWO_UNITS)
    good = write_ano(shift(TWO_UNITS, 40), record=2)
    report = stage(
        tmp_path,
        [write_rsa(TWO_UNITS), write_rsa(shift(TWO_UNITS, 40), record=2)],
        links=[doubtful[:53] + "1" + doubtful[54:], good],
    )
    assert (report.persons, report.notes["unlinked"]) == (2, 1)


@pytest.mark.parametrize("links", ["csv", "semicolon", "2021", "2023", "2025"])
def test_stays_are_chained_by_their_patient(tmp_path: Path, links: str) -> None:
    first, second = TWO_UNITS, replace(shift(TWO_UNITS, -90), number="101", admission="A101", exit_mode="8")
    other = replace(shift(TWO_UNITS, 5), number="102", admission="A102")
    known = {"A100": "P1", "A101": "P1"}
    if links.isdigit():
        lines = [write_ano_hosp(stay, known[stay.admission], year=int(links)) for stay in (first, second)]
    else:
        mark = {"csv": ",", "semicolon": ";"}[links]
        lines = [f"nas{mark}IPP", *(f"{stay}{mark}{patient}" for stay, patient in known.items())]
    report = stage(
        tmp_path, [line for stay in (first, second, other) for line in write_rum(stay)], links=lines
    )
    assert (report.stays, report.persons, report.notes["unlinked"]) == (3, 2, 1)
    assert read(tmp_path, "person", "person_source_value IS NULL, person_source_value") == [
        (False, "P1"),
        (True, None),
    ]


@pytest.mark.parametrize(
    ("stay", "venue", "concept"),
    [
        (Stay(units=(Unit(leave=date(2023, 5, 2)),)), "HDJ", 9202),
        (Stay(units=(Unit(leave=date(2023, 5, 2)),), origin="5"), "HC", 9201),
        (Stay(units=(Unit(leave=date(2023, 5, 2)),), exit_mode="9"), "HC", 9201),
        (Stay(units=(Unit(leave=date(2023, 5, 2)),), exit_mode="7", destination="1"), "HC", 9201),
        (Stay(units=(Unit(sessions=1, leave=date(2023, 5, 2)),)), "SEANCE", 9202),
        (Stay(ghm="28Z07Z", units=(Unit(leave=date(2023, 5, 3)),)), "SEANCE", 9202),
        (Stay(entry_mode="N", units=(Unit(leave=date(2023, 5, 2)),)), "HC", 9201),
    ],
)
def test_the_kind_of_a_stay(tmp_path: Path, stay: Stay, venue: str, concept: int) -> None:
    stage(tmp_path, write_rum(stay, grouped=True))
    assert read(tmp_path, "visit_occurrence", "visit_source_value, visit_concept_id") == [(venue, concept)]


def test_a_line_that_comes_again_counts_once_and_a_later_one_stands(tmp_path: Path) -> None:
    line, later = write_rum(Stay())[0], write_rum(Stay(sex="1"))[0]
    report = stage(tmp_path, [line, line, "", later])
    assert (report.lines, report.units) == (3, 1)
    assert report.left_out == {"repeated": 1, "replaced": 1}
    assert read(tmp_path, "person", "gender_source_value") == [("1",)]


@pytest.mark.parametrize("write", [write_rum, lambda stay: [write_rsa(stay)]], ids=["rum", "rsa"])
def test_codes_are_kept_in_the_case_that_the_source_gives_them(
    tmp_path: Path, write: Callable[[Stay], list[str]]
) -> None:
    unit = Unit(principal="s7200", associated=(" e119", "I10 +"), acts=(Act(code="neka020"),))
    assert stage(tmp_path, write(replace(Stay(), units=(unit,)))).bad_lines == 0
    assert read(tmp_path, "condition_occurrence", "source_code") == [("I10 +",), ("e119",), ("s7200",)]
    assert read(tmp_path, "procedure_occurrence", "source_code") == [("neka020",)]


def test_what_deserves_a_look_is_counted(tmp_path: Path) -> None:
    first = Stay(exit_mode="9")
    second = replace(shift(Stay(number="101", admission="A101"), 30), sex="1", birth=date(1950, 1, 1))
    gap = Stay(
        number="102",
        admission="A102",
        units=(
            Unit(acts=(Act(day=date(2024, 1, 1)),)),
            Unit(record="2", entry=date(2023, 5, 11), leave=date(2023, 5, 12)),
        ),
    )
    links = ["NAS,IPP", "A100,P1", "A101,P1", "A102,P2"]
    report = stage(tmp_path, [line for stay in (first, second, gap) for line in write_rum(stay)], links=links)
    assert report.notes == {"sexes": 1, "births": 1, "gaps": 1, "outside": 1, "after_death": 1}
    assert read(tmp_path, "person", "gender_concept_id, year_of_birth") == [(8507, 1950), (8532, 1941)]


def test_a_number_of_rss_that_starts_again_is_another_stay(tmp_path: Path) -> None:
    later = replace(shift(Stay(), 365), admission="B100")
    report = stage(tmp_path, [*write_rum(Stay()), *write_rum(later)])
    assert (report.stays, report.persons, report.left_out) == (2, 2, {})
    assert report.notes["admissions"] == 1


def test_a_share_of_bad_lines_may_be_tolerated_and_is_told(tmp_path: Path) -> None:
    lines = [write_rum(Stay(number=str(number)))[0] for number in range(30)]
    lines[7], lines[9] = lines[7][:50], "nothing of PMSI"
    report = stage(tmp_path, lines, tolerance=0.1)
    assert {(one.fault, one.count, one.places) for one in report.refused} == {
        ("short", 1, (("pmsi.txt", 8),)),
        ("version", 1, (("pmsi.txt", 10),)),
    }
    assert report.stays == 28


def test_of_many_bad_lines_the_first_twenty_are_named(tmp_path: Path) -> None:
    lines = [write_rum(Stay(number=str(number)))[0] for number in range(60)]
    lines[10:50] = [line[:-1] for line in lines[10:50]]
    report = stage(tmp_path, lines, tolerance=1)
    assert report.refused[0].count == 40
    assert [number for _file, number in report.refused[0].places] == list(range(11, 31))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_accents_move_no_field(tmp_path: Path, encoding: str) -> None:
    source, staged = tmp_path / "pmsi.txt", tmp_path / "staged"
    staged.mkdir()
    source.write_bytes((write_rum(Stay(admission="Séjour é"))[0] + "\r\n\x1a").encode(encoding))
    assert stage_pmsi([source], folder=staged).bad_lines == 0


def test_ids_do_not_depend_on_the_export(tmp_path: Path) -> None:
    ids = []
    for name, stays in (("a", [TWO_UNITS]), ("b", [shift(Stay(number="7"), 3), TWO_UNITS])):
        (tmp_path / name).mkdir()
        stage(tmp_path / name, [line for stay in stays for line in write_rum(stay, grouped=name == "b")])
        ids.append(set(read(tmp_path / name, "condition_occurrence", "condition_occurrence_id, person_id")))
    assert ids[0] < ids[1]


@pytest.mark.parametrize(
    "links",
    [
        ["NAS,IPP", "A100,P1", "A100,P2"],
        ["STAY,PATIENT", "A100,P1"],
        ["NAS,IPP", '"A100,P1'],
        [write_ano(Stay())],
    ],
)
def test_links_that_link_nothing_are_refused(tmp_path: Path, links: list[str]) -> None:
    with pytest.raises(SourceError, match=r"links\.txt"):
        stage(tmp_path, write_rum(Stay()), links=links)


def test_anonymous_and_named_lines_do_not_mix(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="mêlent"):
        stage(tmp_path, [*write_rum(Stay()), write_rsa(Stay())])
