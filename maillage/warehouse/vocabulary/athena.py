"""An Athena export becomes a release in bounded memory: rows stream, and sorts spill to the disk."""

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.build.diagnose import explain
from maillage.warehouse.build.insert import Input, cast_rows
from maillage.warehouse.build.progress import Meter, Progress
from maillage.warehouse.build.sources import open_file
from maillage.warehouse.layout import sort_key
from maillage.warehouse.schema import TABLES
from maillage.warehouse.vocabulary.archive import extract_tables
from maillage.warehouse.vocabulary.errors import VocabularySourceError
from maillage.warehouse.vocabulary.release import OMOP_TABLES, Release, Writer, new_release, open_release

MEMORY_LIMIT = "2GB"


def import_athena(
    source: Path,
    *,
    target: Path,
    version: str,
    memory_limit: str = MEMORY_LIMIT,
    progress: Progress | None = None,
) -> Release:
    """Make a release from a folder, or a ZIP archive, of Athena's tab-separated files.

    CONCEPT must be there; other absent tables are left out. Raises VocabularySourceError, SourceError, which
    name the file, the line and the column, ArchiveLimitError, ReleaseExistsError, ReleaseWriteError.
    """
    with new_release(target, version=version) as writer, _scratch(writer.folder) as scratch:
        inputs = list(_find_inputs(_open_source(source, scratch)))
        with _engine(scratch, memory_limit) as connection:
            meter = Meter(connection, progress=progress, total=sum(one.weight for one in inputs))
            for one in inputs:
                with meter.step(one.table.name, one.weight), explain(one):
                    _copy(connection, one, writer=writer)
            _check_ids(connection, writer.folder / "concept.csv")
            meter.finish(version)
    return open_release(target)


@contextmanager
def _scratch(folder: Path) -> Generator[Path]:
    scratch = folder / "scratch"
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _open_source(source: Path, scratch: Path) -> Path:
    if source.is_dir():
        return source
    if not source.is_file():
        raise VocabularySourceError(
            _("{source} n’existe pas.").format(source=source),
            remedy=_("Donnez l’archive téléchargée d’Athena, ou le dossier où elle est décompressée."),
        )
    extract_tables(source, to=scratch)
    return scratch


def _find_inputs(folder: Path) -> Iterator[Input]:
    found = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    if "concept.csv" not in found:
        raise VocabularySourceError(
            _("Il n’y a pas de fichier CONCEPT.csv dans cet export."),
            remedy=_("Donnez un export entier d’Athena."),
        )
    for table in OMOP_TABLES:
        path = found.get(f"{table}.csv")
        if path is not None:
            yield Input(
                table=TABLES[table],
                origin=path.name,
                weight=path.stat().st_size,
                open=partial(open_file, path=path),
                path=path,
            )


@contextmanager
def _engine(scratch: Path, memory_limit: str) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = ?", [memory_limit])
        connection.execute("SET temp_directory = ?", [str(scratch / "spill")])
        # The order is asked for by name; keeping the source's besides would hold whole tables in memory.
        connection.execute("SET preserve_insertion_order = false")
        yield connection


def _copy(connection: duckdb.DuckDBPyConnection, one: Input, *, writer: Writer) -> None:
    rows = cast_rows(one.open(connection), one.table, origin=one.origin)
    ordered = rows.order(", ".join(dict.fromkeys((*sort_key(one.table.name), *one.table.column_names))))
    path = writer.folder / f"{one.table.name}.csv"
    ordered.write_csv(str(path), header=True)
    count = connection.read_csv(str(path), header=True, all_varchar=True, delimiter=",", quotechar='"')
    writer.add(one.table.name, rows=count.aggregate("count(*)").fetchall()[0][0])


def _check_ids(connection: duckdb.DuckDBPyConnection, concepts: Path) -> None:
    rows = connection.read_csv(str(concepts), header=True, all_varchar=True, delimiter=",", quotechar='"')
    total, distinct = rows.aggregate("count(*), count(DISTINCT concept_id)").fetchall()[0]
    if total != distinct:
        twice = rows.aggregate("concept_id, count(*) AS n", "concept_id").filter("n > 1").limit(1)
        raise VocabularySourceError(
            _("CONCEPT donne {count} identifiant(s) plusieurs fois, dont {id}.").format(
                count=total - distinct, id=twice.fetchall()[0][0]
            ),
            remedy=_("Téléchargez l’export à nouveau ; n’en réunissez pas deux à la main."),
        )
