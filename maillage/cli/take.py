"""From what a hospital has to what its node asks: a source is recognised, loaded, and told in a report."""

from collections.abc import Collection
from pathlib import Path

from rich.console import Console
from sqlglot import exp

from maillage.base.errors import MaillageError
from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.cli.load_fhir import print_fhir_batch
from maillage.cli.load_pmsi import print_pmsi_batch, told_when_refused
from maillage.cli.load_report import print_load_report
from maillage.cli.load_tables import print_tables_report
from maillage.cli.places import find_database
from maillage.cli.progress import progress_bar
from maillage.cli.source_options import DEFAULT_VOCABULARY, Reading
from maillage.warehouse.batches.fhir import FhirBatch
from maillage.warehouse.batches.load import Means
from maillage.warehouse.batches.pmsi import PmsiBatch
from maillage.warehouse.batches.tables import TablesReport
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.engines.vocabulary import require_vocabulary
from maillage.warehouse.info import read_info
from maillage.warehouse.intake import (
    FhirSource,
    FileSource,
    Intake,
    PmsiSource,
    PostgresSource,
    Source,
    TablesSource,
    WarehouseSource,
    build_warehouse,
    count_uncoded,
)
from maillage.warehouse.intake.build import Report
from maillage.warehouse.place import FilePlace, PostgresPlace

_CODED = (FhirSource, PmsiSource, TablesSource)
"""Sources that bring codes without their concepts."""


class TakeError(MaillageError):
    """A source lacks something that a person must give."""


def check_reading(reading: Reading, *, sources: Collection[Source]) -> None:
    """Refuse what would have no effect: it must not be taken for done. Raises TakeError."""
    if reading.of_database and not any(isinstance(source, PostgresSource) for source in sources):
        raise TakeError(
            _("{options} ne servent qu’aux bases PostgreSQL.").format(options=", ".join(reading.of_database)),
            remedy=_("Donnez une source postgresql://…, ou retirez ces options."),
        )
    if reading.vocabulary and not any(isinstance(source, _CODED) for source in sources):
        raise TakeError(
            _("--vocabulary ne sert qu’aux sources FHIR, PMSI et tables."),
            why=_("Les autres apportent leur propre vocabulaire."),
            remedy=_("Mettez-y une version du référentiel : maillage vocabulary apply."),
        )


def take(
    source: Source, *, name: str, target: Path, reading: Reading, console: Console
) -> FilePlace | PostgresPlace:
    """Where the source's rows can be asked: files are loaded into `target`, the rest stays where it is.

    Raises WarehouseError, TakeError; what is refused leaves nothing behind.
    """
    match source:
        case PostgresSource(dsn):
            return _take_database(dsn, name=name, reading=reading, console=console)
        case WarehouseSource(path):
            _tell_persons(name, read_info(path).persons, console=console)
            return FilePlace(path=path.resolve())
        case _:
            _load(source, name=name, target=target, reading=reading, console=console)
            return FilePlace(path=target.resolve())


def _load(source: FileSource, *, name: str, target: Path, reading: Reading, console: Console) -> None:
    intake = Intake(source, name, reading.vocabulary or DEFAULT_VOCABULARY)
    with told_when_refused(console), progress_bar(label=name, console=console) as progress:
        report = build_warehouse(intake, target=target, means=Means(progress, reading.memory))
    if isinstance(source, PmsiSource) and source.ignored:
        console.print(
            _("Fichiers sans ligne PMSI, non lus : {names}").format(names=", ".join(source.ignored))
        )
    _print_report(report, console=console)
    _tell_uncoded(target, console=console)
    _tell_persons(name, read_info(target).persons, console=console)


def _print_report(report: Report, *, console: Console) -> None:
    match report:
        case FhirBatch():
            print_fhir_batch(report, console=console)
        case PmsiBatch():
            print_pmsi_batch(report, console=console)
        case TablesReport():
            print_tables_report(report, console=console)
        case LoadReport():
            print_load_report(report, console=console)


def _tell_uncoded(target: Path, *, console: Console) -> None:
    """Rows that no question can find must not pass for rows that are not there."""
    for one in count_uncoded(target):
        console.print(
            _("{table} : {uncoded} lignes sur {rows} ont un code que le vocabulaire ne connaît pas.").format(
                table=one.table, uncoded=format_number(one.uncoded), rows=format_number(one.rows)
            )
        )


def _tell_persons(name: str, persons: int, *, console: Console) -> None:
    console.print(
        _("{name} : {count} personnes visibles.").format(name=name, count=format_number(persons)),
        markup=False,
    )


def _take_database(dsn: str, *, name: str, reading: Reading, console: Console) -> PostgresPlace:
    """Opened once: a role that may write, or an absent table, is told now and not at the first question."""
    if reading.objections is None:
        raise TakeError(
            _("La liste des personnes opposées n’est pas donnée."),
            why=_("Une base lue en place ne met pas leurs lignes à part."),
            remedy=_("Donnez --objections FICHIER, un CSV avec la colonne person_id, même vide."),
        )
    place = find_database(
        dsn,
        objections=reading.objections.resolve(),
        cdm_schema=reading.cdm_schema,
        vocabulary_schema=reading.vocabulary_schema,
        password_file=reading.password_file and reading.password_file.resolve(),
    )
    engine = open_engine(place)
    try:
        require_vocabulary(engine)
        ((persons,),) = engine.fetch(exp.select("count(*)").from_("person"))
    finally:
        engine.close()
    _tell_persons(name, persons, console=console)
    return place
