"""`maillage warehouse load-tables|map`: a hospital's own files, through a mapping."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.errors import MaillageError
from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.cli.batch_report import print_unmapped
from maillage.cli.batches import tell_change
from maillage.cli.load_report import print_load_report
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import Memory
from maillage.warehouse.batches.load import Means
from maillage.warehouse.batches.tables import TablesReport, check_tables, load_tables
from maillage.warehouse.batches.tables.describe import advise, describe_block, describe_strangers
from maillage.warehouse.batches.tables.suggest import suggest_mapping


class MapUsageError(MaillageError):
    """`warehouse map` was asked for nothing, or for two things."""


def load_tables_folder(
    mapping: Annotated[Path, typer.Argument(metavar="MAPPING", help=_("La correspondance, en YAML."))],
    folder: Annotated[Path, typer.Option("--from", metavar="DIR", help=_("Le dossier des fichiers."))],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=_("Le fichier à construire."))],
    batch: Annotated[str, typer.Option(help=_("Le nom du lot à ajouter ou à mettre à jour."))],
    memory: Memory = None,
    tolerate: Annotated[
        float,
        typer.Option(min=0, max=100, help=_("Le pourcentage de lignes rejetées permis, table par table.")),
    ] = 1.0,
) -> None:
    """Load a folder of a hospital's own files."""
    with progress_bar() as progress:
        report = load_tables(
            mapping,
            folder=folder,
            target=to,
            batch=batch,
            tolerate=tolerate / 100,
            means=Means(progress, memory),
        )
    tell_change(report.batch)
    print_tables_report(report, console=Console(highlight=False))


def map_tables(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help=_("Les fichiers à décrire, ou la correspondance à vérifier.")),
    ],
    suggest: Annotated[
        bool, typer.Option("--suggest", help=_("Propose une correspondance, d’après les en-têtes."))
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help=_("Vérifie une correspondance, sans rien charger."))
    ] = False,
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help=_("Le dossier des fichiers, avec --check."))
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help=_("Où écrire la proposition."))
    ] = None,
) -> None:
    """Propose a mapping, or check one."""
    if suggest == check:
        raise MapUsageError(_("Choisissez --suggest ou --check."))
    if suggest:
        _suggest(files, to)
        return
    if len(files) != 1 or folder is None:
        raise MapUsageError(_("--check veut une correspondance, et --from le dossier de ses fichiers."))
    found = check_tables(files[0], folder=folder)
    tables = len(found.mapping.tables)
    typer.echo(
        ngettext(
            "Correspondance valide : {count} table.", "Correspondance valide : {count} tables.", tables
        ).format(count=tables)
    )


def _suggest(files: list[Path], to: Path | None) -> None:
    text = suggest_mapping(files)
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        with to.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise MapUsageError(
            _("{path} n’a pas été écrit.").format(path=to),
            why=error.strerror or "",
            remedy=_(
                "Choisissez un fichier qui n’existe pas : une correspondance corrigée ne se remplace pas."
            ),
        ) from error
    typer.echo(_("Proposition écrite dans {path} : relisez ce que ses commentaires disent.").format(path=to))


def print_tables_report(report: TablesReport, *, console: Console) -> None:
    """What became of each row, then the tables of the warehouse."""
    if report.batch.load:
        _print_blocks(report, console)
        print_load_report(report.batch.load, console=console)


def _print_blocks(report: TablesReport, console: Console) -> None:
    """Every row that came in, and what became of it."""
    table = Table(_("Table"), _("Source"), box=None)
    added = any(block.added for block in report.blocks)
    titles = (_("Lues"), _("En plus"), _("Chargées"), _("Écartées"), _("Répétées"), _("Rejetées"))
    for title in titles if added else (titles[0], *titles[2:]):
        table.add_column(title, justify="right")
    for block in report.blocks:
        counts = (block.mapped, block.left_out, block.repeated, block.rejected_rows)
        came = (block.rows, block.added) if added else (block.rows,)
        table.add_row(block.table, block.source, *map(format_number, (*came, *counts)))
    console.print(table)
    remarks = [text for block in report.blocks for text in describe_block(block)]
    for text in [*remarks, *advise(report.blocks), *describe_strangers(report.strangers)]:
        console.print(text, markup=False)
    print_unmapped(report.unmapped, console=console)
