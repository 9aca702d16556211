"""Rows that codes chose for one question, read again by the next ones of the same session.

Somebody who writes a cohort asks it again after each change, and most changes touch no code.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from maillage.cohort.compile import CohortPlan, Scan, Step, prune
from maillage.cohort.compile.sql import identifier
from maillage.cohort.expression import CohortExpression, ConceptSetItem
from maillage.warehouse.engines.kept import KeptTable, KeptTables


def read_again(plan: CohortPlan, expression: CohortExpression, *, kept: KeptTables) -> CohortPlan:
    """The plan with what is kept already in the place of its scans, and a key for each other scan."""
    sets = {found.id: found.items for found in expression.concept_sets}
    keys = {step.name: _key(step, step.scan, sets) for step in plan.steps if step.scan is not None}
    tables = {name: table for name, key in keys.items() if (table := kept.find(key)) is not None}
    plan = replace(plan, keys={name: key for name, key in keys.items() if name not in tables})
    return _answer(plan, tables) if tables else plan


def _key(step: Step, scan: Scan, sets: Mapping[int, Sequence[ConceptSetItem]]) -> Hashable:
    """What the rows of a scan depend on, apart from the warehouse."""
    items = frozenset(
        (item.concept.id, item.exclude, item.descendants, item.mapped) for item in sets[scan.codeset_id]
    )
    columns = tuple(column.sql(copy=False) for column in step.query.expressions)
    return scan.table, scan.column, items, columns


def _answer(plan: CohortPlan, tables: Mapping[str, KeptTable]) -> CohortPlan:
    for step in plan.steps:
        for source in step.query.find_all(exp.Table):
            if source.name in tables:
                source.set("this", identifier(tables[source.name].name))
    steps = tuple(replace(step) for step in plan.steps if step.name not in tables)
    return prune(replace(plan, steps=steps), {table.name for table in tables.values() if table.rows == 0})
