"""`maillage warehouse load-fhir`: a batch from FHIR R4."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.cli.batch_report import print_batch_rows, print_unmapped
from maillage.cli.batches import tell_change
from maillage.cli.load_report import print_load_report
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import Memory
from maillage.warehouse.batches.fhir import FhirBatch, FhirReport
from maillage.warehouse.batches.fhir import load_fhir as load
from maillage.warehouse.batches.fhir.load import DEFAULT_TOLERANCE, tell_faults, tell_rejects
from maillage.warehouse.batches.fhir.report import REASONS
from maillage.warehouse.batches.load import Means


def load_fhir(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR|FILE…", help=_("Fichiers .ndjson, .ndjson.gz, .json, ou leurs dossiers.")
        ),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=_("Le fichier de l’entrepôt."))],
    batch: Annotated[str, typer.Option(help=_("Le nom du lot à ajouter ou à mettre à jour."))],
    name: Annotated[
        str | None, typer.Option(help=_("Le nom de la source, par défaut celui du premier dossier."))
    ] = None,
    memory: Memory = None,
    tolerate: Annotated[
        float, typer.Option(min=0.0, max=1.0, help=_("La part de lignes illisibles acceptée, de 0 à 1."))
    ] = DEFAULT_TOLERANCE,
) -> None:
    """Load a batch; what was left out and what could not be read is told before the tables."""
    with progress_bar() as progress:
        done = load(
            paths,
            target=to,
            name=batch,
            source_name=name or paths[0].resolve().name,
            tolerate=tolerate,
            means=Means(progress, memory),
        )
    tell_change(done.batch)
    print_fhir_batch(done, console=Console(highlight=False))


def print_fhir_batch(done: FhirBatch, *, console: Console) -> None:
    """What was read of the export, then the tables of the warehouse."""
    if done.fhir is not None:
        _print_fhir(done.fhir, console)
    print_unmapped(done.unmapped, console=console)
    if done.batch.load is not None:
        console.print(_("L’entrepôt, tous lots réunis :"))
        print_load_report(done.batch.load, console=console)


def _print_fhir(report: FhirReport, console: Console) -> None:
    console.print(_resources(report))
    if report.ignored_files:
        names = ", ".join(report.ignored_files)
        console.print(_("Fichiers sans ressource FHIR, non lus : {names}").format(names=names))
    if report.rejected:
        told = ngettext("{count} ligne illisible", "{count} lignes illisibles", report.rejected)
        count = told.format(count=format_number(report.rejected))
        console.print(_("{count} : {reasons}").format(count=count, reasons=tell_faults(report)))
        for place in tell_rejects(report.first_rejects):
            console.print(f"  {place}", markup=False)
    for remark in _remarks(report):
        console.print(remark, markup=False)
    print_batch_rows(report.rows, console=console)


def _remarks(report: FhirReport) -> Iterator[str]:
    for (resource, element), count in sorted(report.emptied.items()):
        yield _("{resource}, {element} : nombres impossibles laissés vides : {count}").format(
            resource=resource, element=element, count=format_number(count)
        )
    if report.shared_ins:
        yield _("À vérifier : {what} : {count}.").format(
            what=_("numéros INS que portent plusieurs patients, tenus séparés"),
            count=format_number(report.shared_ins),
        )


def _resources(report: FhirReport) -> Table:
    table = Table(_("Ressource"), box=None)
    table.add_column(_("Lues"), justify="right")
    table.add_column(_("Écartées"))
    for resource in _origins(report):
        count = report.resources.get(resource, report.unmapped.get(resource))
        shown = "" if count is None else format_number(count)
        table.add_row(resource, shown, "\n".join(_left_out(report, resource)))
    return table


def _origins(report: FhirReport) -> list[str]:
    """Types of resources, then tables in which something was found twice."""
    left = (resource for resource, _reason in report.left_out)
    return list(dict.fromkeys([*report.resources, *sorted(report.unmapped), *left]))


def _left_out(report: FhirReport, resource: str) -> list[str]:
    if resource in report.unmapped:
        return [_("toutes : ce type n’a pas de table ici")]
    return [
        _("{count} : {reason}").format(count=format_number(count), reason=_(REASONS[reason]))
        for (origin, reason), count in sorted(report.left_out.items())
        if origin == resource
    ]
