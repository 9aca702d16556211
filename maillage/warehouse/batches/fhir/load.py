"""An export becomes the rows of a batch, or a refusal that says why."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage import __version__
from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.fhir.bundles import unpack_documents
from maillage.warehouse.batches.fhir.census import Census, guess_types
from maillage.warehouse.batches.fhir.read import read_types
from maillage.warehouse.batches.fhir.rejects import find_long_line, find_rejects, holds_no_fhir
from maillage.warehouse.batches.fhir.report import FAULTS, FhirReport, Reject
from maillage.warehouse.batches.fhir.session import open_session
from maillage.warehouse.batches.fhir.sources import FhirSources, check_archives, find_fhir
from maillage.warehouse.batches.load import BatchReport, Means, load_batch
from maillage.warehouse.batches.unmapped import Unmapped, find_unmapped
from maillage.warehouse.errors import SourceError, WarehouseWriteError

DEFAULT_TOLERANCE = 0.01
"""The share of lines that may be unreadable."""


@dataclass(frozen=True)
class FhirBatch:
    """What a load did. `fhir` is None when the same files were loaded already."""

    batch: BatchReport
    fhir: FhirReport | None
    unmapped: tuple[Unmapped, ...] | None = ()
    """Codes that the warehouse's vocabulary does not know."""


def load_fhir(
    paths: Sequence[Path],
    *,
    target: Path,
    name: str,
    source_name: str,
    tolerate: float = DEFAULT_TOLERANCE,
    means: Means | None = None,
) -> FhirBatch:
    """Load FHIR R4 files, or folders of them, as the batch `name` of a warehouse.

    Refused when more than the share `tolerate` of the lines cannot be read.
    Raises SourceError, BatchError, WarehouseError.
    """
    sources = find_fhir(paths)
    means = means or Means()
    told: list[FhirReport] = []

    def write(staged: Path) -> None:
        told.append(stage_fhir(sources, folder=staged, tolerate=tolerate, memory_limit=means.memory_limit))

    report = load_batch(
        target,
        name=name,
        kind="fhir",
        digest=digest_files(sources.files, reader=f"fhir {__version__}"),
        write=write,
        source_name=source_name,
        means=means,
    )
    unmapped = find_unmapped(target, report.batches[-1]) if report.load else ()
    return FhirBatch(report, told[0] if told else None, unmapped)


def stage_fhir(
    sources: FhirSources, *, folder: Path, tolerate: float, memory_limit: str | None = None
) -> FhirReport:
    """Write the OMOP tables of an export as Parquet files into `folder`. Raises SourceError."""
    report = FhirReport(ignored_files=list(sources.ignored))
    check_archives(sources.lines)
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=folder.parent) as name:
        scratch = Path(name)
        with (
            _named_errors(sources.lines),
            open_session(scratch, memory_limit=memory_limit) as connection,
        ):
            made = unpack_documents(
                connection, sources.documents, folder=scratch / "documents", report=report
            )
            census = guess_types(connection, [*sources.lines, *made])
            read_types(connection, census, scratch=scratch, staged=folder, report=report)
            _count_rejects(connection, census, report=report)
    _judge(report, tolerate=tolerate)
    return report


def _count_rejects(connection: duckdb.DuckDBPyConnection, census: Census, *, report: FhirReport) -> None:
    for resource, count in census.unmapped.items():
        report.unmapped[resource] = count
    for path, count in sorted(census.unreadable.items()):
        if path in census.empty and holds_no_fhir(connection, path):
            report.ignored_files.append(path.name)
            continue
        report.reject(find_rejects(connection, path), count=count)


def _judge(report: FhirReport, *, tolerate: float) -> None:
    """Raise SourceError when too much could not be read, or when there was nothing to read."""
    if report.rejected > tolerate * report.lines:
        raise SourceError(
            _("{rejected} lignes sur {lines} sont illisibles : rien n’a été chargé.").format(
                rejected=report.rejected, lines=report.lines
            ),
            why="\n".join([tell_faults(report), *tell_rejects(report.first_rejects)]),
            remedy=_(
                "Refaites l’export de ces fichiers ; ou acceptez cette perte en connaissance de cause avec "
                "--tolerate."
            ),
        )
    if not report.resources and not report.unmapped:
        raise SourceError(
            _("Ces fichiers ne contiennent aucune ressource FHIR."),
            remedy=_("Donnez le dossier d’un export FHIR R4 en NDJSON, ou des Bundle en JSON."),
        )


def tell_faults(report: FhirReport) -> str:
    """Why lines could not be read, and how many each time, the most first."""
    found = sorted(report.faults.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{_(FAULTS[reason])} ({format_number(count)})" for reason, count in found)


def tell_rejects(rejects: Sequence[Reject]) -> list[str]:
    """The places of the first lines that could not be read, a text for each file and reason."""
    places: dict[tuple[str, str], list[str]] = {}
    for reject in rejects:
        places.setdefault((reject.file, reject.reason), []).append(str(reject.place))
    return [
        ngettext("{file}, ligne {lines} : {reason}", "{file}, lignes {lines} : {reason}", len(lines)).format(
            file=file, lines=", ".join(lines), reason=_(FAULTS[reason])
        )
        for (file, reason), lines in places.items()
    ]


@contextmanager
def _named_errors(paths: Sequence[Path]) -> Generator[None]:
    """Turn the engine's errors into ours; their text may quote values, so it is dropped."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise WarehouseWriteError(
            _("La mémoire n’a pas suffi pour lire l’export."),
            remedy=_("Augmentez la limite de mémoire (--memory), puis recommencez."),
        ) from None
    except duckdb.Error as error:
        long = find_long_line(paths)
        if long is not None:
            raise SourceError(
                _("Une ressource est trop longue : rien n’a été chargé."),
                why="\n".join(tell_rejects([long])),
                remedy=_("Refaites l’export de ce fichier sans les contenus joints (Binary, data)."),
            ) from None
        raise WarehouseWriteError(
            _("L’export n’a pas pu être lu en entier."),
            why=type(error).__name__,
            remedy=_("Vérifiez la place libre sur le disque de l’entrepôt, puis recommencez."),
        ) from None
