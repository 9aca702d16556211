"""What a hospital may have: files of four kinds, a warehouse that is there, a database in place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class FhirSource:
    """A file of FHIR R4, or a folder of them."""

    path: Path
    kind: Literal["fhir"] = "fhir"


@dataclass(frozen=True)
class PmsiSource:
    """Files of RUM, RSS or RSA, the file that links their stays to patients, and names that are not read."""

    files: tuple[Path, ...]
    patients: Path | None
    ignored: tuple[str, ...] = ()
    kind: Literal["pmsi"] = "pmsi"


@dataclass(frozen=True)
class TablesSource:
    """A hospital's own CSV or Parquet files, and the mapping that says what they mean."""

    mapping: Path
    folder: Path
    kind: Literal["tables"] = "tables"


@dataclass(frozen=True)
class OmopSource:
    """A folder with a CSV or Parquet file for each OMOP table."""

    folder: Path
    kind: Literal["omop"] = "omop"


@dataclass(frozen=True)
class WarehouseSource:
    """A warehouse that was built before."""

    path: Path
    kind: Literal["warehouse"] = "warehouse"


@dataclass(frozen=True)
class PostgresSource:
    """An OMOP schema in PostgreSQL, by its address or its service; no password is in it."""

    dsn: str
    kind: Literal["postgres"] = "postgres"


FileSource = FhirSource | PmsiSource | TablesSource | OmopSource
"""What a warehouse is built from."""

Source = FileSource | WarehouseSource | PostgresSource
