"""A plan without what the steps that have no row make needless.

What reads an empty step has no row either, or one condition less. An engine does not see this: it plans the
whole query, and runs it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from operator import is_
from typing import Any
from typing import cast as cast_to

from sqlglot import exp

from maillage.cohort.compile.plan import CohortPlan, Step
from maillage.cohort.compile.sql import cast, named


def prune(plan: CohortPlan, empty: Collection[str]) -> CohortPlan:
    """The plan that finds the same, told which steps or tables have no row.

    A public step found to be empty says so by its query; steps that no other reads any more are gone.
    """
    known = set(empty)
    public = {plan.rows, plan.events}
    steps: list[Step] = []
    for step in plan.steps:
        query = step.query if known.isdisjoint(step.reads) else _pruned(step.query, known)
        if query is None:
            known.add(step.name)
            query = no_rows(step.query.named_selects) if step.name in public else step.query
        steps.append(step if query is step.query else replace(step, query=query))
    return replace(plan, steps=tuple(_needed(steps, public)), empty=plan.empty or plan.rows in known)


def no_rows(names: Iterable[str]) -> exp.Select:
    """Columns of public steps, without a row: dates, and whole numbers."""
    columns = [
        named(cast(exp.Null(), "DATE" if name.endswith("_date") else "BIGINT"), name) for name in names
    ]
    return exp.Select(expressions=columns, where=exp.Where(this=exp.false()))


def _needed(steps: Iterable[Step], public: Collection[str | None]) -> list[Step]:
    wanted = set(public)
    kept: list[Step] = []
    for step in reversed([*steps]):
        if step.name in wanted:
            wanted |= step.reads
            kept.append(step)
    return kept[::-1]


def _pruned(query: exp.Expr, empty: Collection[str]) -> exp.Query | None:
    """The query, itself when nothing changes; None when it has no row."""
    if isinstance(query, exp.Union):
        return _union(query, empty)
    if not isinstance(query, exp.Select) or _counts_nothing(query):
        return query if isinstance(query, exp.Query) else None
    args = _sources(query, empty)
    where = query.args.get("where")
    kept = _settled(where.this, empty) if where else None
    if args is None or _is(kept, False):
        return None
    if where and kept is not where.this:
        args["where"] = None if _is(kept, True) else exp.Where(this=kept)
    columns = [_settled(column, empty) for column in query.expressions]
    if not all(map(is_, columns, query.expressions)):
        args["expressions"] = columns
    return exp.Select(**query.args | args) if args else query


def _counts_nothing(query: exp.Select) -> bool:
    """Whether it has a row even of nothing: an aggregate of all rows."""
    aggregates = (isinstance(column.unalias(), exp.AggFunc) for column in query.expressions)
    return not query.args.get("group") and any(aggregates)


def _union(query: exp.Union, empty: Collection[str]) -> exp.Query | None:
    left, right = _pruned(query.this, empty), _pruned(query.expression, empty)
    if left is None or right is None:
        return left or right
    if left is query.this and right is query.expression:
        return query
    return exp.Union(**query.args | {"this": left, "expression": right})


def _sources(query: exp.Select, empty: Collection[str]) -> dict[str, Any] | None:
    """The clauses that change; None when a source that every row needs is empty."""
    args: dict[str, Any] = {}
    source = query.args["from_"].this
    found = _source(source, empty)
    if found is None:
        return None
    if found is not source:
        args["from_"] = exp.From(this=found)
    joins: list[exp.Join] = query.args.get("joins") or []
    kept = [_join(join, empty) for join in joins]
    if any(join is None for join in kept):
        return None
    if not all(map(is_, kept, joins)):
        args["joins"] = kept
    return args


def _source(source: exp.Expr, empty: Collection[str]) -> exp.Expr | None:
    if isinstance(source, exp.Table):
        return None if source.name in empty else source
    found = _pruned(source.this, empty)
    if found is None or found is source.this:
        return found and source
    return exp.Subquery(**source.args | {"this": found})


def _join(join: exp.Join, empty: Collection[str]) -> exp.Join | None:
    found = _source(join.this, empty)
    if found is None:
        # The columns of the other side are still read, as nulls.
        return join if join.side == "LEFT" else None
    return join if found is join.this else exp.Join(**join.args | {"this": found})


def _settled(node: exp.Expr, empty: Collection[str]) -> exp.Expr:
    """A condition, or what holds some, with what is known put in; itself when nothing is."""
    if isinstance(node, exp.In):
        query = node.args.get("query")
        return exp.false() if query and _pruned(query.this, empty) is None else node
    if isinstance(node, exp.Column | exp.Literal | exp.Query | exp.Subquery):
        return node
    args = {name: _settled_value(value, empty) for name, value in node.args.items()}
    if all(args[name] is value for name, value in node.args.items()):
        return node
    return _SIMPLER.get(type(node), lambda one: one)(type(node)(**args))


def _settled_value(value: Any, empty: Collection[str]) -> Any:
    if isinstance(value, exp.Expr):
        return _settled(value, empty)
    if isinstance(value, list):
        old = cast_to("list[Any]", value)
        new = [_settled_value(one, empty) for one in old]
        return old if all(map(is_, new, old)) else new
    return value


def _is(node: exp.Expr | None, truth: bool) -> bool:
    return isinstance(node, exp.Boolean) and node.this is truth


def _connector(node: exp.Expr, *, neutral: bool) -> exp.Expr:
    sides = [node.this, node.expression]
    if any(_is(side, not neutral) for side in sides):
        return exp.Boolean(this=not neutral)
    kept = [side for side in sides if not _is(side, neutral)]
    return node if len(kept) == len(sides) else (kept or sides)[0]


def _not(node: exp.Expr) -> exp.Expr:
    return exp.Boolean(this=not node.this.this) if isinstance(node.this, exp.Boolean) else node


def _paren(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node.this, exp.Boolean) else node


_SIMPLER: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.And: lambda node: _connector(node, neutral=True),
    exp.Or: lambda node: _connector(node, neutral=False),
    exp.Not: _not,
    exp.Paren: _paren,
}
