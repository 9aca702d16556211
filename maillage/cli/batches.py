"""`maillage warehouse batches|undo`: the named loads of a warehouse."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.clock import format_instant
from maillage.base.i18n import _, mark
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import Memory
from maillage.warehouse.batches import BatchReport, list_batches, undo_batch
from maillage.warehouse.batches.load import Means

_CHANGES = {
    "added": mark("Lot « {batch} » ajouté."),
    "updated": mark("Lot « {batch} » mis à jour."),
    "unchanged": mark("Lot « {batch} » déjà chargé : rien n’a changé."),
    "restored": mark("Lot « {batch} » remis dans son état précédent."),
    "removed": mark("Lot « {batch} » retiré."),
}


def batches(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Le fichier de l’entrepôt."))],
    as_json: Annotated[bool, typer.Option("--json", help=_("Écrit un document JSON."))] = False,
) -> None:
    """List the batches of a warehouse, oldest first."""
    found = list_batches(file)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], default=format_instant, indent=2))
        return
    table = Table(_("Lot"), _("Nature"), _("Chargé le"), _("État précédent"), box=None)
    for one in found:
        former = _("du {date}").format(date=format_instant(one.former.loaded_at)) if one.former else "–"
        table.add_row(one.name, one.kind, format_instant(one.loaded_at), former)
    Console(highlight=False).print(table if found else _("Cet entrepôt a été chargé d’un seul tenant."))


def undo(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("Le fichier de l’entrepôt."))],
    batch: Annotated[str, typer.Argument(metavar="BATCH", help=_("Le nom du lot."))],
    memory: Memory = None,
) -> None:
    """Take the last load of a batch back."""
    with progress_bar() as progress:
        report = undo_batch(file, name=batch, means=Means(progress, memory))
    tell_change(report)


def tell_change(report: BatchReport) -> None:
    """One line: what became of the batch."""
    typer.echo(_(_CHANGES[report.change]).format(batch=report.batch))
