"""Small builders of sqlglot nodes. Every call makes new nodes: a node has one parent.

Nothing here parses text, so no value of an expression can ever become syntax.
"""

from collections.abc import Iterable, Sequence

from sqlglot import exp

Condition = exp.Expr
"""A node that is true, false or null."""


def identifier(name: str) -> exp.Identifier:
    """A name of ours, safe unquoted."""
    return exp.Identifier(this=name, quoted=False)


def col(table: str, name: str) -> exp.Column:
    """`table.name`."""
    return exp.Column(this=identifier(name), table=identifier(table))


def num(value: int | float) -> exp.Expr:
    """A number."""
    return exp.Literal.number(value)


def text(value: str) -> exp.Expr:
    """A text, always a literal."""
    return exp.Literal.string(value)


def cast(expression: exp.Expr, kind: str) -> exp.Expr:
    """`CAST(expression AS kind)`, the kind by sqlglot's name."""
    return exp.Cast(this=expression, to=exp.DataType(this=exp.DType[kind]))


def numbers(texts: exp.Expr) -> exp.Expr:
    """An array of texts as one of whole numbers of 64 bits."""
    kind = exp.DataType(this=exp.DType.ARRAY, expressions=[exp.DataType(this=exp.DType.BIGINT)], nested=True)
    return exp.Cast(this=texts, to=kind)


def named(expression: exp.Expr, name: str) -> exp.Expr:
    """`expression AS name`."""
    return exp.Alias(this=expression, alias=identifier(name))


def as_named(expression: exp.Expr, name: str) -> exp.Expr:
    """The same, without saying twice the name of a column that has it."""
    plain = isinstance(expression, exp.Column) and expression.name == name
    return expression if plain else named(expression, name)


def table(name: str, alias: str) -> exp.Table:
    """`name AS alias`."""
    return exp.Table(this=identifier(name), alias=exp.TableAlias(this=identifier(alias)))


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    """`(query) AS alias`."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(alias)))


def select(
    columns: Iterable[exp.Expr],
    source: exp.Expr,
    *,
    joins: Iterable[exp.Join] = (),
    where: Sequence[Condition] = (),
    group: Iterable[exp.Expr] = (),
    having: Condition | None = None,
) -> exp.Select:
    """A SELECT with the clauses that are not empty."""
    query = exp.Select(expressions=list(columns), from_=exp.From(this=source), joins=list(joins))
    if where:
        query.set("where", exp.Where(this=all_of(where)))
    if keys := list(group):
        query.set("group", exp.Group(expressions=keys))
    if having is not None:
        query.set("having", exp.Having(this=having))
    return query


def union_all(queries: Sequence[exp.Query]) -> exp.Query:
    """The rows of every query, duplicates kept."""
    merged = queries[0]
    for query in queries[1:]:
        merged = exp.Union(this=merged, expression=query, distinct=False)
    return merged


def inner_join(target: exp.Expr, on: Sequence[Condition]) -> exp.Join:
    """Pairs that satisfy the condition."""
    return exp.Join(this=target, on=all_of(on))


def left_join(target: exp.Expr, on: Sequence[Condition]) -> exp.Join:
    """As an inner join, rows without a pair kept."""
    return exp.Join(this=target, on=all_of(on), side="LEFT")


def semi_join(target: exp.Expr, on: Sequence[Condition]) -> exp.Join:
    """Rows that have a pair, each once; a dialect without semi-joins gets an EXISTS."""
    return exp.Join(this=target, on=all_of(on), kind="SEMI")


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Every condition; true when there is none."""
    return _chain(exp.And, conditions, exp.true())


def any_of(conditions: Sequence[Condition]) -> Condition:
    """At least one condition, in parentheses; false when there is none."""
    return exp.Paren(this=_chain(exp.Or, conditions, exp.false()))


def _chain(connector: type[exp.Connector], conditions: Sequence[Condition], empty: Condition) -> Condition:
    if not conditions:
        return empty
    chained = conditions[0]
    for condition in conditions[1:]:
        chained: Condition = connector(this=chained, expression=condition)
    return chained


def equal(left: exp.Expr, right: exp.Expr) -> Condition:
    """`left = right`."""
    return exp.EQ(this=left, expression=right)


def is_null(column: exp.Expr) -> Condition:
    """`column IS NULL`."""
    return exp.Is(this=column, expression=exp.Null())


def negate(condition: Condition) -> Condition:
    """`NOT (condition)`."""
    return exp.Not(this=exp.Paren(this=condition))


def in_query(column: exp.Expr, query: exp.Query) -> Condition:
    """`column IN (query)`."""
    return exp.In(this=column, query=exp.Subquery(this=query))


def in_numbers(column: exp.Expr, values: Iterable[int]) -> Condition:
    """`column IN (1, 2, 3)`."""
    return exp.In(this=column, expressions=[num(value) for value in values])


def when(condition: Condition, value: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Case:
    """`CASE WHEN condition THEN value ELSE otherwise END`."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=otherwise)


def add_up(terms: Sequence[exp.Expr]) -> exp.Expr:
    """The sum of one term or more."""
    total = terms[0]
    for term in terms[1:]:
        total = exp.Add(this=total, expression=term)
    return total


def count(column: exp.Expr, *, distinct: bool = False) -> exp.Count:
    """`COUNT(column)`, of its distinct values on demand."""
    return exp.Count(this=exp.Distinct(expressions=[column]) if distinct else column)


def row_number() -> exp.Window:
    """A number of its own for each row, in no order."""
    return exp.Window(this=exp.RowNumber())


def rank_in(partition: exp.Expr, order: Sequence[exp.Ordered]) -> exp.Window:
    """The place of a row among those of its partition."""
    return exp.Window(
        this=exp.RowNumber(), partition_by=[partition], order=exp.Order(expressions=list(order))
    )


def ordered(column: exp.Expr, *, descending: bool = False) -> exp.Ordered:
    """A sort key."""
    return exp.Ordered(this=column, desc=descending)
