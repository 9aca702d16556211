"""Rows found once for many cohorts: one pass over each table, its rows tagged by concept set.

Only sets of few rows are kept so. Rows of a large set are cheaper to read again than to copy and sort, and
would make the engine expect as many of the others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from maillage.cohort.compile import CohortPlan, Scan, Step, prune
from maillage.cohort.compile.sql import (
    col,
    count,
    equal,
    in_numbers,
    inner_join,
    named,
    num,
    ordered,
    select,
    table,
    text,
    union_all,
)
from maillage.cohort.execute import Statement
from maillage.warehouse.engines.base import Engine

MOST_ROWS_OF_A_SET = 100_000
MOST_ROWS = 10_000_000
"""In all, of about fifty bytes: what a batch may keep while it runs."""

_Source = tuple[str, str]
"""A table, and the column of its codes."""


@dataclass(frozen=True)
class SharedScans:
    """What to keep, the steps that it answers, and those that find nothing."""

    statements: Sequence[Statement]
    answered: Mapping[Scan, str]
    empty: Collection[Scan] = frozenset()

    def apply(self, plan: CohortPlan) -> CohortPlan:
        """The same plan, reading what is kept, without what finds nothing."""
        plan = prune(plan, {step.name for step in plan.steps if step.scan in self.empty})
        return replace(plan, steps=tuple(self._answer(step) for step in plan.steps))

    def _answer(self, step: Step) -> Step:
        if step.scan is None or step.scan not in self.answered:
            return step
        chosen = exp.Where(this=equal(col("t", "codeset_id"), num(step.scan.codeset_id)))
        source = exp.From(this=table(self.answered[step.scan], "t"))
        query = type(step.query)(**step.query.args | {"from_": source, "where": chosen})
        return replace(step, query=query, coded=False, scan=None)


def scans_of(plans: Iterable[CohortPlan]) -> Mapping[Scan, Collection[str]]:
    """The scans of many plans, which are read one after the other, and the columns that they want."""
    columns: defaultdict[Scan, set[str]] = defaultdict(set)
    for plan in plans:
        for step in plan.steps:
            if step.scan is not None:
                columns[step.scan] |= _columns_read(step)
    return columns


def share_scans(
    scans: Mapping[Scan, Collection[str]], *, codesets: str, prefix: str, engine: Engine
) -> SharedScans:
    """Choose what to keep, by counting; `codesets` holds the resolved sets, each pair once."""
    rows = _count_rows(scans, codesets=codesets, engine=engine)
    small = _small_sets(rows)
    columns: defaultdict[_Source, set[str]] = defaultdict(set)
    for scan in small:
        columns[scan.table, scan.column] |= {*scans[scan]}
    names = {source: f"{prefix}shared_{rank}" for rank, source in enumerate(columns)}
    kept: defaultdict[_Source, list[int]] = defaultdict(list)
    for scan in small:
        kept[scan.table, scan.column].append(scan.codeset_id)
    made = [
        (names[source], _tagged(source, sorted(kept[source]), sorted(columns[source]), codesets))
        for source in columns
    ]
    answered = {scan: names[scan.table, scan.column] for scan in small}
    return SharedScans(made, answered, {scan for scan, number in rows.items() if number == 0})


def _columns_read(step: Step) -> set[str]:
    return {column.name for one in step.query.expressions for column in one.find_all(exp.Column)}


def _count_rows(scans: Collection[Scan], *, codesets: str, engine: Engine) -> Mapping[Scan, int]:
    if not scans:
        return {}
    sources: defaultdict[_Source, list[int]] = defaultdict(list)
    for scan in scans:
        sources[scan.table, scan.column].append(scan.codeset_id)
    counted = union_all([_counts(source, sorted(ids), codesets) for source, ids in sources.items()])
    return dict.fromkeys(scans, 0) | {Scan(*key): number for *key, number in engine.fetch(counted)}


def _small_sets(rows: Mapping[Scan, int]) -> Collection[Scan]:
    """The scans that find few rows or none, the smallest first, as far as memory goes."""
    chosen = set[Scan]()
    total = 0
    for scan in sorted(rows, key=lambda scan: (rows[scan], scan.table, scan.codeset_id)):
        number = rows[scan]
        total += number
        if number > MOST_ROWS_OF_A_SET or total > MOST_ROWS:
            break
        chosen.add(scan)
    return chosen


def _counts(source: _Source, ids: Sequence[int], codesets: str) -> exp.Query:
    """(table, column, codeset_id, rows) of the sets that find some."""
    name, column = source
    query = _joined(source, ids, [named(text(name), "name"), named(text(column), "code")], codesets)
    query.set("group", exp.Group(expressions=[col("s", "codeset_id")]))
    return query.select(named(count(col("s", "codeset_id")), "found"), copy=False)


def _tagged(source: _Source, ids: Sequence[int], columns: Sequence[str], codesets: str) -> exp.Query:
    """The rows of each set together, so that one set is read without the others."""
    query = _joined(source, ids, [], codesets)
    query = query.select(*(col("t", name) for name in columns), copy=False)
    query.set("order", exp.Order(expressions=[ordered(col("s", "codeset_id"))]))
    return query


def _joined(source: _Source, ids: Sequence[int], columns: Sequence[exp.Expr], codesets: str) -> exp.Select:
    name, column = source
    on = [equal(col("s", "concept_id"), col("t", column)), in_numbers(col("s", "codeset_id"), ids)]
    return select(
        [*columns, col("s", "codeset_id")], table(name, "t"), joins=[inner_join(table(codesets, "s"), on)]
    )
