"""`maillage warehouse`: load, describe, record objections."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from maillage import __version__
from maillage.base.clock import format_instant
from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.cli.batches import batches, tell_change, undo
from maillage.cli.load_fhir import load_fhir
from maillage.cli.load_pmsi import load_pmsi
from maillage.cli.load_report import print_load_report, word_row_faults
from maillage.cli.load_tables import load_tables_folder, map_tables
from maillage.cli.progress import progress_bar
from maillage.cli.quality import report_quality
from maillage.cli.source_options import Memory
from maillage.cli.synthesize import synthesize
from maillage.warehouse.batches import load_batch
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.load import Means, refuse_to_replace
from maillage.warehouse.build.omop import load_omop, stage_omop
from maillage.warehouse.build.sources import find_sources
from maillage.warehouse.info import WarehouseInfo, read_info
from maillage.warehouse.objections import ObjectionReport, add_objections, withdraw_objections

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=_("L’entrepôt d’un hôpital : le charger, le décrire, y enregistrer les oppositions."),
)

app.command("batches", help=_("Montre les lots d’un entrepôt : nom, date, état précédent."))(batches)
app.command("undo", help=_("Annule le dernier chargement d’un lot."))(undo)
app.command("load-fhir", help=_("Ajoute ou met à jour un lot depuis FHIR R4 : export NDJSON ou Bundle."))(
    load_fhir
)
app.command(
    "load-pmsi", help=_("Ajoute ou met à jour un lot fait de fichiers PMSI MCO : RUM, RSS groupés, RSA.")
)(load_pmsi)
app.command(
    "load-tables",
    help=_("Charge en un lot les fichiers CSV ou Parquet de l’hôpital, par une correspondance YAML."),
)(load_tables_folder)
app.command(
    "map", help=_("Propose une correspondance pour des fichiers, ou en vérifie une sans rien charger.")
)(map_tables)
app.command(
    "report", help=_("Dit ce qu’un entrepôt contient du socle national, et ce qui ne peut pas y être.")
)(report_quality)
app.command("synthesize", help=_("Construit l’entrepôt d’un hôpital inventé, pour essayer."))(synthesize)

WarehouseFile = Annotated[Path, typer.Argument(metavar="FILE", help=_("Le fichier de l’entrepôt."))]


@app.command(help=_("Construit un entrepôt depuis un dossier OMOP : un fichier CSV ou Parquet par table."))
def load(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Le dossier à charger."))],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=_("Le fichier à construire."))],
    name: Annotated[
        str | None, typer.Option(help=_("Le nom de la source, par défaut celui du dossier."))
    ] = None,
    memory: Memory = None,
    batch: Annotated[
        str | None,
        typer.Option(help=_("Ajoute ou met à jour ce lot, au lieu de remplacer tout l’entrepôt.")),
    ] = None,
) -> None:
    """Load a folder."""
    with progress_bar() as progress:
        if batch is None:
            refuse_to_replace(to)
            print_load_report(
                load_omop(folder, target=to, source_name=name, progress=progress, memory_limit=memory)
            )
            return
        report = load_batch(
            to,
            name=batch,
            kind="omop",
            digest=_digest(folder),
            write=lambda staged: stage_omop(folder, folder=staged),
            source_name=name or folder.resolve().name,
            means=Means(progress, memory),
        )
    tell_change(report)
    if report.load:
        print_load_report(report.load)


@app.command(help=_("Décrit un entrepôt : version, source, lignes par table, personnes, oppositions."))
def info(
    file: WarehouseFile,
    as_json: Annotated[bool, typer.Option("--json", help=_("Écrit un document JSON."))] = False,
) -> None:
    """Describe a warehouse."""
    found = read_info(file)
    if as_json:
        typer.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        _print_info(found)


@app.command("object", help=_("Enregistre, ou retire, les oppositions des personnes d’un fichier."))
def record_objections(
    file: WarehouseFile,
    persons: Annotated[
        Path, typer.Option(metavar="PERSONS", help=_("CSV ou Parquet avec une colonne person_id."))
    ],
    withdraw: Annotated[bool, typer.Option("--withdraw", help=_("Retire les oppositions."))] = False,
) -> None:
    """Add or withdraw objections."""
    change = withdraw_objections if withdraw else add_objections
    _print_objections(change(file, persons=persons), withdraw=withdraw)


def _digest(folder: Path) -> str:
    files = find_sources(folder, needs_person=False).files.values()
    return digest_files(files, reader=f"omop {__version__}")


def _as_json(found: WarehouseInfo) -> dict[str, object]:
    fields = {name: getattr(found, name) for name in found.__dataclass_fields__}
    faults = {table: asdict(one) for table, one in found.faults.items()}
    made = format_instant(found.created_at)
    return fields | {"rows": dict(found.rows), "created_at": made, "faults": faults}


def _print_info(found: WarehouseInfo) -> None:
    table = Table.grid(padding=(0, 2))
    facts = {
        _("Source"): found.source_name,
        _("Construit le"): format_instant(found.created_at),
        _("Disposition"): str(found.layout_version),
        _("OMOP CDM"): found.cdm_version,
        _("Vocabulaire"): _word_vocabulary(found),
        _("Maillage"): found.maillage_version,
        _("Taille"): _("{size} Mo").format(size=format_number(found.file_bytes // 1_000_000)),
        _("Personnes visibles"): format_number(found.persons),
        _("Oppositions"): format_number(found.objections),
        _("Personnes opposées"): format_number(found.withheld),
    }
    for label, value in facts.items():
        table.add_row(label, value)
    for name, rows in found.rows.items():
        if rows:
            table.add_row(name, format_number(rows))
    console = Console(highlight=False)
    console.print(table)
    for name, faults in found.faults.items():
        for text in word_row_faults(name, faults):
            console.print(Text(f"{name} : {text}."))


def _word_vocabulary(found: WarehouseInfo) -> str:
    if not found.rows["concept"]:
        return _("aucun : les cohortes définies par des codes n’y trouvent personne")
    return found.vocabulary_version or _("de version inconnue")


def _print_objections(report: ObjectionReport, *, withdraw: bool) -> None:
    done = (
        ngettext("{count} opposition retirée", "{count} oppositions retirées", report.changed)
        if withdraw
        else ngettext("{count} opposition ajoutée", "{count} oppositions ajoutées", report.changed)
    )
    rest = _(
        "{unchanged} sans effet, {total} au total, {withheld} personnes de cet entrepôt en sont absentes."
    )
    typer.echo(
        done.format(count=format_number(report.changed))
        + _(" ; ")
        + rest.format(
            unchanged=format_number(report.unchanged),
            total=format_number(report.total),
            withheld=format_number(report.withheld),
        )
    )
