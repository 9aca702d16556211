"""`maillage warehouse load-pmsi`: a batch from RUM, RSS or RSA files."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.cli.batch_report import print_batch_rows, print_unmapped
from maillage.cli.batches import tell_change
from maillage.cli.load_report import print_load_report
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import Memory
from maillage.warehouse.batches.load import Means
from maillage.warehouse.batches.pmsi import (
    DEFAULT_TOLERANCE,
    FAULTS,
    LEFT_OUT,
    NOTES,
    PmsiBatch,
    PmsiRefusedError,
    PmsiReport,
    Refused,
)
from maillage.warehouse.batches.pmsi import load_pmsi as load


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
    memory: Memory = None,
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
    console = Console(highlight=False)
    with told_when_refused(console), progress_bar() as progress:
        done = load(
            files,
            patients=patients,
            target=to,
            name=batch,
            source_name=name or batch,
            tolerance=tolerate / 100,
            means=Means(progress, memory),
        )
    tell_change(done.batch)
    print_pmsi_batch(done, console=console)


@contextmanager
def told_when_refused(console: Console) -> Generator[None]:
    """Print what was read of a load that is refused: it says which lines are at fault."""
    try:
        yield
    except PmsiRefusedError as error:
        print_pmsi_report(error.report, console=console)
        raise


def print_pmsi_batch(done: PmsiBatch, *, console: Console) -> None:
    """What was read of the lines, then the tables of the warehouse."""
    if done.pmsi is not None:
        print_pmsi_report(done.pmsi, console=console)
    print_unmapped(done.unmapped, console=console)
    if done.batch.load is not None:
        console.print(_("L’entrepôt, tous lots réunis :"))
        print_load_report(done.batch.load, console=console)


def print_pmsi_report(report: PmsiReport, *, console: Console) -> None:
    """What was read, what was refused and where, what deserves a look."""
    table = Table(_("Fichier"), box=None)
    table.add_column(_("Lignes lues"), justify="right")
    for file in report.files:
        table.add_row(file.name, format_number(file.lines))
    console.print(table)
    if report.units:
        _print_totals(console, report)
    _print_refused(console, report)
    for reason, count in report.left_out.items():
        console.print(
            _("Écarté : {what} : {count}.").format(count=format_number(count), what=_(LEFT_OUT[reason]))
        )
    for note, count in report.notes.items():
        console.print(
            _("À vérifier : {what} : {count}.").format(count=format_number(count), what=_(NOTES[note]))
        )
    print_batch_rows(report.rows, console=console)


def _print_totals(console: Console, report: PmsiReport) -> None:
    told = _("RUM : {units} ; séjours : {stays} ; patients : {persons}.").format(
        units=format_number(report.units),
        stays=format_number(report.stays),
        persons=format_number(report.persons),
    )
    console.print(told)


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
