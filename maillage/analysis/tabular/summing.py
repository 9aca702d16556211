"""Tables under masks: which rows every hospital adds, in which order, and what their sum says.

The keys of the rows follow from the question, or from a list that all hospitals have, never from data: a
hospital that named the rows in which it has patients would tell them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from pydantic import BaseModel

from maillage.analysis.base import Contribution, SumQuestion
from maillage.analysis.tabular.adding import add_tables
from maillage.analysis.tabular.forms import Forms, Row, TableContent, TablesContent
from maillage.base.i18n import _
from maillage.disclosure.summands import Summands
from maillage.disclosure.values import Cell, Suppressed, Suppression
from maillage.exchange.sums import MAX_TERMS

_HIDDEN = Suppressed(Suppression.PROTECTED)
_SUM = "sum"


class Named(Enum):
    """Which hidden rows of a sum are named: all of the question's, those between two shown ones, or none."""

    ALWAYS = auto()
    BETWEEN = auto()
    NEVER = auto()


@dataclass(frozen=True)
class Rows:
    """The keys of one table, in order, and which of them are named without a number."""

    keys: Callable[[SumQuestion], Sequence[str]]
    named: Named = Named.ALWAYS


def _accept(parameters: Any) -> str:  # noqa: ARG001 - most analyses refuse none
    return ""


def _leave(document: dict[str, Any]) -> dict[str, Any]:
    return document


@dataclass(frozen=True)
class Summing:
    """The module `additive` of an analysis of tables. A table without `rows` is not summed.

    `describe` is what the analysis makes of the sums, as of the document of `add_tables`; `decline` says why
    a question is not summed.
    """

    forms: Forms
    rows: Mapping[str, Rows]
    describe: Callable[[dict[str, Any]], dict[str, Any]] = _leave
    decline: Callable[[Any], str] = _accept

    def refuse(self, parameters: BaseModel) -> str:
        """The analysis's own word, or that there are too many rows for a message."""
        declined = self.decline(parameters)
        # Their number is the same in every year.
        question = SumQuestion(parameters, year=0)
        terms = 1 + sum(1 + len(self.forms[table].amounts) for table, _key in self._places(question))
        if declined or terms <= MAX_TERMS:
            return declined
        return _("Une somme masquée a {most} nombres au plus, cette question {asked}.").format(
            most=MAX_TERMS, asked=terms
        )

    def count_amounts(self, question: SumQuestion) -> int:
        """Each row has those that the form of its table declares."""
        return sum(len(self.forms[table].amounts) for table, _key in self._places(question))

    def flatten(self, document: Mapping[str, Any], *, question: SumQuestion) -> Summands:
        """The whole, then each row; one that this hospital does not have is hidden, as one that it hides."""
        content = TablesContent.model_validate(document)
        rows = {(table.id, row.key): row for table in content.tables for row in table.rows}
        cells: list[Cell] = [content.persons]
        amounts: list[float | None] = []
        for table, key in self._places(question):
            row = rows.get((table, key), Row(key=key, persons=_HIDDEN, amounts={}))
            cells.append(row.persons)
            amounts += [row.amounts.get(name) for name in self.forms[table].amounts]
        return Summands(cells, amounts)

    def assemble(
        self, summands: Summands, *, question: SumQuestion, sites: Sequence[str], floor: int
    ) -> dict[str, Any]:
        """The group's document, as of one hospital that has them all. Raises ContentError."""
        content = TablesContent(persons=summands.cells[0], tables=tuple(self._read(summands, question)))
        whole = Contribution(content.model_dump(mode="json"), shown_alone=True)
        document = add_tables({_SUM: whole}, forms=self.forms, floor=floor, minimum_sites=1)
        return self.describe(_name_all(document, sites=sites))

    def _places(self, question: SumQuestion) -> Iterator[tuple[str, str]]:
        return ((table, key) for table, rows in self.rows.items() for key in rows.keys(question))

    def _read(self, summands: Summands, question: SumQuestion) -> Iterator[TableContent]:
        cells, amounts = iter(summands.cells[1:]), iter(summands.amounts)
        for table, rows in self.rows.items():
            names = list(self.forms[table].amounts)
            found = [
                Row(key=key, persons=next(cells), amounts=_read_amounts(names, amounts))
                for key in rows.keys(question)
            ]
            yield TableContent(id=table, rows=tuple(_choose(found, named=rows.named)))


def _read_amounts(names: Sequence[str], amounts: Iterator[float | None]) -> dict[str, float]:
    """All of a row's amounts or none, as `drafts` tells them."""
    found = {name: next(amounts) for name in names}
    shown = {name: amount for name, amount in found.items() if amount is not None}
    return shown if len(shown) == len(found) else {}


def _choose(rows: Sequence[Row], *, named: Named) -> Sequence[Row]:
    shown = [place for place, row in enumerate(rows) if not isinstance(row.persons, Suppressed)]
    match named:
        case Named.ALWAYS:
            return rows
        case Named.BETWEEN:
            return rows[shown[0] : shown[-1] + 1] if shown else ()
        case Named.NEVER:
            return [rows[place] for place in shown]


def _name_all(document: dict[str, Any], *, sites: Sequence[str]) -> dict[str, Any]:
    """The hospitals in the place of their sum: in each row that is shown there are all of them."""
    tables = [
        table | {"rows": [row | {"contributing": _name(row, sites)} for row in table["rows"]]}
        for table in document["tables"]
    ]
    return document | {"contributing": _name(document, sites), "tables": tables}


def _name(part: Mapping[str, Any], sites: Sequence[str]) -> list[str]:
    return list(sites) if part["contributing"] else []
