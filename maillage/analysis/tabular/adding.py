"""The hub's half of tables: rows of several hospitals added up, each with whom it holds."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.tabular.checking import read_tables
from maillage.analysis.tabular.forms import Form, Forms, Kind, Row, TablesContent
from maillage.analysis.tabular.mixing import (
    Part,
    choose_contributors,
    choose_of_a_row,
    describe_left_out,
    total,
)
from maillage.disclosure.values import Count, Suppressed, Suppression, add_up, cell_to_json

Hospital = Part[TablesContent]
_HIDDEN = Suppressed(Suppression.PROTECTED)


def add_tables(
    contributions: Mapping[str, Contribution], *, forms: Forms, floor: int, minimum_sites: int
) -> dict[str, Any]:
    """The group's document: persons, who contributes, who is left out and why, and each table.

    A row has `persons`, `of` (the whole of the hospitals in it), `contributing`, and `complete` where that
    is everybody in the total; `amounts` with `measured`, the persons behind them: a hospital that hides an
    amount is not in them. Raises ContentError.
    """
    parts = read_parts(contributions, forms=forms, floor=floor)
    counted = choose_contributors(parts, minimum_sites=minimum_sites)
    return {
        "persons": cell_to_json(total([part.content.persons for part in counted], empty=parts)),
        "contributing": [part.site for part in counted],
        "left_out": [describe_left_out(part) for part in parts if part not in counted],
        "repeated": [part.site for part in counted if part.content.repeated],
        "tables": [_add_table(name, form, counted) for name, form in forms.items()] if counted else [],
    }


def read_parts(contributions: Mapping[str, Contribution], *, forms: Forms, floor: int) -> list[Hospital]:
    """Every hospital's content, checked, by name. Raises ContentError."""
    return [
        Part(site, read_tables(one.content, forms=forms, floor=floor), one.shown_alone)
        for site, one in sorted(contributions.items())
    ]


def find_table(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The rows of a combined table; none where no hospital gave it."""
    return next((table["rows"] for table in document["tables"] if table["id"] == name), ())


def rows_of(content: TablesContent, name: str) -> Mapping[str, Row]:
    """One hospital's rows of a table, by key."""
    return {row.key: row for table in content.tables if table.id == name for row in table.rows}


def _add_table(name: str, form: Form, parts: Sequence[Hospital]) -> dict[str, Any]:
    by_site = {part.site: rows_of(part.content, name) for part in parts}
    keys = _order_keys([list(rows) for rows in by_site.values()])
    rows = [_add_row(key, by_site, parts=parts) for key in keys]
    if form.kind is Kind.GROUPS:
        rows.sort(key=_by_persons)
    return {"id": name, "kind": form.kind.value, "rows": rows}


def _add_row(
    key: str, by_site: Mapping[str, Mapping[str, Row]], *, parts: Sequence[Hospital]
) -> dict[str, Any]:
    shown = _choose(key, by_site, parts=parts, shows=lambda row: not isinstance(row.persons, Suppressed))
    summed = _choose(key, by_site, parts=parts, shows=lambda row: bool(row.amounts))
    rows = [by_site[part.site][key] for part in summed]
    return {
        "key": key,
        "persons": _sum_persons([by_site[part.site][key].persons for part in shown]),
        "of": _sum_persons([part.content.persons for part in shown]),
        "contributing": [part.site for part in shown],
        "complete": len(shown) == len(parts),
        "amounts": _sum_amounts([row.amounts for row in rows]),
        "measured": _sum_persons([row.persons for row in rows]) if rows else None,
    }


def _choose(
    key: str,
    by_site: Mapping[str, Mapping[str, Row]],
    *,
    parts: Sequence[Hospital],
    shows: Callable[[Row], bool],
) -> list[Hospital]:
    released = [site for site, rows in by_site.items() if key in rows and shows(rows[key])]
    return choose_of_a_row(parts, released=released)


def _sum_persons(cells: Sequence[Any]) -> dict[str, Any]:
    shown = [cell for cell in cells if not isinstance(cell, Suppressed)]
    return cell_to_json(add_up(shown) if shown else _HIDDEN)


def _sum_amounts(amounts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = amounts[0] if amounts else ()
    return {name: sum(one[name] for one in amounts) for name in names}


def _order_keys(lists: Sequence[Sequence[str]]) -> list[str]:
    """The keys as hospitals order them where all say the same; else by their numbers, then their letters."""
    if len({tuple(keys) for keys in lists}) == 1:
        return list(lists[0])
    return sorted({key for keys in lists for key in keys}, key=_natural)


def _natural(key: str) -> list[tuple[int, int, str]]:
    pieces = (piece for piece in re.split(r"(\d+)", key) if piece)
    return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces]


def _by_persons(row: Mapping[str, Any]) -> tuple[int, str]:
    return (-row["persons"].get("count", 0), row["key"])


def count_of(cell: Mapping[str, Any] | None) -> int | None:
    """The number of an exact cell's JSON; None for a hidden one."""
    return None if cell is None else cell.get("count")


def exact(cell: object) -> int | None:
    """The number of an exact cell; None for a hidden one."""
    return cell.value if isinstance(cell, Count) else None
