"""What a load says of its rows, in the reader's language: counts, files and lines, never a value."""

from collections.abc import Iterator, Sequence

from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.warehouse.batches.tables.files import NAMED
from maillage.warehouse.batches.tables.report import BlockReport, Orphans
from maillage.warehouse.batches.tables.values import REASONS
from maillage.warehouse.schema import EVENT_TABLES

_FEW = 5
"""So many places are enough where nothing was refused."""


def describe_rejected(report: BlockReport) -> list[str]:
    """One line for each reason, then the first places; twenty in all."""
    texts: list[str] = []
    left = NAMED
    for one in report.rejected:
        named = _name(one.places[:left])
        left -= len(one.places[:left])
        what = _(REASONS[one.reason])
        column = _(", colonne {column}").format(column=one.column) if one.column else ""
        texts.append(f"{what}{column} ({format_number(one.rows)}) {named}".rstrip())
    return texts


def describe_block(report: BlockReport) -> list[str]:
    """What became of the rows of one table of the mapping, beyond their counts."""
    return [
        *(
            _("{table}, rejetées : {what}").format(table=report.table, what=one)
            for one in describe_rejected(report)
        ),
        *_describe_repeated(report),
        *_describe_added(report),
        *(_describe_emptied(report.table, column, count) for column, count in report.emptied if count),
        *(_describe_orphans(report.table, one) for one in report.orphans),
    ]


def describe_strangers(strangers: Sequence[tuple[str, int]]) -> list[str]:
    """What waits for persons whom the warehouse does not have, by table."""
    return [
        _(
            "{table} : lignes de personnes que l’entrepôt n’a pas, qu’aucune cohorte ne compte ({count})"
        ).format(table=table, count=format_number(rows))
        for table, rows in strangers
    ]


def advise(blocks: Sequence[BlockReport]) -> list[str]:
    """What to do of rows that are repeated, once for all of them."""
    if not any(_tells_repeated(one) for one in blocks):
        return []
    return [
        _("Des lignes répétées qui diffèrent dans le fichier ? Ajoutez à key la colonne qui les distingue.")
    ]


def _tells_repeated(report: BlockReport) -> bool:
    """Many rows name one place or one care site: that is no news."""
    return bool(report.repeated) and (report.table == "person" or report.table in EVENT_TABLES)


def _describe_repeated(report: BlockReport) -> Iterator[str]:
    if _tells_repeated(report):
        yield _("{table}, répétées : mêmes valeurs sous la même clé, {key} ({count}) {places}").format(
            table=report.table,
            key=", ".join(report.key),
            count=format_number(report.repeated),
            places=_name(report.repeated_places[:_FEW]),
        )


def _describe_added(report: BlockReport) -> Iterator[str]:
    if report.added:
        yield _("{table} : cellules de plusieurs codes, lignes en plus ({count})").format(
            table=report.table, count=format_number(report.added)
        )


def _describe_emptied(table: str, column: str, count: int) -> str:
    return _("{table}, {column} : cellules illisibles laissées vides ({count})").format(
        table=table, count=format_number(count), column=column
    )


def _describe_orphans(table: str, found: Orphans) -> str:
    values = {
        "table": table,
        "column": found.column,
        "other": found.table,
        "count": format_number(found.rows),
        "places": _name(found.places[:_FEW]),
    }
    if found.table == "person":
        return _(
            "{table}, {column} : personnes que la table person de ce lot n’a pas ({count}) {places} ; "
            "sans elles dans l’entrepôt, aucune cohorte ne compte ces lignes"
        ).format(**values)
    return _("{table}, {column} : lignes de {other} que ce lot n’a pas ({count}) {places}").format(**values)


def _name(places: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{file}:{line}" for file, line in places)
