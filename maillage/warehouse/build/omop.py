"""A folder of OMOP tables becomes a warehouse."""

from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from maillage.base.i18n import _
from maillage.warehouse.build.assemble import assemble
from maillage.warehouse.build.diagnose import explain
from maillage.warehouse.build.insert import Input, cast_rows, check_columns, source_columns
from maillage.warehouse.build.person_ids import read_person_ids
from maillage.warehouse.build.progress import Progress
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.build.sources import Sources, find_sources, is_csv, open_file
from maillage.warehouse.build.stored import filled_columns, find_empty
from maillage.warehouse.errors import WarehouseBrokenError, WarehouseError
from maillage.warehouse.file import read_objections
from maillage.warehouse.schema import TABLES

_WORTH_A_LOOK = 1 << 20
"""Bytes of a Parquet file below which sorting and writing it all costs less than looking at it first."""


def load_omop(
    source: Path,
    *,
    target: Path,
    source_name: str | None = None,
    progress: Progress | None = None,
    memory_limit: str | None = None,
) -> LoadReport:
    """Build the warehouse `target` from a folder with one Parquet or CSV file per OMOP table.

    Without a table of observation periods these are derived, and eras where there are none: who is never
    observed is in no cohort. Objections come from the optional file objection and from the former warehouse
    at `target`: loading again never forgets one. Raises SourceError, WarehouseWriteError, WarehouseBusyError.
    """
    sources = find_sources(source)
    inputs = [_input(table, path) for table, path in sources.files.items()]
    filled = _check_all(inputs)
    return assemble(
        inputs,
        target=target,
        source_name=source_name or source.resolve().name,
        objections=partial(_all_objections, sources, target),
        total=sum(one.weight for one in inputs),
        progress=progress,
        memory_limit=memory_limit,
        ignored=sources.ignored,
        derive="observation_period" not in sources.files,
        empty=find_empty(filled.items()),
    )


def stage_omop(source: Path, *, folder: Path) -> None:
    """Write the tables of a folder as Parquet files of the model's types. Raises SourceError."""
    # A batch may bring a vocabulary alone: it need not hold persons.
    sources = find_sources(source, needs_person=False)
    inputs = [_input(table, path) for table, path in sources.files.items()]
    _check_all(inputs)
    with duckdb.connect() as connection:
        for one in inputs:
            with explain(one):
                rows = cast_rows(one.open(connection), one.table, origin=one.origin)
                rows.write_parquet(str(folder / f"{one.table.name}.parquet"), compression="zstd")


def _input(table: str, path: Path) -> Input:
    return Input(
        table=TABLES[table],
        origin=path.name,
        weight=path.stat().st_size,
        open=partial(open_file, path=path),
        path=path,
        by_column=not is_csv(path) and path.stat().st_size >= _WORTH_A_LOOK,
    )


def _check_all(inputs: list[Input]) -> dict[str, set[str]]:
    """Every file's columns before the first row: a mistake is told in a second, not after an hour.

    By table, the columns that are not known to hold nothing but nulls.
    """
    with duckdb.connect() as connection:
        return {one.table.name: _check_one(connection, one) for one in inputs}


def _check_one(connection: duckdb.DuckDBPyConnection, one: Input) -> set[str]:
    with explain(one):
        present = source_columns(one.open(connection), origin=one.origin)
    check_columns(one.table, present, origin=one.origin)
    if one.path is None or not one.by_column:
        return set(present)
    with explain(one):
        return filled_columns(connection, [one.path])


def _all_objections(sources: Sources, target: Path) -> np.ndarray:
    try:
        former = read_objections(target)
    except WarehouseError as error:
        raise WarehouseBrokenError(
            _("{target} existe et ses oppositions sont illisibles : il n’est pas remplacé.").format(
                target=target
            ),
            why=error.what,
            remedy=_(
                "Choisissez un autre nom, ou déplacez ce fichier puis enregistrez les oppositions à nouveau."
            ),
        ) from error
    if sources.objections is None:
        return former
    return np.union1d(former, read_person_ids(sources.objections))
