"""The report as a document: what the page shows and the JSON holds. Small counts are hidden here.

Schema: docs/reference/warehouse-report.schema.json.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from maillage.base.i18n import _
from maillage.warehouse.quality.checks import LABELS
from maillage.warehouse.quality.lines import read_bounds
from maillage.warehouse.quality.measure import (
    FLOOR,
    YEARS,
    CodesFound,
    Findings,
    Impossible,
    LineFound,
    Tally,
    UnitFound,
)

FORMAT = 2
FEW = "<11"
ALL_BUT_FEW = "all but <11"

Figure = Annotated[int, Field(ge=0)] | Literal["<11"]
"""A number, or `<11` where fewer than 11 persons stand behind it and the report is not exact."""
Covered = Figure | Literal["all but <11"]
"""A number of persons; `all but <11` where fewer than 11 persons are without."""


Percent = Annotated[int, Field(ge=0, le=100)]
"""Rounded down, for 100 says all of them; at least 1 where there is any."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class YearPart(_Part):
    """A calendar year; `before` and `after` heap those that are not shown one by one."""

    year: int | Literal["before", "after"]
    rows: Figure
    persons: Figure


class LinePart(_Part):
    """A line of the core data set. `place` is false where OMOP has no column for it.

    `rows` and `persons` are None where the vocabulary has none of the line's codes: nobody was looked for.
    """

    item: str
    label: str
    place: bool
    rows: Figure | None
    persons: Covered | None
    percent: Percent | None
    """Of the warehouse's persons, those with this line; None where their number is hidden or unknown."""
    years: tuple[YearPart, ...]


class UnitPart(_Part):
    """Values of a line in a unit (UCUM's code), and those beyond its plausible bounds."""

    item: str
    label: str
    unit: str | None
    rows: Figure
    low: float | None
    high: float | None
    odd_rows: Figure
    odd_persons: Figure


class CodePart(_Part):
    """A code of the source that has no concept."""

    code: str
    rows: Figure
    persons: Figure


class UnmappedPart(_Part):
    """A table's rows without a concept, and the most frequent of their codes that enough persons have."""

    table: str
    rows: int
    unmapped: Figure
    percent: Percent | None
    distinct_codes: int
    codes: tuple[CodePart, ...]


class ImpossiblePart(_Part):
    """Rows of a table that cannot be."""

    table: str
    check: str
    label: str
    rows: Figure
    persons: Figure


class ReportDocument(_Part):
    """The whole report, for the hospital's own engineers."""

    format: Literal[2] = FORMAT
    inside_the_hospital_only: Literal[True] = True
    made_on: date
    exact: bool
    persons: int
    first_year: int
    last_year: int
    lines: tuple[LinePart, ...]
    units: tuple[UnitPart, ...]
    unmapped: tuple[UnmappedPart, ...]
    impossible: tuple[ImpossiblePart, ...]


Hide = Callable[[int, int], Figure]
"""Of a number, and of the persons behind it: what is shown."""


def write_document(found: Findings, *, exact: bool = False) -> ReportDocument:
    """The document; every count with fewer than 11 persons behind it is hidden, unless `exact`."""
    hide = _show_all if exact else _hide_few
    first, last = found.on.year - YEARS + 1, found.on.year
    return ReportDocument(
        made_on=found.on,
        exact=exact,
        persons=found.persons,
        first_year=first,
        last_year=last,
        lines=tuple(_line(one, found.persons, hide, years=(first, last)) for one in found.lines),
        units=tuple(_unit(one, hide) for one in found.units),
        unmapped=tuple(_unmapped(one, hide) for one in found.unmapped),
        impossible=tuple(_impossible(one, hide) for one in found.impossible),
    )


def _show_all(number: int, _persons: int) -> Figure:
    return number


def _hide_few(number: int, persons: int) -> Figure:
    # Nobody is not few: that a line is empty is what the report is for.
    return FEW if 0 < persons < FLOOR else number


def _line(found: LineFound, persons: int, hide: Hide, *, years: tuple[int, int]) -> LinePart:
    if not found.known:
        return _unknown(found)
    covered: Covered = hide(found.total.persons, found.total.persons)
    if hide(0, persons - found.total.persons) == FEW:
        covered = ALL_BUT_FEW
    return LinePart(
        item=found.line.item,
        label=found.line.label,
        place=bool(found.line.table),
        rows=hide(found.total.rows, found.total.persons),
        persons=covered,
        percent=_percent(found.total.persons, persons) if isinstance(covered, int) else None,
        years=tuple(_year(year, tally, hide, years=years) for year, tally in found.years.items()),
    )


def _unknown(found: LineFound) -> LinePart:
    return LinePart(
        item=found.line.item,
        label=found.line.label,
        place=True,
        rows=None,
        persons=None,
        percent=None,
        years=(),
    )


def _year(year: int, tally: Tally, hide: Hide, *, years: tuple[int, int]) -> YearPart:
    first, last = years
    named = "before" if year < first else "after" if year > last else year
    return YearPart(
        year=named, rows=hide(tally.rows, tally.persons), persons=hide(tally.persons, tally.persons)
    )


def _unit(found: UnitFound, hide: Hide) -> UnitPart:
    bound = next(
        (one for one in read_bounds() if (one.item, one.unit) == (found.line.item, found.unit)), None
    )
    return UnitPart(
        item=found.line.item,
        label=found.line.label,
        unit=found.unit,
        rows=hide(found.total.rows, found.total.persons),
        low=bound and bound.low,
        high=bound and bound.high,
        odd_rows=hide(found.odd.rows, found.odd.persons),
        odd_persons=hide(found.odd.persons, found.odd.persons),
    )


def _unmapped(found: CodesFound, hide: Hide) -> UnmappedPart:
    unmapped = hide(found.unmapped.rows, found.unmapped.persons)
    return UnmappedPart(
        table=found.table,
        rows=found.rows,
        unmapped=unmapped,
        percent=_percent(found.unmapped.rows, found.rows) if isinstance(unmapped, int) else None,
        distinct_codes=found.distinct,
        codes=tuple(
            CodePart(
                code=code, rows=hide(tally.rows, tally.persons), persons=hide(tally.persons, tally.persons)
            )
            for code, tally in found.codes
        ),
    )


def _impossible(found: Impossible, hide: Hide) -> ImpossiblePart:
    return ImpossiblePart(
        table=found.table,
        check=found.check,
        label=_(LABELS[found.check]),
        rows=hide(found.found.rows, found.found.persons),
        persons=hide(found.found.persons, found.found.persons),
    )


def _percent(part: int, whole: int) -> int:
    return max(1, 100 * part // whole) if part and whole else 0
