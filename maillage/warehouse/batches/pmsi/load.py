"""PMSI files become a batch of a warehouse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage import __version__
from maillage.base.i18n import _
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.load import BatchReport, Means, load_batch
from maillage.warehouse.batches.pmsi.report import PmsiReport
from maillage.warehouse.batches.pmsi.stage import DEFAULT_TOLERANCE, stage_pmsi
from maillage.warehouse.batches.unmapped import Unmapped, find_unmapped
from maillage.warehouse.errors import SourceError


@dataclass(frozen=True)
class PmsiBatch:
    """What a load did. `pmsi` is None when the same files were loaded already."""

    batch: BatchReport
    pmsi: PmsiReport | None
    unmapped: tuple[Unmapped, ...] | None = ()
    """Codes that the warehouse's vocabulary does not know."""


def load_pmsi(
    files: Sequence[Path],
    *,
    patients: Path | None,
    target: Path,
    name: str,
    source_name: str,
    tolerance: float = DEFAULT_TOLERANCE,
    means: Means | None = None,
) -> PmsiBatch:
    """Load RUM, RSS or RSA files as the batch `name`; `patients` links their stays to patients.

    More than the share `tolerance` of lines without use is refused: PmsiRefusedError, with the report.
    Raises SourceError, BatchError, WarehouseError.
    """
    sources = [*files, *([patients] if patients else [])]
    _check_files(sources)
    reports: list[PmsiReport] = []

    def write(staged: Path) -> None:
        limit = means.memory_limit if means else None
        reports.append(
            stage_pmsi(files, folder=staged, patients=patients, tolerance=tolerance, memory_limit=limit)
        )

    change = load_batch(
        target,
        name=name,
        kind="pmsi",
        # Files in another order are another load: of two lines with one number the last one stands.
        digest=digest_files(sources, reader=f"pmsi {__version__} {[path.name for path in files]}"),
        write=write,
        source_name=source_name,
        means=means,
    )
    unmapped = find_unmapped(target, change.batches[-1]) if change.load else ()
    return PmsiBatch(change, reports[0] if reports else None, unmapped)


def _check_files(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise SourceError(
                _("{file} n’est pas un fichier.").format(file=path),
                remedy=_("Vérifiez le chemin, puis recommencez."),
            )
