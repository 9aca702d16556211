"""What a warehouse file says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from maillage.base.clock import parse_instant
from maillage.warehouse.build.faults import FAULTS_FACT, Faults, parse_faults
from maillage.warehouse.build.finish import count_rows
from maillage.warehouse.file import open_file, read_metadata
from maillage.warehouse.layout import OBJECTION_TABLE, WITHHELD_SCHEMA
from maillage.warehouse.schema import TABLES


@dataclass(frozen=True)
class WarehouseInfo:
    """`rows` and `persons` are what queries see; `withheld` persons are in the file and objected."""

    layout_version: int
    cdm_version: str
    source_name: str
    vocabulary_version: str
    maillage_version: str
    created_at: datetime
    rows: Mapping[str, int]
    persons: int
    objections: int
    withheld: int
    file_bytes: int
    faults: Mapping[str, Faults]
    """By table, what was wrong with the rows that were loaded."""


def read_info(path: Path) -> WarehouseInfo:
    """Read a warehouse's description. Raises WarehouseError."""
    with open_file(path) as connection:
        metadata = read_metadata(connection)
        rows = {name: count_rows(connection, f"main.{name}") for name in TABLES}
        objections = count_rows(connection, OBJECTION_TABLE)
        withheld = count_rows(connection, f"{WITHHELD_SCHEMA}.person")
    return WarehouseInfo(
        layout_version=int(metadata["layout_version"]),
        cdm_version=metadata["cdm_version"],
        source_name=metadata["source_name"],
        vocabulary_version=metadata["vocabulary_version"],
        maillage_version=metadata["maillage_version"],
        created_at=parse_instant(metadata["created_at"]),
        rows=MappingProxyType(rows),
        persons=rows["person"],
        objections=objections,
        withheld=withheld,
        file_bytes=path.stat().st_size,
        faults=MappingProxyType(parse_faults(metadata.get(FAULTS_FACT, "{}"))),
    )
