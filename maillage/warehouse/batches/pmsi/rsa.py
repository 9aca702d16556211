"""RSA lines: a whole stay each, units in a zone; dates come from the ANO file, or from the month of exit."""

from collections.abc import Collection, Mapping

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.batches.identity import row_id
from maillage.warehouse.batches.pmsi.positions import (
    NEXT,
    ZONES,
    Layout,
    layouts_of,
    read_fields,
    zone,
    zone_length,
)

_ZONES = ("authorisation", "radiotherapy", "unit", "diagnosis", "act")
_LENGTHS: Mapping[str, int] = {name: zone_length(f"rsa_{name}") for name in _ZONES}


def read_rsa(connection: duckdb.DuckDBPyConnection, *, present: Collection[str]) -> None:
    """Make the table `summary` of the lines of known versions: their fields, and what is wrong with them."""
    statements = _statements()
    lines = [
        statements["lines"].format(
            version=version, fixed=layout[ZONES].start - 1, fields=read_fields(layout, text="text")
        )
        for version, layout in layouts_of(("rsa",), present=present).items()
    ]
    sums = {f"sum_{name}": _sum(zone("rsa_unit"), name) for name in ("associated", "acts")}
    connection.execute(statements["read"].format(lines=" UNION ALL BY NAME ".join(lines), **sums, **_LENGTHS))


def unite_rsa(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables `unit` and `act` of the lines without a fault."""
    statements = _statements()
    connection.execute(statements["dated"])
    ids = {
        "visit": row_id("'pmsi visit'", "finess", "stay"),
        "detail": row_id("'pmsi visit_detail'", "finess", "stay", "record"),
    }
    zones = statements["zones"].format(**_LENGTHS)
    connection.execute(statements["unit"].format(fields=_unit_fields(), zones=zones, **ids, **_LENGTHS))
    connection.execute(statements["act"].format(fields=read_fields(zone("rsa_act"), text="text"), **_LENGTHS))


def _unit_fields() -> str:
    """The fields of a unit, apart in their names from those of the stay."""
    fields = [field for field in zone("rsa_unit").values() if field.name != NEXT]
    return ", ".join(f"{field.read('text')} AS unit_{field.name}" for field in fields)


def _sum(layout: Layout, name: str) -> str:
    field = layout[name]
    return _statements()["sum"].format(offset=field.start - 1, length=field.length, **_LENGTHS)


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.warehouse.batches.pmsi", "sql/rsa.sql")
