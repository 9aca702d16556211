"""Asking an engine what a warehouse holds: a fixed number of reads of each table, whatever it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import sqlglot
from sqlglot import exp

from maillage.base.statements import load_statements
from maillage.warehouse.build.faults import Faults
from maillage.warehouse.engines.base import Engine, Row
from maillage.warehouse.quality.checks import CHECKS, REPEATED_KEY, SOURCE_COLUMNS
from maillage.warehouse.quality.lines import CONDITIONS, Line, is_coded, read_bounds, read_lines
from maillage.warehouse.schema import EVENT_TABLES

YEARS = 15
"""Calendar years shown one by one, up to that of the report; the others are counted in two heaps."""
MOST_CODES = 20
FLOOR = 11


@dataclass(frozen=True)
class Identity:
    """How a text of a person is judged, as trees: the rule is that of a floor above."""

    looks_like_ins: Callable[[exp.Expr], exp.Expr]
    holds_ins: Callable[[exp.Expr], exp.Expr]
    holds_nir: Callable[[exp.Expr], exp.Expr]


@dataclass(frozen=True)
class Tally:
    """Rows, and the distinct persons whose they are."""

    rows: int
    persons: int


NOTHING = Tally(0, 0)


@dataclass(frozen=True)
class LineFound:
    """A line of the core data set. `years` is empty for what has no date.

    Of a line that is not `known` the vocabulary has no code: nothing could be looked for.
    """

    line: Line
    total: Tally
    years: Mapping[int, Tally] = field(default_factory=dict[int, Tally])
    known: bool = True


@dataclass(frozen=True)
class UnitFound:
    """Values of a line in one unit (its UCUM code, None where it has none); `odd` are beyond the bounds."""

    line: Line
    unit: str | None
    total: Tally
    judged: int
    odd: Tally


@dataclass(frozen=True)
class CodesFound:
    """Rows of a table whose code has no concept; `codes` are the most frequent of the `distinct` ones."""

    table: str
    rows: int
    unmapped: Tally
    distinct: int = 0
    codes: Sequence[tuple[str, Tally]] = ()


@dataclass(frozen=True)
class Impossible:
    """Rows of a table for which a check of that name holds."""

    table: str
    check: str
    found: Tally


@dataclass(frozen=True)
class _Checked:
    impossible: Sequence[Impossible]
    codes: CodesFound | None


@dataclass(frozen=True)
class Findings:
    """All that was counted, without any suppression: for the machine that made it alone."""

    on: date
    persons: int
    lines: Sequence[LineFound]
    units: Sequence[UnitFound]
    unmapped: Sequence[CodesFound]
    impossible: Sequence[Impossible]


def measure(
    engine: Engine,
    *,
    on: date,
    identity: Identity,
    exact: bool = False,
    faults: Mapping[str, Faults] = MappingProxyType({}),
) -> Findings:
    """Count everything. `exact` also names the codes that fewer than 11 persons have.

    `faults` are those that a load found and told by table: what it left out is in no table any more.
    Raises WarehouseError.
    """
    asking = _Asking(engine, on=on, identity=identity)
    try:
        found = asking.measure(least=1 if exact else FLOOR)
    finally:
        asking.forget()
    return replace(found, impossible=[*found.impossible, *_of_load(faults)])


def _of_load(faults: Mapping[str, Faults]) -> list[Impossible]:
    found = {table: Tally(one.clashing, one.clashing_persons) for table, one in faults.items()}
    return [Impossible(table, REPEATED_KEY, tally) for table, tally in found.items() if tally.rows]


class _Asking:
    """One report under way: its engine, its day, and the temporary tables that it leaves to be dropped."""

    def __init__(self, engine: Engine, *, on: date, identity: Identity) -> None:
        self._engine = engine
        self._on = on
        self._texts = _texts(on, identity)
        self._kept: list[str] = []

    def measure(self, *, least: int) -> Findings:
        self._keep("quality_lives", "lives")
        persons, of_persons = self._ask_persons()
        by_table = [found for table in _tables_of_lines() for found in self._ask_table(table)]
        coded, units = self._ask_coded()
        found = {one.line.item: one for one in (*of_persons, *by_table, *coded)}
        checked = [self._check(table) for table in CHECKS]
        return Findings(
            on=self._on,
            persons=persons,
            lines=[found.get(line.item, LineFound(line, NOTHING)) for line in read_lines()],
            units=units,
            unmapped=[self._name_codes(one.codes, least=least) for one in checked if one.codes],
            impossible=[found for one in checked for found in one.impossible],
        )

    def forget(self) -> None:
        for name in self._kept:
            self._engine.drop_temp(name)

    def _ask_persons(self) -> tuple[int, list[LineFound]]:
        lines = _lines_of("person")
        ((persons, *counts),) = self._fetch("of_persons", figures=self._count_each(lines))
        return persons, [LineFound(line, Tally(n, n)) for line, n in zip(lines, counts, strict=True)]

    def _ask_table(self, table: str) -> list[LineFound]:
        """Lines that a column tells: one pass makes a row for each person and year, the rest reads these."""
        lines, rows = _lines_of(table), f"quality_{table}"
        year = self._texts["year"].format(date=f"t.{EVENT_TABLES[table].start}")
        self._keep(rows, "by_person_and_year", table=table, year=year, figures=self._count_each(lines))
        figures = ", ".join(
            f"sum(t.n{number}), count(DISTINCT CASE WHEN t.n{number} > 0 THEN t.person_id END)"
            for number in range(len(lines))
        )
        (total,) = self._fetch("line_total", rows=rows, figures=figures)
        by_year = self._fetch("line_by_year", rows=rows, figures=figures)
        self._drop(rows)
        return [
            LineFound(line, _tally(total, 2 * rank), _years(by_year, 2 * rank + 1))
            for rank, line in enumerate(lines)
        ]

    def _count_each(self, lines: Sequence[Line]) -> str:
        conditions = [CONDITIONS[line.item].format_map(self._texts) for line in lines]
        return ", ".join(
            f"count(CASE WHEN {condition} THEN 1 END) AS n{number}"
            for number, condition in enumerate(conditions)
        )

    def _ask_coded(self) -> tuple[list[LineFound], list[UnitFound]]:
        lines = [line for line in read_lines() if is_coded(line)]
        rank_of = {line.item: rank for rank, line in enumerate(lines)}
        codes = [(rank, code) for rank, line in enumerate(lines) for code in line.codes]
        self._keep("quality_concepts", "concepts", codes=_rows(("line", "code"), codes))
        known = {int(rank) for (rank,) in self._fetch("known_lines")}
        bounds = [(rank_of[one.item], one.unit, one.low, one.high) for one in read_bounds()]
        self._keep("quality_bounds", "bounds", bounds=_rows(("line", "unit", "low", "high"), bounds))
        self._keep("quality_measured", "measured", year=self._texts["year"].format(date="t.date_of"))
        totals = {rank: Tally(rows, persons) for rank, rows, persons in self._fetch("measured_total")}
        years: dict[int, dict[int, Tally]] = {}
        for rank, year, rows, persons in self._fetch("measured_by_year"):
            years.setdefault(rank, {})[year] = Tally(rows, persons)
        found = [
            LineFound(
                line, totals.get(rank, NOTHING), dict(sorted(years.get(rank, {}).items())), rank in known
            )
            for rank, line in enumerate(lines)
        ]
        return found, _units(self._fetch("measured_by_unit"), lines)

    def _check(self, table: str) -> "_Checked":
        checks, event = CHECKS[table], EVENT_TABLES.get(table)
        conditions = [check.condition.format_map(self._texts) for check in checks]
        if event:
            conditions.append(f"coalesce(t.{event.concept}, 0) = 0")
        figures = ", ".join(
            f"count(CASE WHEN {one} THEN 1 END), count(DISTINCT CASE WHEN {one} THEN t.person_id END)"
            for one in conditions
        )
        ((rows, *counts),) = self._fetch("checks", table=table, figures=figures)
        tallies = [_tally(counts, 2 * rank) for rank in range(len(conditions))]
        found = [Impossible(table, check.name, tally) for check, tally in zip(checks, tallies, strict=False)]
        return _Checked(found, CodesFound(table, rows, tallies[-1]) if event else None)

    def _name_codes(self, found: CodesFound, *, least: int) -> CodesFound:
        """The same with its most frequent codes; a table whose every code has a concept is not read again."""
        if not found.unmapped.rows:
            return found
        table = found.table
        names = {"source": SOURCE_COLUMNS[table], "concept": EVENT_TABLES[table].concept}
        self._keep("quality_unmapped", "unmapped", table=table, **names)
        ((distinct,),) = self._fetch("distinct_codes")
        codes = self._fetch("unmapped_codes", floor=str(least), most=str(MOST_CODES))
        self._drop("quality_unmapped")
        shown = [(code, Tally(count, persons)) for code, count, persons in codes]
        return replace(found, distinct=distinct, codes=shown)

    def _keep(self, name: str, statement: str, **parts: str) -> None:
        self._engine.create_temp(name, _tree(statement, parts))
        self._kept.append(name)

    def _drop(self, name: str) -> None:
        self._engine.drop_temp(name)
        self._kept.remove(name)

    def _fetch(self, statement: str, **parts: str) -> list[Row]:
        return self._engine.fetch(_tree(statement, parts))


def _tree(statement: str, parts: Mapping[str, str]) -> exp.Query:
    text = load_statements("maillage.warehouse.quality", "sql/queries.sql")[statement]
    tree = sqlglot.parse_one(text.format_map(parts), dialect="duckdb")
    if not isinstance(tree, exp.Query):
        raise TypeError(statement)
    return tree


def _texts(on: date, identity: Identity) -> dict[str, str]:
    """What conditions may name in braces."""
    value = exp.column("person_source_value", "t")
    first = on.year - YEARS + 1
    return {
        "today": f"CAST('{on.isoformat()}' AS DATE)",
        "looks_like_ins": identity.looks_like_ins(value).sql("duckdb"),
        "is_ins": identity.holds_ins(value).sql("duckdb"),
        "is_nir": identity.holds_nir(value).sql("duckdb"),
        "year": f"greatest({first - 1}, least({on.year + 1}, year({{date}})))",
    }


def _rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A small table as a query that every engine reads."""
    return " UNION ALL ".join(
        "SELECT " + ", ".join(f"{_literal(value)} AS {name}" for name, value in zip(names, row, strict=True))
        for row in rows
    )


