"""A folder of a hospital's own files and a mapping become a batch of a warehouse."""

import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from maillage import __version__
from maillage.base.i18n import _
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.load import Means, load_batch
from maillage.warehouse.batches.tables.block import BlockCompiler
from maillage.warehouse.batches.tables.files import OpenSource, find_files, load_source, read_columns
from maillage.warehouse.batches.tables.read import MappingFile, read_mapping
from maillage.warehouse.batches.tables.report import BlockReport, TablesReport
from maillage.warehouse.batches.tables.stage import stage_blocks
from maillage.warehouse.batches.tables.strangers import find_strangers
from maillage.warehouse.batches.unmapped import find_unmapped
from maillage.warehouse.errors import SourceError, WarehouseError, WarehouseWriteError

KIND = "tables"
_SCRATCH = ".scratch"

__all__ = ["TablesReport", "check_tables", "load_tables", "stage_tables"]


@dataclass(frozen=True)
class _Plan:
    """A mapping and the files that each of its sources names."""

    file: MappingFile
    files: Mapping[str, list[Path]]


def load_tables(
    mapping: Path,
    *,
    folder: Path,
    target: Path,
    batch: str,
    tolerate: float = 0.01,
    means: Means | None = None,
) -> TablesReport:
    """Load the files of `folder` as the batch `batch` of the warehouse `target`.

    `tolerate` is the share, 0 to 1, of each table's rows that may be rejected. Raises MappingError,
    SourceError, BatchError, WarehouseError; the former warehouse is then intact.
    """
    plan = _plan(mapping, folder)
    used = [mapping, *{path for paths in plan.files.values() for path in paths}]
    blocks: list[BlockReport] = []

    def write(staged: Path) -> None:
        limit = means.memory_limit if means else None
        blocks.extend(_write(plan, staged, tolerate=tolerate, memory_limit=limit))

    report = load_batch(
        target,
        name=batch,
        kind=KIND,
        digest=digest_files(used, reader=f"tables {__version__}"),
        write=write,
        source_name=plan.file.mapping.name or folder.resolve().name,
        means=means,
    )
    unmapped = find_unmapped(target, report.batches[-1]) if report.load else ()
    strangers = find_strangers(target, report.batches[-1]) if report.load else ()
    return TablesReport(report, tuple(blocks), unmapped, strangers)


def stage_tables(
    mapping: Path, *, folder: Path, into: Path, tolerate: float = 0.01
) -> tuple[BlockReport, ...]:
    """Write the OMOP tables of a folder's files as Parquet files into an empty folder.

    Raises MappingError, SourceError.
    """
    return _write(_plan(mapping, folder), into, tolerate=tolerate, memory_limit=None)


def check_tables(mapping: Path, *, folder: Path) -> MappingFile:
    """Check a mapping against its files' columns, loading nothing. Raises MappingError, SourceError."""
    plan = _plan(mapping, folder)
    with TemporaryDirectory() as scratch, duckdb.connect() as connection:
        sources = {
            name: _described(plan.file, name, paths, scratch=Path(scratch))
            for name, paths in plan.files.items()
        }
        _check_blocks(connection, plan.file, sources)
    return plan.file


def _described(file: MappingFile, name: str, paths: list[Path], *, scratch: Path) -> OpenSource:
    settings = file.mapping.sources[name]
    columns = read_columns(paths[0], settings, scratch=scratch)
    return OpenSource(name, settings, "", tuple(paths), columns, 0, ())


def _check_blocks(
    connection: duckdb.DuckDBPyConnection, file: MappingFile, sources: Mapping[str, OpenSource]
) -> None:
    for index in range(len(file.mapping.tables)):
        compiler = BlockCompiler(file, index, sources)
        compiler.find_joined()
        compiler.compile(connection)


def _plan(mapping: Path, folder: Path) -> _Plan:
    if not folder.is_dir():
        raise SourceError(
            _("{folder} n’est pas un dossier.").format(folder=folder),
            remedy=_("Donnez le dossier des fichiers que la correspondance nomme."),
        )
    file = read_mapping(mapping)
    named = {block.source for block in file.mapping.tables}
    named |= {block.join.source for block in file.mapping.tables if block.join}
    return _Plan(
        file, {name: find_files(file, name, folder) for name in file.mapping.sources if name in named}
    )


def _write(
    plan: _Plan, staged: Path, *, tolerate: float, memory_limit: str | None
) -> tuple[BlockReport, ...]:
    scratch = staged / _SCRATCH
    scratch.mkdir()
    try:
        with _scratch_database(scratch, memory_limit) as connection:
            # Columns are checked in every file before the first row is read.
            headers = {
                name: _described(plan.file, name, paths, scratch=scratch)
                for name, paths in plan.files.items()
            }
            _check_blocks(connection, plan.file, headers)
            sources = {
                name: load_source(connection, name, plan.file.mapping.sources[name], paths, scratch=scratch)
                for name, paths in plan.files.items()
            }
            return stage_blocks(connection, plan.file, sources, folder=staged, tolerate=tolerate)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _scratch_database(scratch: Path, memory_limit: str | None) -> Generator[duckdb.DuckDBPyConnection]:
    """On the disk, so that memory stays bounded; the engine's messages, which quote values, are dropped."""
    try:
        with duckdb.connect(str(scratch / "scratch.duckdb")) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET python_enable_replacements = false")
            if memory_limit is not None:
                connection.execute("SET memory_limit = ?", [memory_limit])
            yield connection
    except WarehouseError:
        raise
    except duckdb.OutOfMemoryException:
        raise WarehouseWriteError(
            _("La mémoire n’a pas suffi pour lire ces fichiers."),
            remedy=_("Augmentez la limite de mémoire, ou libérez de la mémoire, puis recommencez."),
        ) from None
    except duckdb.Error as error:
        raise WarehouseWriteError(
            _("Les fichiers n’ont pas pu être lus en entier."),
            why=type(error).__name__,
            remedy=_("Libérez de la place, puis recommencez ; l’ancien fichier est intact."),
        ) from None
