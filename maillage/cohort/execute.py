"""Steps become statements: which are tables of the session, and which are part of another query."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from maillage.cohort.compile import CohortPlan, Keep, Step

Statement = tuple[str, exp.Query]
"""A name and the query whose answer it keeps."""


def statements(plan: CohortPlan, *, tables_for: Callable[[Step], bool] | None = None) -> list[Statement]:
    """The temporary tables to make, in order; steps that are none become CTEs of those that read them.

    `tables_for` says for a step that may be a CTE whether the engine prefers a table: PostgreSQL plans better
    on tables that it has counted, DuckDB on one query that it sees whole.
    """
    chosen: list[Statement] = []
    inline: dict[str, Step] = {}
    for step in plan.steps:
        if step.keep is Keep.TABLE or (tables_for is not None and tables_for(step)):
            chosen.append((step.name, _with_ctes(step, inline)))
        else:
            inline[step.name] = step
    return chosen


def _with_ctes(step: Step, inline: Mapping[str, Step]) -> exp.Query:
    needed = _needed(step, inline)
    if not needed:
        return step.query
    # A shallow copy: the plan keeps its own nodes, and copying them all would double the time of compiling.
    ctes = exp.With(expressions=[_cte(inline[name]) for name in needed])
    return type(step.query)(**step.query.args | {"with_": ctes})


def _needed(step: Step, inline: Mapping[str, Step]) -> list[str]:
    """The names of the inline steps that a step reads, directly or not, in the order of the plan."""
    found: set[str] = set()
    pending = [step]
    while pending:
        new = (pending.pop().reads & inline.keys()) - found
        found |= new
        pending.extend(inline[name] for name in new)
    return [name for name in inline if name in found]


def _cte(step: Step) -> exp.CTE:
    alias = exp.TableAlias(this=exp.to_identifier(step.name))
    return exp.CTE(this=step.query, alias=alias, materialized=True if step.keep is Keep.ONCE else None)
