"""What a load of a warehouse did, for people."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.warehouse.build.faults import Faults
from maillage.warehouse.build.report import LoadReport, TableReport
from maillage.warehouse.engines.vocabulary import missing_vocabulary
from maillage.warehouse.schema.keys import key_of


def print_load_report(report: LoadReport, *, console: Console | None = None) -> None:
    """Rows by table, what was not read, and the totals."""
    console = console or Console(highlight=False)
    table = Table(_("Table"), box=None)
    table.add_column(_("Lignes"), justify="right")
    table.add_column(_("Remarques"))
    for one in report.tables:
        if one.origins:
            # What an empty table lacks is all of it.
            remarks = _remarks(one) if one.rows else ()
            table.add_row(one.name, format_number(one.rows), "\n".join(remarks))
    console.print(table)
    if report.ignored_files:
        names = ", ".join(report.ignored_files)
        console.print(_("Fichiers sans table OMOP, non lus : {names}").format(names=names))
    console.print(
        _(
            "{target} : {rows} lignes, {persons} personnes visibles, {withheld} opposées, en {seconds} s."
        ).format(
            target=report.target,
            rows=format_number(report.rows),
            persons=format_number(report.persons),
            withheld=format_number(report.withheld),
            seconds=f"{report.seconds:.1f}".replace(".", ","),
        )
    )
    if not report.concepts:
        console.print(Text(_("Attention : "), style="bold yellow") + Text(str(missing_vocabulary("duckdb"))))


def word_row_faults(table: str, found: Faults) -> list[str]:
    """What was wrong with the rows of a table, and what became of them."""
    told = (
        (
            found.strangers,
            ngettext(
                "{count} ligne d’une personne absente de la table person : chargée, à corriger",
                "{count} lignes de personnes absentes de la table person : chargées, à corriger",
                found.strangers,
            ),
        ),
        (
            found.repeated,
            ngettext(
                "{count} ligne en répète une autre : non chargée",
                "{count} lignes en répètent d’autres : non chargées",
                found.repeated,
            ),
        ),
        (
            found.clashing,
            ngettext(
                "{count} ligne a la clé ({key}) d’une autre et en diffère : chargée, à corriger",
                "{count} lignes ont la clé ({key}) d’une autre et en diffèrent : chargées, à corriger",
                found.clashing,
            ),
        ),
    )
    key = ", ".join(key_of(table))
    return [text.format(count=format_number(count), key=key) for count, text in told if count]


def _remarks(table: TableReport) -> list[str]:
    remarks = word_row_faults(table.name, table.faults)
    remarks += [
        _("{column} : {count} valeurs requises absentes").format(column=column, count=format_number(count))
        for column, count in table.null_required
    ]
    if table.unknown_columns:
        remarks.append(
            _("colonnes inconnues, non lues : {names}").format(names=", ".join(table.unknown_columns))
        )
    if table.absent_columns:
        remarks.append(_("colonnes absentes, vides : {names}").format(names=", ".join(table.absent_columns)))
    return remarks
