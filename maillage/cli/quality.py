"""`maillage warehouse report`: what a warehouse holds of the national core data set, for its engineers."""

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from maillage.base.clock import utc_now
from maillage.base.i18n import _, use_language
from maillage.cli import places
from maillage.cli.source_options import Memory
from maillage.national.ins_sql import holds_ins, holds_nir, looks_like_ins
from maillage.warehouse.engines.base import FindObjected
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.errors import WarehouseError
from maillage.warehouse.info import read_info
from maillage.warehouse.place import FilePlace, Place
from maillage.warehouse.quality.document import ReportDocument, write_document
from maillage.warehouse.quality.measure import Identity, measure
from maillage.warehouse.quality.page import write_page
from maillage.warehouse.quality.parts import figure, percent, word_unknown

IDENTITY = Identity(looks_like_ins, holds_ins, holds_nir)
PAGE, DATA = "report.html", "report.json"


Target = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help=_("Fichier d’entrepôt, adresse postgresql://…, ou dossier Parquet pour Spark."),
    ),
]
Out = Annotated[
    Path | None, typer.Option(help=_("Dossier, ou fichier .html ou .json ; sans lui, un résumé."))
]
Exact = Annotated[
    bool, typer.Option("--exact", help=_("Montre aussi les nombres et les codes de moins de 11 personnes."))
]
Threads = Annotated[int | None, typer.Option(help=_("Fils du moteur ; par défaut, tous les cœurs."))]
Language = Annotated[str | None, typer.Option(help=_("Langue du rapport : fr ou en."))]


def report_quality(
    target: Target,
    out: Out = None,
    exact: Exact = False,
    node: places.NodeFolder = None,
    engine: places.EngineName = None,
    objections: places.Objections = None,
    schema: places.CdmSchema = None,
    vocabulary_schema: places.VocabularySchema = None,
    master: places.Master = "local[*]",
    memory: Memory = None,
    threads: Threads = None,
    lang: Language = None,
) -> None:
    """Count, then write the page and the document, or tell the lines."""
    if lang:
        use_language(lang)
    place = places.read_place(
        target,
        engine=engine,
        objections=objections,
        cdm_schema=schema,
        vocabulary_schema=vocabulary_schema,
        master=master,
        memory=memory,
        threads=threads,
    )
    document = _count(place, find_objected=places.read_register_of(node), exact=exact)
    if out is None:
        _tell(document)
    for path in _write(document, out) if out else ():
        typer.echo(_("Écrit : {path}. À garder dans l’hôpital.").format(path=path))


def _count(place: Place, *, find_objected: FindObjected | None, exact: bool) -> ReportDocument:
    with closing(open_engine(place, find_objected=find_objected)) as opened:
        faults = read_info(place.path).faults if isinstance(place, FilePlace) else {}
        found = measure(opened, on=utc_now().date(), identity=IDENTITY, exact=exact, faults=faults)
    return write_document(found, exact=exact)


def _write(document: ReportDocument, out: Path) -> list[Path]:
    texts = {".html": write_page, ".json": lambda one: one.model_dump_json(indent=2) + "\n"}
    paths = [out] if out.suffix in texts else [out / PAGE, out / DATA]
    try:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        for path in paths:
            _write_privately(path, texts[path.suffix](document))
    except OSError as error:
        raise WarehouseError(
            _("{path} ne peut pas être écrit.").format(path=out), why=error.strerror or ""
        ) from error
    return paths


def _write_privately(path: Path, text: str) -> None:
    """A file that its owner alone reads; one that is there is replaced whole."""
    draft = path.with_name(f".{path.name}.part")
    with open(draft, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    draft.replace(path)


def _tell(document: ReportDocument) -> None:
    table = Table(_("Ligne"), box=None)
    for name in (_("Patients"), _("Part"), _("Données")):
        table.add_column(name, justify="right")
    for line in document.lines:
        share = "–" if line.percent is None or not line.place else percent(line.percent)
        table.add_row(f"{line.item} {line.label}", figure(line.persons), share, figure(line.rows))
    console = Console(highlight=False)
    console.print(table)
    if unknown := word_unknown(document.lines):
        console.print(Text(unknown, style="bold yellow"))
    console.print(_("Années, codes sans concept et valeurs impossibles : ajoutez --out DOSSIER."))
