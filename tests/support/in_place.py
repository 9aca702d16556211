"""The same small warehouse on every engine, with or without objections."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.objections import add_objections
from maillage.warehouse.place import FilePlace, Place
from tests.support.omop import Rows, load_tables
from tests.support.postgres import load_schema, shared_cluster
from tests.support.spark import export_parquet, keep_spark, quick_place

ENGINES = ("duckdb", "postgres", "spark")


def write_objections(folder: Path, *persons: int) -> Path:
    """A list of objections, empty where nobody objects."""
    path = folder / "objections.csv"
    path.write_text("".join(f"{line}\n" for line in ("person_id", *persons)), encoding="utf-8")
    return path


def make_place(kind: str, folder: Path, warehouse: Path, *objected: int) -> Place:
    """The rows of a warehouse file as a place of this kind."""
    objections = write_objections(folder, *objected)
    match kind:
        case "duckdb":
            if objected:
                add_objections(warehouse, persons=objections)
            return FilePlace(path=warehouse, threads=1)
        case "postgres":
            cluster = shared_cluster()
            schema = f"s{os.urandom(6).hex()}"
            load_schema(cluster, schema, warehouse)
            return cluster.place(schema, objections=objections)
        case _:
            keep_spark()
            return quick_place(export_parquet(warehouse, folder / "parquet"), objections=objections)


@contextmanager
def opened(kind: str, folder: Path, tables: Mapping[str, Rows], *objected: int) -> Generator[Engine]:
    """These rows, open on an engine of this kind."""
    engine = open_engine(make_place(kind, folder, load_tables(folder, tables), *objected))
    try:
        yield engine
    finally:
        engine.close()
