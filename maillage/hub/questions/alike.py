"""Whether two questions were answered of the same persons, as far as hospitals' cells can tell the hub.

The same persons give the same number, in whatever words they were asked for: exactly so, or with the same
noise. Nearly the same are told the same exact number by the hospital's guard between questions; with noise
theirs lies near it. So two questions may be of the same persons when that holds at every hospital that both
totals mix. The number is looked for in every row of the other answer too: the cohort of one year is a row
of the cohort of all years.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from maillage.disclosure import Noisy, cell_from_json, cell_to_json
from maillage.disclosure.values import Cell, Private, bounds

Row = tuple[object, ...]

_NAMES = ("analysis", "id", "key", "year")
"""By what parts, tables and rows go in contents."""

_BOUNDED = frozenset({"count", "noisy", "band"})
"""The keys of cells in which the same persons give the same number."""


@dataclass(frozen=True)
class Told:
    """What one hospital told: the whole number, the bounded cells of all rows as they came, and its floor."""

    whole: Cell
    rows: Mapping[Row, Mapping[str, Any]]
    floor: int


Answers = Mapping[str, Told]
"""By hospital."""


def read_told(content: Mapping[str, Any], *, floor: int) -> Told:
    """The cells of a content, each by where it stands: at the same place in two hospitals' answers."""
    return Told(cell_from_json(content["persons"]), dict(_list_rows(content, ())), floor)


def may_be_same(one: Answers, other: Answers) -> bool:
    """Whether all hospitals of both may have counted the same persons, or nearly; false where none is.

    Given those that each total mixes: what another one told does not keep these from cancelling.
    """
    shared = sorted(one.keys() & other.keys())
    if not shared:
        return False
    near = all(_may_be_near(one[site].whole, other[site].whole, floor=one[site].floor) for site in shared)
    return near or _is_row(one, other, shared) or _is_row(other, one, shared)


def _is_row(wholes: Answers, answers: Answers, shared: Sequence[str]) -> bool:
    """Whether one row of these answers is, at every hospital, the others' whole."""
    told = {site: cell_to_json(wholes[site].whole) for site in shared}
    return any(
        all(answers[site].rows.get(row) == told[site] for site in shared) for row in answers[shared[0]].rows
    )


def _may_be_near(one: Cell, other: Cell, *, floor: int) -> bool:
    """Whether the persons may be the same, or of noise fewer than the floor apart."""
    if isinstance(one, Noisy) and isinstance(other, Noisy):
        (low, high), (other_low, other_high) = bounds(one), bounds(other)
        return max(low - other_high, other_low - high) < floor
    # Where noise is drawn anew each time, as for differential privacy, the same number says nothing.
    return one == other and not isinstance(one, Private)


def _list_rows(value: object, row: Row) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if not _BOUNDED.isdisjoint(fields):
            yield row, fields
            return
        for name, inner in fields.items():
            yield from _list_rows(inner, (*row, name))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from _list_rows(inner, (*row, _find_name(inner, index=index)))


def _find_name(value: object, *, index: int) -> object:
    """What an element of a list goes by: not its place, where hospitals list other years or other keys."""
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    return next((str(fields[name]) for name in _NAMES if name in fields), index)
