"""What the hub asks of a hospital's tables before it keeps them: form, floor, what subtraction gives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from maillage.analysis.errors import ContentError
from maillage.analysis.tabular.forms import Forms, Kind, Row, TableContent, TablesContent
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.disclosure.values import Band, Cell, Count, Noisy, Private, Suppressed


def read_tables(document: Mapping[str, Any], *, forms: Forms, floor: int) -> TablesContent:
    """One hospital's content, validated. Raises ContentError."""
    try:
        content = TablesContent.model_validate(document)
    except ValidationError as error:
        raise ContentError(
            _("La réponse d’un hôpital n’a pas la forme attendue."), why=describe_validation(error)
        ) from error
    _check_form(content, forms=forms)
    cells = [content.persons, *(cell for table in content.tables for cell in _list_cells(table))]
    if any(is_under(cell, floor=floor) for cell in cells):
        raise ContentError(_("La réponse d’un hôpital contient une case sous le seuil du réseau."))
    for table in content.tables:
        if any(
            left < 0 or 0 < left < floor for left in _subtract(table, forms[table.id].kind, content.persons)
        ):
            raise ContentError(_("La réponse d’un hôpital laisse trouver par différence moins que le seuil."))
    return content


def is_under(cell: Cell, *, floor: int) -> bool:
    """Whether a shown cell counts fewer persons than the floor."""
    match cell:
        case Count(number) | Noisy(number, _) | Band(number, _) | Private(number, _):
            return number < floor
        case Suppressed():
            return False


def _check_form(content: TablesContent, *, forms: Forms) -> None:
    ids = [table.id for table in content.tables]
    known = len(set(ids)) == len(ids) and set(ids) <= forms.keys()
    told = not ids or not isinstance(content.persons, Suppressed)
    if not (known and told and all(_fits(table, forms=forms) for table in content.tables)):
        raise ContentError(_("La réponse d’un hôpital n’a pas la forme attendue."))


def _fits(table: TableContent, *, forms: Forms) -> bool:
    """Each key once, crossed where the form is; amounts those declared, under shown persons alone."""
    form = forms[table.id]
    keys = [row.key for row in table.rows]
    crossed = all((row.key.count("/") == 1) is (form.kind is Kind.CROSSED) for row in table.rows)
    amounts = all(
        not row.amounts
        or (row.amounts.keys() == form.amounts.keys() and not isinstance(row.persons, Suppressed))
        for row in table.rows
    )
    return len(set(keys)) == len(keys) and crossed and amounts


def _list_cells(table: TableContent) -> Iterable[Cell]:
    yield from (row.persons for row in table.rows)
    if table.rest is not None:
        yield table.rest


def _subtract(table: TableContent, kind: Kind, whole: Cell) -> Iterable[int]:
    """What the exact cells leave: of the whole, of each line of a crossed table; nothing may be small."""
    shown = {row.key: row.persons.value for row in table.rows if isinstance(row.persons, Count)}
    if not isinstance(whole, Count) or not shown:
        return
    match kind:
        case Kind.GROUPS:
            yield from (whole.value - number for number in shown.values())
        case Kind.SPLIT:
            left = whole.value - sum(shown.values())
            yield left
            if isinstance(table.rest, Count) and table.rest.value != left:
                raise ContentError(
                    _("La réponse d’un hôpital se contredit : ses parts ne font pas son total.")
                )
        case Kind.BESIDE:
            return
        case Kind.CROSSED:
            yield from _subtract_lines(table.rows, shown, whole=whole.value)


def _subtract_lines(rows: Sequence[Row], shown: Mapping[str, int], *, whole: int) -> Iterable[int]:
    totals = {**shown, "/": whole}
    for key, number in totals.items():
        row, _slash, column = key.partition("/")
        across = [one for one in (each.key for each in rows) if one.partition("/")[0] == row and one != key]
        down = [one for one in (each.key for each in rows) if one.partition("/")[2] == column and one != key]
        for parts, is_total in ((across, not column), (down, not row)):
            if is_total and parts:
                yield number - sum(shown.get(part, 0) for part in parts)
