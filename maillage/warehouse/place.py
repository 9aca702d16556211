"""Where a warehouse is and by which engine it is read. Nothing here imports an engine: the agent stays small.

A database or a lakehouse that exists has no rows set apart for objections, so its place names the list of the
persons who objected: without a readable list no engine opens it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class FilePlace:
    """A file made by `maillage warehouse load`. `threads` 0 means every core."""

    path: Path
    memory_limit: str | None = None
    threads: int = 0
    engine: Literal["duckdb"] = "duckdb"


@dataclass(frozen=True, kw_only=True)
class PostgresPlace:
    """An OMOP schema in PostgreSQL. `dsn` holds no password: it is in `password_file`, or in ~/.pgpass.

    `vocabulary_schema` holds the vocabulary's tables where they lie apart; `work_mem` reads like `64MB`.
    """

    dsn: str
    cdm_schema: str
    objections: Path
    vocabulary_schema: str | None = None
    password_file: Path | None = None
    work_mem: str = "64MB"
    time_limit_seconds: float = 300
    engine: Literal["postgres"] = "postgres"


@dataclass(frozen=True, kw_only=True)
class SparkPlace:
    """OMOP tables in Parquet (`data`, a folder or an address) or in a database of the catalog (`catalog`).

    `master` is `local[2]` or `spark://…`; `memory_limit` is that of one Spark process; `options` are
    other settings of Spark, such as the address of a metastore.
    """

    objections: Path
    data: str | None = None
    catalog: str | None = None
    master: str = "local[*]"
    memory_limit: str = "2GB"
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    engine: Literal["spark"] = "spark"


Place = FilePlace | PostgresPlace | SparkPlace