def _literal(value: object) -> str:
    # A decimal would not be a double on every engine.
    if isinstance(value, float):
        return f"CAST({value} AS DOUBLE)"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _tables_of_lines() -> list[str]:
    tables = [line.table for line in read_lines() if line.table and not is_coded(line)]
    return [table for table in dict.fromkeys(tables) if table != "person"]


def _lines_of(table: str) -> list[Line]:
    return [line for line in read_lines() if line.table == table and not is_coded(line)]


def _tally(row: Sequence[Any], at: int) -> Tally:
    return Tally(int(row[at] or 0), int(row[at + 1] or 0))


def _years(rows: Sequence[Row], at: int) -> dict[int, Tally]:
    found: dict[int, Tally] = {row[0]: _tally(row, at) for row in rows if row[0] is not None}
    return {year: found[year] for year in sorted(found) if found[year].rows}


def _units(rows: Sequence[Row], lines: Sequence[Line]) -> list[UnitFound]:
    found = [
        UnitFound(lines[int(rank)], unit, Tally(count, persons), int(judged), Tally(int(odd), odd_persons))
        for rank, unit, count, persons, judged, odd, odd_persons in rows
    ]
    order = {line.item: rank for rank, line in enumerate(lines)}
    return sorted(found, key=lambda one: (order[one.line.item], -one.total.rows, one.unit or ""))
