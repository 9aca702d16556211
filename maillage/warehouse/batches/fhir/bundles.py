"""Bundles become lines, one a resource, so that everything after reads one form.

A document is read whole by the engine, hence a limit; an export that is larger exists as NDJSON too.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.fhir.report import FhirReport, Reject
from maillage.warehouse.batches.fhir.session import in_order, path_list, work
from maillage.warehouse.errors import SourceError
from maillage.warehouse.sql import text

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024


def unpack_documents(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, folder: Path, report: FhirReport
) -> list[Path]:
    """Write the resources of documents as lines; a document that cannot be read is counted and named.

    Raises SourceError for a document that is too large.
    """
    for path in paths:
        _check_size(path)
    made: list[Path] = []
    for number, path in enumerate(paths):
        # Under its own name, by which a reader knows it.
        target = folder / str(number) / path.name
        target.parent.mkdir(parents=True)
        with in_order(connection):
            if _unpack(connection, path, target=target, report=report):
                made.append(target)
    return made


def _unpack(connection: duckdb.DuckDBPyConnection, path: Path, *, target: Path, report: FhirReport) -> bool:
    documents = (
        f"read_json_objects({path_list([path])}, format = 'unstructured', "
        f"maximum_object_size = {MAX_DOCUMENT_BYTES})"
    )
    words = {name: work(name) for name in ("whole", "deleted", "tombstone")}
    try:
        connection.execute(work("to_lines", documents=documents, target=text(str(target)), **words))
        bare = connection.execute(work("count_bare", documents=documents, **words)).fetchall()[0][0]
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        report.reject([Reject(path.name, *_find_fault(path))], count=1)
        return False
    report.leave_out("Bundle", "no-resource", bare)
    return True


def _find_fault(path: Path) -> tuple[int, str]:
    """The line where a document stops being JSON, and why."""
    try:
        json.loads(path.read_bytes())
    except UnicodeDecodeError as error:
        return path.read_bytes()[: error.start].count(b"\n") + 1, "not-utf-8"
    except json.JSONDecodeError as error:
        return error.lineno, "not-json"
    except RecursionError:
        return 1, "too-deep"
    except ValueError:
        # A number of more digits than the interpreter reads: the fault that the engine saw lies elsewhere.
        return 1, "not-fhir"
    return 1, "not-fhir"


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_DOCUMENT_BYTES:
        raise SourceError(
            _("{file} fait {size} Mo : un document JSON en a {limit} au plus.").format(
                file=path.name, size=size // 1_000_000, limit=MAX_DOCUMENT_BYTES // 1_000_000
            ),
            remedy=_("Exportez en NDJSON (une ressource par ligne), ou partagez le Bundle en plusieurs."),
        )
