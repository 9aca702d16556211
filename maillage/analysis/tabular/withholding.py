"""What a checker may hide of tables before they leave, and with it what would give it back.

Names are `persons`, `table` for all of one, `table:key` for a row. Withholding only suppresses.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.analysis.base import NamedCell
from maillage.analysis.charting import drawn
from maillage.analysis.tabular.forms import Forms, Kind, Row, TableContent, TablesContent
from maillage.base.i18n import _
from maillage.disclosure.evidence import RuleName
from maillage.disclosure.values import Cell, Count, Suppressed, Suppression, cell_from_json

WITHHELD = Suppressed(Suppression.WITHHELD)


def _same(key: str) -> str:
    return key


@dataclass(frozen=True)
class Withholding:
    """The module `withhold` of an analysis of tables; `word_key` says a key for people."""

    forms: Forms
    word_key: Callable[[str], str] = _same

    @property
    def PARTS(self) -> tuple[str, ...]:  # noqa: N802 - the name of a module's constant
        """Names that stand for every cell of a table."""
        return tuple(self.forms)

    def list_cells(self, document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:  # noqa: ARG002
        """The cells of one hospital's content, in words."""
        content = TablesContent.model_validate(document)
        rows = [(table.id, row.key, row.persons) for table in content.tables for row in table.rows]
        return self._name(content.persons, rows)

    def list_combined(self, document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:  # noqa: ARG002
        """The same of the group's document."""
        rows = [
            (table["id"], row["key"], cell_from_json(row["persons"]))
            for table in document["tables"]
            for row in table["rows"]
        ]
        return self._name(cell_from_json(document["persons"]), rows)

    def _name(self, whole: Cell, rows: Sequence[tuple[str, str, Cell]]) -> list[NamedCell]:
        first = NamedCell("persons", _("Toute la cohorte"), whole)
        return [
            first,
            *(NamedCell(f"{table}:{key}", self._word(table, key), cell) for table, key, cell in rows),
        ]

    def _word(self, table: str, key: str) -> str:
        return _("{table} : {key}").format(table=_(self.forms[table].words), key=self.word_key(key))

    def withhold(self, document: Mapping[str, Any], *, names: Collection[str]) -> dict[str, Any]:
        """The content less what is named. Without `persons` there is no table either."""
        content = TablesContent.model_validate(document)
        if "persons" in names and not isinstance(content.persons, Suppressed):
            return content.model_copy(update={"persons": WITHHELD, "tables": ()}).model_dump(mode="json")
        tables = tuple(self._hide(table, names=names) for table in content.tables if table.id not in names)
        return content.model_copy(update={"tables": tables}).model_dump(mode="json")

    def _hide(self, table: TableContent, *, names: Collection[str]) -> TableContent:
        named = {row.key for row in table.rows if f"{table.id}:{row.key}" in names and _is_shown(row)}
        if not named:
            return table
        match self.forms[table.id].kind:
            case Kind.CROSSED:
                # Which other cells would give it back is a question for the gate, which has the persons.
                named = {row.key for row in table.rows}
            case Kind.SPLIT:
                named |= _shield(table, named=named)
            case Kind.GROUPS | Kind.BESIDE:
                pass
        return table.model_copy(
            update={
                "rows": tuple(_withhold(row) if row.key in named else row for row in table.rows),
                "rest": WITHHELD if self.forms[table.id].kind is Kind.SPLIT else table.rest,
            }
        )

    def find_margins(self, document: Mapping[str, Any]) -> dict[RuleName, int]:
        """By rule, the number that comes nearest to breaking it."""
        content = TablesContent.model_validate(document)
        if not isinstance(content.persons, Count):
            return {}
        whole = content.persons.value
        rows = [
            (self.forms[table.id].kind, row.persons.value)
            for table in content.tables
            for row in table.rows
            if isinstance(row.persons, Count)
        ]
        left = [whole - persons for kind, persons in rows if kind is Kind.GROUPS and persons != whole]
        rests = [table.rest.value for table in content.tables if isinstance(table.rest, Count)]
        margins = {RuleName.FLOOR: min([whole, *(persons for _kind, persons in rows)])}
        return (
            margins
            | ({RuleName.GROUPS: min(left)} if left else {})
            | ({RuleName.PARTITION: min(rests)} if rests else {})
        )


def _shield(table: TableContent, *, named: Collection[str]) -> set[str]:
    """The smallest other row of a split, unless two are hidden: the whole less all others is the last."""
    hidden = len(named) + (table.rest is not None)
    others = sorted(
        (drawn(row.persons) or 0, row.key) for row in table.rows if row.key not in named and _is_shown(row)
    )
    return {key for _persons, key in others[: max(0, 2 - hidden)]}


def _is_shown(row: Row) -> bool:
    return not isinstance(row.persons, Suppressed)


def _withhold(row: Row) -> Row:
    return row.model_copy(update={"persons": WITHHELD, "amounts": {}}) if _is_shown(row) else row
