"""The stays of a synthetic hospital as PMSI files, and the same facts as OMOP tables.

PMSI has full stays, day cases and sessions with their diagnoses and acts; consultations, drugs, laboratory
results and deaths at home have no place in it, so that both sides leave them out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from maillage.warehouse.synthetic import generate_hospital
from tests.support.pmsi_lines import Act, Stay, Unit, write_ano, write_rsa, write_rum

KINDS = ("HC", "HDJ", "SEANCE")
NO_DIAGNOSIS = "Z098"
"""The principal diagnosis of a stay that the hospital gives none: PMSI wants one."""

_VOCABULARY = ("concept", "concept_ancestor", "concept_relationship", "vocabulary")
_FACTS = ("visit_occurrence", "condition_occurrence", "procedure_occurrence")


@dataclass(frozen=True)
class PmsiHospital:
    """Folders of OMOP tables, and the stays with their patients by administrative number."""

    vocabulary: Path
    facts: Path
    stays: Sequence[Stay]
    patients: Mapping[str, str]


def make_hospital(folder: Path, *, patients: int, site: str = "hcl") -> PmsiHospital:
    """A small hospital, of which only what PMSI can say is kept."""
    vocabulary, facts = folder / "vocabulary", folder / "facts"
    vocabulary.mkdir(parents=True)
    facts.mkdir()
    tables = generate_hospital(site, patients=patients)
    with duckdb.connect() as connection:
        for name, columns in tables.items():
            connection.register(name, dict(columns))
        for name in _VOCABULARY:
            connection.table(name).write_parquet(str(vocabulary / f"{name}.parquet"))
        _keep_facts(connection, facts)
        stays = tuple(_stays(connection))
    return PmsiHospital(vocabulary, facts, stays, {stay.admission: stay.chain for stay in stays})


def write_files(hospital: PmsiHospital, folder: Path, *, kind: str, year: int) -> tuple[Path, Path]:
    """A file of all the stays in the version of a year, and the file of their patients."""
    folder.mkdir(parents=True)
    lines, links = folder / f"{kind}.txt", folder / "patients.csv"
    if kind == "rsa":
        numbered = list(enumerate(hospital.stays, start=1))
        _write(lines, [write_rsa(stay, year=year, record=number) for number, stay in numbered])
        links = folder / "patients.ano"
        _write(links, [write_ano(stay, year=year, record=number) for number, stay in numbered])
    else:
        grouped = kind == "rss"
        _write(
            lines, [line for stay in hospital.stays for line in write_rum(stay, year=year, grouped=grouped)]
        )
        _write(links, ["NAS;IPP", *(f"{stay};{patient}" for stay, patient in hospital.patients.items())])
    return lines, links


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="ascii")


def _keep_facts(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    connection.execute(
        f"CREATE VIEW kept AS SELECT * FROM visit_occurrence WHERE visit_source_value IN ({kinds})"
    )
    for name in _FACTS:
        rows = f"SELECT * FROM {name} WHERE visit_occurrence_id IN (SELECT visit_occurrence_id FROM kept)"
        connection.sql(rows).write_parquet(str(folder / f"{name}.parquet"))
    persons = "SELECT * FROM person WHERE person_id IN (SELECT person_id FROM kept)"
    connection.sql(persons).write_parquet(str(folder / "person.parquet"))
    deaths = (
        "SELECT * FROM death WHERE person_id IN"
        " (SELECT person_id FROM kept WHERE discharged_to_source_value = '9')"
    )
    connection.sql(deaths).write_parquet(str(folder / "death.parquet"))


def _stays(connection: duckdb.DuckDBPyConnection) -> Iterator[Stay]:
    diagnoses = _by_visit(
        connection,
        "condition_occurrence",
        "condition_source_value, condition_status_source_value",
        order="condition_status_source_value = 'DP' DESC, condition_occurrence_id",
    )
    acts = _by_visit(
        connection, "procedure_occurrence", "procedure_source_value, procedure_date", order="procedure_date"
    )
    columns = (
        "kept.visit_occurrence_id, kept.person_id, visit_source_value, visit_start_date, visit_end_date,"
        " discharged_to_source_value, gender_source_value,"
        " make_date(year_of_birth, month_of_birth, day_of_birth)"
    )
    rows = connection.execute(f"SELECT {columns} FROM kept JOIN person USING (person_id)").fetchall()
    for number, row in enumerate(rows, start=1):
        yield _stay(number, row, diagnoses.get(row[0], []), acts.get(row[0], []))


def _stay(number: int, row: tuple[Any, ...], diagnoses: Sequence[Any], acts: Sequence[Any]) -> Stay:
    _visit, person, kind, entry, leave, discharged, sex, birth = row
    codes = list(dict.fromkeys(code.replace(".", "") for code, _status in diagnoses)) or [NO_DIAGNOSIS]
    entry, leave = _day(entry), _day(leave)
    return Stay(
        number=str(number),
        admission=f"N{number}",
        birth=birth,
        sex="1" if sex == "M" else "2",
        # A full stay of one day comes through the emergency ward: else it would be a day case.
        origin="5" if kind == "HC" else "",
        exit_mode="9" if kind == "HC" and discharged == "9" else "8",
        ghm="28Z04Z" if kind == "SEANCE" else "08C471",
        chain=f"{person:032}",
        units=_units(kind, entry, leave, codes, [Act(code=code, day=_day(day)) for code, day in acts]),
    )


def _units(
    kind: str, entry: date, leave: date, codes: Sequence[str], acts: Sequence[Act]
) -> tuple[Unit, ...]:
    sessions = 1 if kind == "SEANCE" else 0
    return (
        Unit(
            entry=entry,
            leave=leave,
            principal=codes[0],
            associated=codes[1:],
            acts=acts,
            sessions=sessions,
        ),
    )


def _by_visit(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, *, order: str
) -> Mapping[int, Sequence[Any]]:
    rows = connection.execute(
        f"SELECT visit_occurrence_id, {columns} FROM {table} ORDER BY visit_occurrence_id, {order}"
    ).fetchall()
    found: dict[int, list[Any]] = {}
    for visit, *rest in rows:
        found.setdefault(visit, []).append(rest)
    return found


def _day(instant: Any) -> date:
    return instant.date() if hasattr(instant, "date") else instant
