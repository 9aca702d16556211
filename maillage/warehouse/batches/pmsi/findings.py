"""What the tables of a load tell of the quality of the files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.batches.pmsi.lines import FileLines
from maillage.warehouse.batches.pmsi.positions import versions
from maillage.warehouse.batches.pmsi.report import NOTES, PLACES_SHOWN, PmsiReport, Refused
from maillage.warehouse.sql import text

_ANONYMOUS_BIRTHS = "max(birth_year) - min(birth_year) > 1"
"""An age in years fixes a birth within a year."""


def find_faults(connection: duckdb.DuckDBPyConnection, files: Sequence[FileLines]) -> PmsiReport:
    """The lines that cannot be used, and those that came more than once."""
    known = [*versions("rum"), *versions("rss"), *versions("rsa")]
    faults = _statements()["faults"].format(shown=PLACES_SHOWN, versions=", ".join(map(text, known)))
    found: list[tuple[str, int, list[tuple[int, int]]]] = connection.execute(faults).fetchall()
    refused = tuple(
        Refused(fault, count, tuple((files[file].name, number) for file, number in places))
        for fault, count, places in found
    )
    repeated, replaced = _row(connection, _statements()["repeated"])
    return PmsiReport(tuple(files), refused, _some({"repeated": repeated, "replaced": replaced}))


def complete_report(
    report: PmsiReport, connection: duckdb.DuckDBPyConnection, *, anonymous: bool, rows: Mapping[str, int]
) -> PmsiReport:
    """What the report says once the stays are made and their rows, by table, are written."""
    births = _ANONYMOUS_BIRTHS if anonymous else "count(DISTINCT birth) > 1"
    statements = _statements()
    counts = {name: _row(connection, statements[name].format(births=births))[0] for name in NOTES}
    units, stays, persons = _row(connection, statements["totals"])
    (documentary,) = _row(connection, statements["documentary"])
    return replace(
        report,
        units=units,
        stays=stays,
        persons=persons,
        notes=_some(counts),
        rows=rows,
        left_out={**report.left_out, **_some({"documentary": documentary})},
    )


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> Sequence[int]:
    return connection.execute(query).fetchall()[0]


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.warehouse.batches.pmsi", "sql/findings.sql")
