"""Who is left after each inclusion rule."""

from sqlglot import exp

from maillage.cohort.compile.sql import col, equal, left_join, named, num, select, subquery, table
from maillage.cohort.run import CohortTables


def attrition(tables: CohortTables) -> exp.Query:
    """(rules_held, persons) for 0, 1, … all rules, in order.

    `persons` counts the distinct persons with at least one qualified event that satisfies rules 1…rules_held
    together; the row 0 counts all persons with a qualified event.
    """
    steps = exp.Select(
        expressions=[named(exp.Explode(this=exp.Array(expressions=_numbers(tables.rules))), "rules_held")]
    )
    reached = exp.GTE(this=col("b", "prefix"), expression=col("s", "rules_held"))
    query = select(
        [col("s", "rules_held"), named(exp.Count(this=col("b", "person_id")), "persons")],
        subquery(steps, "s"),
        joins=[left_join(subquery(best_prefixes(tables), "b"), [reached])],
        group=[col("s", "rules_held")],
    )
    query.set("order", exp.Order(expressions=[exp.Ordered(this=col("s", "rules_held"))]))
    return query


def _numbers(rules: int) -> list[exp.Expr]:
    return [num(number) for number in range(rules + 1)]


def best_prefixes(tables: CohortTables) -> exp.Query:
    """(person_id, prefix): for each person the longest run of first rules that one event satisfies."""
    return select(
        [col("e", "person_id"), named(exp.Max(this=_prefix(tables.rules)), "prefix")],
        table(tables.events, "e"),
        group=[col("e", "person_id")],
    )


def _prefix(rules: int) -> exp.Expr:
    counts = range(rules, 0, -1)
    branches = [exp.If(this=_holds_first(count, rules), true=num(count)) for count in counts]
    return exp.Case(ifs=branches, default=num(0)) if branches else num(0)


def _holds_first(count: int, rules: int) -> exp.Expr:
    # The first bits by a remainder: outside DuckDB a mask of more than 63 rules is a decimal, without bits.
    # Of all rules no remainder is taken, for 2^127 is no number of 128 bits.
    mask = col("e", "inclusion_mask")
    first = mask if count == rules else exp.Mod(this=mask, expression=num(2**count))
    return equal(first, num(2**count - 1))
