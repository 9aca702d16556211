"""Tables as a hospital found them, before the gate: sets of persons, and one number a person for each sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.tabular.forms import Row, TableContent
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Gate, Persons
from maillage.disclosure.persons import Part
from maillage.disclosure.values import Cell, Suppressed, Suppression

Parts = NDArray[np.float64]
Amounts = Mapping[str, Mapping[str, Column]]
"""By key, then by amount: what persons add to a row, be they those whom it counts or others."""

_HIDDEN = Suppressed(Suppression.PROTECTED)


@dataclass(frozen=True)
class Split:
    """Groups that share nobody, in order. `declared`: the question names them, so a hidden one is named too.

    Otherwise one that is hidden is not even named: its being there would tell of its persons. Where groups
    are `ordered`, such as years, one between two that are shown is named all the same.
    """

    id: str
    groups: Mapping[str, Persons]
    declared: bool = True
    ordered: bool = False
    amounts: Amounts = field(default_factory=dict[str, Mapping[str, Column]])

    def protect(self, *, gate: Gate, whole: Persons) -> TableContent:
        """Through the gate of a partition, where whoever is in no group is one more, which is not named."""
        groups = list(self.groups.values())
        parts = dict(enumerate([*groups, _left_of(whole, groups)]))
        partition = gate.partition(parts, declared=self.declared)
        cells = {
            key: partition.groups.get(place, _HIDDEN)
            for place, key in enumerate(self.groups)
            if not self.ordered or place in partition.groups
        }
        return TableContent(id=self.id, rows=_rows(self, cells, gate=gate), rest=partition.rest)


@dataclass(frozen=True)
class Groups:
    """Groups that may share persons; `declared` as of a `Split`. `within` is their whole if it is another."""

    id: str
    groups: Mapping[str, Persons | Part]
    declared: bool = True
    amounts: Amounts = field(default_factory=dict[str, Mapping[str, Column]])
    within: Persons | None = None

    def protect(self, *, gate: Gate, whole: Persons) -> TableContent:
        """Through the gate of groups."""
        cells = gate.groups(self.groups, whole=whole if self.within is None else self.within)
        return TableContent(id=self.id, rows=_rows(self, cells, gate=gate))


@dataclass(frozen=True)
class Crossed:
    """Cells by place in `rows` and `columns`, which the question declares; each person is in one of them."""

    id: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Mapping[tuple[int, int], Persons]
    amounts: Amounts = field(default_factory=dict[str, Mapping[str, Column]])
    declared: bool = True

    def protect(self, *, gate: Gate, whole: Persons) -> TableContent:
        """Through the gate of tables with margins. The whole itself is no row: the content has it."""
        if sum(map(len, self.cells.values())) != len(whole):
            raise ValueError("a table with margins has each person of the whole in one cell")
        margins = gate.table(self.cells, shape=(len(self.rows), len(self.columns)))
        rows, columns = ["", *self.rows], ["", *self.columns]
        cells = {f"{rows[row]}/{columns[column]}": cell for (row, column), cell in margins.items()}
        del cells["/"]
        return TableContent(id=self.id, rows=_rows(self, cells, gate=gate))


Draft = Split | Groups | Crossed


def _rows(draft: Draft, cells: Mapping[str, Cell], *, gate: Gate) -> tuple[Row, ...]:
    return tuple(
        Row(key=key, persons=cell, amounts=_add_up(draft.amounts.get(key, {}), cell=cell, gate=gate))
        for key, cell in cells.items()
        if draft.declared or _is_ordered(draft) or not isinstance(cell, Suppressed)
    )


def _is_ordered(draft: Draft) -> bool:
    return isinstance(draft, Split) and draft.ordered


def _left_of(whole: Persons, groups: Sequence[Persons]) -> Persons:
    if sum(map(len, groups)) == len(whole):
        # They share nobody, so that nobody is left: most splits are of everybody, and looking takes long.
        return whole[:0]
    return np.setdiff1d(whole, np.concatenate(groups)) if groups else whole


def _add_up(amounts: Mapping[str, Column], *, cell: Cell, gate: Gate) -> dict[str, float]:
    """All of a row's amounts or none: a mean without its spread would be of other persons."""
    if isinstance(cell, Suppressed):
        return {}
    sums = {name: gate.amount(column) for name, column in amounts.items()}
    shown = {name: found.value for name, found in sums.items() if not isinstance(found, Suppressed)}
    return shown if len(shown) == len(sums) else {}
