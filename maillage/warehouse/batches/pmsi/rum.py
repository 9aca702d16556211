"""RUM lines, grouped or not: a summary of a unit each, chained by the number of the stay."""

from collections.abc import Collection, Mapping

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.batches.identity import row_id
from maillage.warehouse.batches.pmsi.positions import ZONES, layouts_of, read_fields, zone, zone_length

_DIAGNOSIS = zone_length("rum_diagnosis")
_ACT = max(field.start + (field.length or 0) for field in zone("rum_act").values()) - 1
"""What is read of an act; later versions have more behind it."""


def read_rum(connection: duckdb.DuckDBPyConnection, *, present: Collection[str]) -> None:
    """Make the table `summary` of the lines of known versions: their fields, and what is wrong with them."""
    statements = _statements()
    lines = [
        statements["lines"].format(
            version=version,
            fixed=layout[ZONES].start - 1,
            fields=read_fields(layout, text="text") + ("" if "ghm" in layout else ", NULL AS ghm"),
            diagnosis=_DIAGNOSIS,
            act=zone_length("rum_act", version=version),
            more=zone_length("rum_act", version=version) - _ACT,
        )
        for version, layout in layouts_of(("rum", "rss"), present=present).items()
    ]
    connection.execute(
        statements["read"].format(lines=" UNION ALL BY NAME ".join(lines), diagnosis=_DIAGNOSIS)
    )


def unite_rum(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables `unit` and `act` of the lines without a fault."""
    statements = _statements()
    ids = {
        "visit": row_id("'pmsi visit'", "finess", "stay", "summary.admission"),
        "detail": row_id("'pmsi visit_detail'", "finess", "stay", "summary.admission", "record"),
    }
    connection.execute(statements["unit"].format(**ids, diagnosis=_DIAGNOSIS))
    connection.execute(statements["act"].format(fields=read_fields(zone("rum_act"), text="text"), act=_ACT))


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.warehouse.batches.pmsi", "sql/rum.sql")
