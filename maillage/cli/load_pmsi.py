"""`maillage warehouse load-pmsi`: a batch from RUM, RSS or RSA files."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage import __version__
from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.cli.batches import tell_change
from maillage.cli.load_report import print_load_report
from maillage.cli.progress import progress_bar
from maillage.warehouse.batches import BatchReport, load_batch
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.load import Means
from maillage.warehouse.batches.pmsi import (
    DEFAULT_TOLERANCE,
    FAULTS,
    NOTES,
    PmsiRefusedError,
    PmsiReport,
    Refused,
    stage_pmsi,
)
from maillage.warehouse.errors import SourceError


def load_pmsi(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help=_("Les fichiers de RUM, de RSS groupés ou de RSA."))
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=_("Le fichier de l’entrepôt."))],
    batch: Annotated[str, typer.Option(help=_("Le nom du lot à ajouter ou à mettre à jour."))],
    patients: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=_(
                "Relie les séjours aux patients : CSV à colonnes NAS et IPP, ANO-HOSP (RUM) ou ANO (RSA)."
            ),
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help=_("Le nom de la source, par défaut celui du lot."))] = None,
    memory: Annotated[str | None, typer.Option(help=_("La mémoire permise, par exemple 8GB."))] = None,
    tolerate: Annotated[
        float,
        typer.Option(
            metavar="PERCENT",
            min=0,
            max=100,
            help=_("La part de lignes inutilisables acceptée."),
        ),
    ] = 100 * DEFAULT_TOLERANCE,
) -> None:
    """Load PMSI files as one batch."""
    with _told_when_refused(), progress_bar() as progress:
        change, reports = _load(
            files,
            patients=patients,
            target=to,
            batch=batch,
            source_name=name or batch,
            tolerance=tolerate / 100,
            means=Means(progress, memory),
        )
    tell_change(change)
    for report in reports:
        print_pmsi_report(report)
    if change.load:
        print_load_report(change.load)


def _load(
    files: Sequence[Path],
    *,
    patients: Path | None,
    target: Path,
    batch: str,
    source_name: str,
    tolerance: float,
    means: Means,
) -> tuple[BatchReport, Sequence[PmsiReport]]:
    """The change, and what was read; nothing was when the files are those of the last load."""
    sources = [*files, *([patients] if patients else [])]
    _check_files(sources)
    reports: list[PmsiReport] = []

    def write(staged: Path) -> None:
        limit = means.memory_limit
        reports.append(
            stage_pmsi(files, folder=staged, patients=patients, tolerance=tolerance, memory_limit=limit)
        )

    # Files in another order are another load: of two lines with one number the last one stands.
    digest = digest_files(sources, reader=f"pmsi {__version__} {[path.name for path in files]}")
    change = load_batch(
        target, name=batch, kind="pmsi", digest=digest, write=write, source_name=source_name, means=means
    )
    return change, reports


@contextmanager
def _told_when_refused() -> Generator[None]:
    """Print what was read of a load that is refused: it says which lines are at fault."""
    try:
        yield
    except PmsiRefusedError as error:
        print_pmsi_report(error.report)
        raise


def _check_files(paths: list[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise SourceError(
                _("{file} n’est pas un fichier.").format(file=path),
                remedy=_("Vérifiez le chemin, puis recommencez."),
            )


def print_pmsi_report(report: PmsiReport) -> None:
    """What was read, what was refused and where, what deserves a look."""
    console = Console(highlight=False)
    table = Table(_("Fichier"), box=None)
    table.add_column(_("Lignes"), justify="right")
    for file in report.files:
        table.add_row(file.name, format_number(file.lines))
    console.print(table)
    if report.units:
        _print_totals(console, report)
    _print_refused(console, report)
    for note, count in report.notes.items():
        console.print(
            _("À vérifier : {what} : {count}.").format(count=format_number(count), what=_(NOTES[note]))
        )


def _print_totals(console: Console, report: PmsiReport) -> None:
    told = _("RUM : {units} ; séjours : {stays} ; patients : {persons}.").format(
        units=format_number(report.units),
        stays=format_number(report.stays),
        persons=format_number(report.persons),
    )
    console.print(told)
    again = _("Lignes répétées : {repeated} ; remplacées par une suivante : {replaced}.").format(
        repeated=format_number(report.repeated), replaced=format_number(report.replaced)
    )
    if report.repeated or report.replaced:
        console.print(again)


def _print_refused(console: Console, report: PmsiReport) -> None:
    if not report.refused:
        console.print(_("Aucune ligne refusée."))
        return
    table = Table(_("Lignes refusées"), box=None)
    table.add_column(_("Nombre"), justify="right")
    table.add_column(_("Où"), overflow="fold")
    for one in report.refused:
        table.add_row(_(FAULTS[one.fault]), format_number(one.count), _format_places(one))
    console.print(table)


def _format_places(refused: Refused) -> str:
    """`a.txt: 3, 17; b.txt: 2`, and how many more there are."""
    lines: dict[str, list[str]] = {}
    for file, number in refused.places:
        lines.setdefault(file, []).append(str(number))
    told = " ; ".join(f"{file} : {', '.join(numbers)}" for file, numbers in lines.items())
    return told + (" …" if refused.count > len(refused.places) else "")
