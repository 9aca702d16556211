"""What a batch brought, for people: its rows, and the codes without a concept."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.warehouse.batches.unmapped import Unmapped


def print_batch_rows(rows: Mapping[str, int], *, console: Console) -> None:
    """The rows that a batch brings, by table."""
    table = Table(_("Apporté par ce lot"), box=None)
    table.add_column(_("Lignes"), justify="right")
    for name, count in sorted(rows.items()):
        if count:
            table.add_row(name, format_number(count))
    if table.rows:
        console.print(table)


def print_unmapped(unmapped: Sequence[Unmapped] | None, *, console: Console) -> None:
    """For each column of concepts: how many rows have none, then their codes, most frequent first.

    None is of a warehouse without a vocabulary, which is said.
    """
    if unmapped is None:
        console.print(_no_vocabulary(), markup=False)
    for one in unmapped or ():
        said = _("{table}, {column} : {rows} lignes sur {coded} sans concept dans le vocabulaire").format(
            table=one.table,
            column=one.column,
            rows=format_number(one.rows),
            coded=format_number(one.coded),
        )
        console.print(said, markup=False)
        if one.shown:
            console.print(_list_codes(one))
        for text, count in _rest(one):
            if count:
                said = _("{what} : {count}").format(what=text, count=format_number(count))
                console.print(f"  {said}", markup=False)


def _no_vocabulary() -> str:
    return _(
        "Cet entrepôt n’a pas de vocabulaire : aucun code n’y a de concept. Chargez-en un, les codes seront "
        "cherchés de nouveau : maillage vocabulary apply VERSION --to FICHIER (docs/vocabulary.md)."
    )


def _list_codes(unmapped: Unmapped) -> Table:
    table = Table("", _("Vocabulaire"), _("Code"), box=None)
    table.add_column(_("Lignes"), justify="right")
    for one in unmapped.shown:
        vocabulary = one.vocabulary or _("(sans système)")
        # As text: a code is no markup.
        table.add_row("", Text(vocabulary), Text(one.code), format_number(one.rows))
    return table


def _rest(unmapped: Unmapped) -> Sequence[tuple[str, int]]:
    return (
        (_("d’autres codes, plus rares ou chacun chez moins de 11 personnes"), unmapped.hidden),
        (_("un libellé sans code"), unmapped.texts),
    )
